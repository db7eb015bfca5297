// SPDX-License-Identifier: Apache-2.0
#include "audit/client.h"
#include "audit/fixture_test.h"
#include "audit/wire.h"
#include "base/fd.h"

#include <array>
#include <cstring>
#include <doctest/doctest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <thread>

using audit::Client;
using audit::Denial;
using audit::testing::create_measure;

namespace {

// Hears one request and gives one answer, whatever that is.
class Server {
public:
    Server(const std::string& path, std::string answer)
        : listening_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0))
    {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::memcpy(address.sun_path, path.data(), path.size());
        REQUIRE(::bind(listening_.get(), reinterpret_cast<const sockaddr*>(&address),
                       sizeof address) == 0);
        REQUIRE(::listen(listening_.get(), 1) == 0);
        thread_ = std::thread([this, answer] { serve(answer); });
    }
    ~Server() { thread_.join(); }
    audit::RequestParser heard;

private:
    void serve(const std::string& answer)
    {
        const base::Fd fd(::accept(listening_.get(), nullptr, nullptr));
        std::array<char, 64> buffer{};
        while (heard.state() == audit::RequestParser::State::more) {
            const ssize_t got = ::read(fd.get(), buffer.data(), buffer.size());
            if (got <= 0)
                return;
            (void)heard.take({buffer.data(), static_cast<std::size_t>(got)});
        }
        for (const char c : answer) // in the smallest pieces
            (void)::send(fd.get(), &c, 1, MSG_NOSIGNAL);
    }
    base::Fd listening_;
    std::thread thread_;
};

} // namespace

TEST_CASE("audit: the client tells what the daemon has said")
{
    const seal::testing::Directory directory;
    const struct {
        std::string answer;
        bool noted;
        Denial::Reason reason;
        std::string text;
    } cases[] = {
        {"noted 17 anna%20b\n", true, {}, "anna b"},
        {"denied no-role carl%20not\n", false, Denial::Reason::no_role, "carl not"},
        {"denied unavailable disk\n", false, Denial::Reason::unreachable, "disk"},
        {"what?\n", false, Denial::Reason::unreachable,
         "audit log not to be reached: answers what we do not understand"},
        {"noted 17 anna", false, Denial::Reason::unreachable,
         "audit log not to be reached: Connection reset by peer"},
        {"", false, Denial::Reason::unreachable,
         "audit log not to be reached: Connection reset by peer"}};
    int number = 0;
    for (const auto& one : cases) {
        const std::string path = directory.file("socket" + std::to_string(number++));
        Server server(path, one.answer);
        const auto said = Client(path).note(create_measure("R1"));
        CHECK(server.heard.entry() == create_measure("R1"));
        REQUIRE(said.has_value() == one.noted);
        if (said) {
            CHECK(said->number == 17);
            CHECK(said->person == one.text);
        } else {
            CHECK(said.error().reason == one.reason);
            CHECK(said.error().text == one.text);
        }
    }
}

TEST_CASE("audit: no daemon, no entry")
{
    const seal::testing::Directory directory;
    for (const std::string& path :
         {directory.file("none"), directory.write("file", ""), std::string(200, 'x')}) {
        const auto said = Client(path).note(create_measure("R1"));
        REQUIRE_FALSE(said);
        CHECK(said.error().reason == Denial::Reason::unreachable);
    }
}
