// SPDX-License-Identifier: Apache-2.0
// Which door a daemon opens, with whose settings, and what it says when there is none.
#include "base/failure.h"
#include "daemon/doors.h"
#include "daemon/listeners.h"

#include <doctest/doctest.h>
#include <sys/socket.h>

using namespace daemons;

namespace {

conf::Settings with_listeners()
{
    conf::Settings settings;
    settings.file = "sponts.conf";
    for (const std::string name : {"first", "second", "other"}) {
        conf::Listener listener;
        listener.name = name;
        listener.program = name == "other" ? "other-daemon" : "some-daemon";
        settings.listeners.push_back(listener);
    }
    return settings;
}

std::string refusal(const conf::Settings& settings, const Options& options,
                    std::string_view program = "some-daemon")
{
    try {
        (void)acquire_doors(settings, options, program, base::Fd());
        return "";
    } catch (const base::Failure& failure) {
        return failure.what();
    }
}

} // namespace

TEST_CASE("daemon: listeners with an address are opened, those without are not")
{
    conf::Settings settings = with_listeners();
    settings.listeners[1].address = "127.0.0.1:0";
    const Doors doors = acquire_doors(settings, {}, "some-daemon", base::Fd());
    REQUIRE(doors.listening.size() == 1);
    CHECK(doors.listening[0].listener == "second");
    CHECK(static_cast<bool>(doors.listening[0].fd));
    CHECK_FALSE(static_cast<bool>(doors.connection.fd));
}

TEST_CASE("daemon: --listen replaces the addresses and uses the settings of --listener")
{
    conf::Settings settings = with_listeners();
    settings.listeners[0].address = "127.0.0.1:0";
    Options options;
    options.listen = {"127.0.0.1:0", "127.0.0.1:0"};
    const Doors first = acquire_doors(settings, options, "some-daemon", base::Fd());
    REQUIRE(first.listening.size() == 2);
    CHECK(first.listening[1].listener == "first");
    options.listener = "second";
    const Doors second = acquire_doors(settings, options, "some-daemon", base::Fd());
    REQUIRE(second.listening.size() == 2);
    CHECK(second.listening[0].listener == "second");
}

TEST_CASE("daemon: the connection of inetd is the only door")
{
    conf::Settings settings = with_listeners();
    settings.listeners[0].address = "127.0.0.1:0";
    Options options;
    options.listener = "second";
    base::Fd connection(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const Doors doors =
        acquire_doors(settings, options, "some-daemon", std::move(connection));
    CHECK(doors.listening.empty());
    CHECK(static_cast<bool>(doors.connection.fd));
    CHECK(doors.connection.listener == "second");
}

TEST_CASE("daemon: what cannot be opened is said with the name that is wrong")
{
    const conf::Settings settings = with_listeners();
    Options options;
    CHECK(refusal(settings, options) ==
          "sponts.conf: no listener of some-daemon has an address");
    options.listen = {"nonsense"};
    CHECK(refusal(settings, options) == "listen nonsense: not an address");
    options.listener = "other";
    CHECK(refusal(settings, options) == "sponts.conf: no [listener other] for some-daemon");
    CHECK(refusal(settings, options, "third-daemon") ==
          "sponts.conf: no [listener] section for third-daemon");
}

TEST_CASE("daemon: a check says of the command line what a start would say")
{
    const conf::Settings settings = with_listeners();
    const auto complaint = [&](const Options& options) {
        try {
            check_doors(settings, options, "some-daemon");
            return std::string();
        } catch (const base::Failure& failure) {
            return std::to_string(failure.exit_status()) + " " + failure.what();
        }
    };
    Options options;
    CHECK(complaint(options).empty());
    options.listener = "second";
    options.listen = {"127.0.0.1:25", "[::1]:25"};
    CHECK(complaint(options).empty());
    options.listen = {"foo"};
    CHECK(complaint(options) == "64 listen foo: not an address");
    options.listener = "nosuch";
    CHECK(complaint(options) == "78 sponts.conf: no [listener nosuch] for some-daemon");
    options.listen.clear();
    CHECK(refusal(settings, options) ==
          "sponts.conf: no [listener nosuch] for some-daemon");
}

TEST_CASE("daemon: a program sees its own listeners, in the order of the file")
{
    const conf::Settings settings = with_listeners();
    const auto own = own_listeners(settings, "some-daemon");
    REQUIRE(own.size() == 2);
    CHECK(own[0]->name == "first");
    CHECK(own[1]->name == "second");
    CHECK(own_listeners(settings, "third-daemon").empty());
}

TEST_CASE("daemon: the configured name is ours, else that of the machine")
{
    conf::Settings settings;
    CHECK_FALSE(own_hostname(settings).empty());
    settings.general.hostname = "gw.test";
    CHECK(own_hostname(settings) == "gw.test");
}
