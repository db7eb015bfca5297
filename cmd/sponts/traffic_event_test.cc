// SPDX-License-Identifier: Apache-2.0
#include "traffic_event.h"

#include <doctest/doctest.h>
#include <tuple>
#include <vector>

using base::LogFormat;
using sponts::Reading;
using sponts::TrafficEvent;
using sponts::TrafficReader;

namespace {

constexpr LogFormat formats[] = {LogFormat::key_value, LogFormat::json};

std::string line(LogFormat format, std::string_view event,
                 std::initializer_list<base::Field> fields)
{
    return base::format_event(format, "prog", base::Level::info, event, "0C3K7W2D5F080",
                              fields);
}

std::string accepted(LogFormat format, std::string_view login, std::string_view sender)
{
    return line(format, "message-accepted",
                {{"trace", "1.1"},
                 {"helo", R"(x" login=y@evil.test size=9 )"},
                 {"login", login},
                 {"size", 12345},
                 {"sender", sender},
                 {"recipients", 17},
                 {"first", "bob@dest.test"}});
}

std::string delivered(LogFormat format, std::string_view to, std::string_view original,
                      int recipients)
{
    return line(format, "delivered",
                {{"to", to},
                 {"original", original},
                 {"from", "a@b.test"},
                 {"recipients", recipients},
                 {"size", 12345},
                 {"relay", "mx.test[192.0.2.1]:25"},
                 {"reply", "250 2.0.0 size=7 to=x"}});
}

std::string session(LogFormat format, std::string_view user)
{
    return line(format, "session-ended",
                {{"client", "192.0.2.1"},
                 {"user", user},
                 {"up", 123},
                 {"down", 4567},
                 {"ms", 8},
                 {"reason", "quit"}});
}

// What was read, with copies of the texts.
using Read = std::tuple<Reading, std::string, std::string, std::string, std::uint64_t,
                        std::uint64_t, std::uint64_t, std::uint64_t>;

Read read(std::string_view text)
{
    TrafficReader reader;
    TrafficEvent event;
    const auto log_line = base::read_log_line(text);
    if (!log_line || reader.read(*log_line, event) == Reading::damaged)
        return {Reading::damaged, "", "", "", 0, 0, 0, 0};
    const Reading reading = reader.read(*log_line, event);
    return {reading,
            std::string(event.login),
            std::string(event.sender),
            std::string(event.to),
            event.addresses,
            event.size,
            event.up,
            event.down};
}

const char* const hostile[] = {"anna@example.org",      R"("a\"b, c"@example.org)",
                               R"("a,b"@example.org)",  "gr\xc3\xbc\xdf@example.org",
                               "x size=1 @example.org", "\n\"}\x01@example.org"};

} // namespace

TEST_CASE("sponts: traffic is read from three events, whatever is in their values")
{
    for (const LogFormat format : formats)
        for (const char* const name : hostile) {
            CHECK(read(accepted(format, "", name)) ==
                  Read{Reading::traffic, "", name, "", 0, 12345, 0, 0});
            CHECK(read(accepted(format, name, "s@else.test")) ==
                  Read{Reading::traffic, name, "s@else.test", "", 0, 12345, 0, 0});
            CHECK(read(delivered(format, name, "", 1)) ==
                  Read{Reading::traffic, "", "", name, 1, 12345, 0, 0});
            CHECK(read(session(format, name)) ==
                  Read{Reading::traffic, name, "", "", 0, 0, 123, 4567});
        }
}

TEST_CASE("sponts: who was rewritten is known by the address he had")
{
    for (const LogFormat format : formats)
        CHECK(
            read(delivered(format, "x@store.test,y@store.test", "a@b.test,c@b.test", 2)) ==
            Read{Reading::traffic, "", "", "a@b.test,c@b.test", 2, 12345, 0, 0});
}

TEST_CASE("sponts: a line of traffic that was cut says the same or nothing")
{
    for (const LogFormat format : formats)
        for (const std::string& whole :
             {accepted(format, "anna@example.org", "a b@example.org"),
              delivered(format, "a@b.test,\"c,d\"@e.test", "", 2),
              delivered(format, "a@b.test", "x@y.test", 1),
              session(format, "anna b@example.org")}) {
            const Read right = read(whole);
            REQUIRE(std::get<0>(right) == Reading::traffic);
            for (std::size_t size = 0; size < whole.size(); ++size) {
                const std::string_view cut = std::string_view(whole).substr(0, size);
                const Read got = read(cut);
                const Reading reading = std::get<0>(got);
                // Within the name of the event it is that of another one.
                const bool in_name = size <= whole.find(' ', whole.find(' ') + 1);
                CHECK_MESSAGE((reading == Reading::damaged || got == right ||
                               (in_name && reading == Reading::other)),
                              cut);
            }
        }
}

TEST_CASE("sponts: what is missing or does not fit makes a line worthless")
{
    for (const std::string_view text :
         {"i message-accepted", "i message-accepted login=a size=1 sender=b",
          "i message-accepted login=a size=-1 sender=b first=c",
          "i message-accepted login=a size=1x sender=b first=c",
          "i message-accepted login=a size=99999999999999999999 sender=b first=c",
          "i delivered to=a@b from=c recipients=1 relay=r reply=250",
          "i delivered to=a@b original=\"\" recipients=2 size=1 reply=250",
          "i delivered to=a@b,c@d original=e@f recipients=2 size=1 reply=250",
          "i session-ended client=c listener=l", "i session-ended user=a up=1 reason=quit"})
        CHECK_MESSAGE(std::get<0>(read(text)) == Reading::damaged, text);
    for (const std::string_view text :
         {"i session-ended client=c helo=\"h user=x\" messages=1 reason=quit",
          "i deferred to=a@b recipients=1", "i login-accepted user=a"})
        CHECK_MESSAGE(std::get<0>(read(text)) == Reading::other, text);
}
