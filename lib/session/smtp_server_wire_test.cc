// SPDX-License-Identifier: Apache-2.0
// What a client that does not listen is told: nothing twice.
#include "net/loop.h"
#include "session/smtp_server_wire.h"

#include <array>
#include <doctest/doctest.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

constexpr int kReplies = 100'000; // more than any socket holds

net::Task<void> speak_to_the_deaf(session::SmtpServerWire& wire, int other,
                                  std::string& heard)
{
    wire.say({250, "2.0.0", "the first"});
    for (int i = 0; i < kReplies; ++i)
        wire.say({250, "2.0.0", "another"});
    wire.stream().set_deadline(base::Steady::now());
    CHECK(wire.can_speak());
    CHECK_THROWS_AS(co_await wire.flush(), net::TimedOut);
    CHECK_FALSE(wire.can_speak());

    const auto listen = [other, &heard] {
        std::array<char, 4096> part;
        for (ssize_t got = 1; got > 0;) {
            got = ::recv(other, part.data(), part.size(), MSG_DONTWAIT);
            heard.append(part.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
        }
    };
    listen();
    wire.stream().set_timeout(base::seconds{5});
    wire.say({421, "4.4.2", "farewell"});
    co_await wire.flush();
    listen();
}

} // namespace

TEST_CASE("session: replies that were half said are not said again")
{
    std::array<int, 2> pair{};
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, pair.data()) == 0);
    const base::Fd other(pair[1]);
    net::Loop loop;
    std::string heard;
    session::SmtpServerWire wire(net::Stream(loop, base::Fd(pair[0])));
    loop.spawn("-", speak_to_the_deaf(wire, other.get(), heard));
    loop.run();
    CHECK(heard.starts_with("250 2.0.0 the first"));
    CHECK(heard.rfind("the first") == heard.find("the first"));
    CHECK(heard.ends_with("421 4.4.2 farewell\r\n"));
}
