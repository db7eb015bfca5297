// SPDX-License-Identifier: Apache-2.0
#include "net/connect.h"
#include "net/listener.h"
#include "rehearsal_receiver.h"
#include "seal/fixture_test.h"

#include <array>
#include <doctest/doctest.h>

namespace {

std::uint16_t free_port()
{
    const base::Fd fd = net::listen_on(*net::Address::parse_ip("127.0.0.1"));
    sockaddr_storage storage{};
    socklen_t length = sizeof storage;
    auto* const plain = reinterpret_cast<sockaddr*>(&storage);
    REQUIRE(::getsockname(fd.get(), plain, &length) == 0);
    return net::Address::from_sockaddr(plain, length).port();
}

// Says it, then hears to the end.
net::Task<void> say(net::Loop& loop, net::Address to, std::string octets, bool& closed)
{
    auto stream = co_await net::connect(loop, to, base::milliseconds(2000));
    REQUIRE(stream);
    stream->set_timeout(base::seconds(5));
    co_await stream->write(octets);
    std::array<char, 64> answer;
    try {
        const std::size_t count = co_await stream->read_some(answer);
        closed = count == 0;
    } catch (const std::runtime_error&) {
        closed = false;
    }
    loop.stop();
}

} // namespace

TEST_CASE("tkuev-ctl: a receiver that is told nonsense says so once and hangs up")
{
    net::Loop loop;
    tkuev::Receiver receiver(loop, "LKA-17", 0);
    const auto address = *net::Address::parse_ip("127.0.0.1", free_port());
    receiver.listen(address);
    bool closed = false;
    loop.spawn("-", say(loop, address, std::string(300, 'x'), closed));
    loop.run();
    CHECK(closed);
    const seal::testing::Directory directory;
    REQUIRE(directory.run("openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=x "
                          "-keyout x.key -out x.pem") == 0);
    CHECK(receiver.faults(seal::Certificate::read(directory.file("x.pem"))) ==
          std::vector<std::string>{"what came is no PDU"});
}
