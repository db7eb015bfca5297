// SPDX-License-Identifier: Apache-2.0
// Tests of text/when.h.
#include "text/when.h"

#include <cstdlib>
#include <ctime>
#include <doctest/doctest.h>
#include <optional>

namespace {

// The local zone for one test.
class Zone {
public:
    explicit Zone(const char* name)
    {
        if (const char* before = std::getenv("TZ"))
            before_ = before;
        ::setenv("TZ", name, 1);
        ::tzset();
    }
    ~Zone()
    {
        if (before_)
            ::setenv("TZ", before_->c_str(), 1);
        else
            ::unsetenv("TZ");
        ::tzset();
    }
    Zone(const Zone&) = delete;
    Zone& operator=(const Zone&) = delete;

private:
    std::optional<std::string> before_;
};

constexpr std::int64_t second = 1'000'000;
constexpr std::int64_t hour = 3600 * second;
// Monday, 2026-11-23 13:00 in Berlin.
constexpr std::int64_t now = 1'795'435'200 * second;
constexpr std::int64_t midnight = now - 13 * hour;
constexpr const char* berlin = "CET-1CEST,M3.5.0,M10.5.0/3";
constexpr std::int64_t march_29 = 1'774'738'800 * second;   // its midnight; has 23 hours
constexpr std::int64_t october_25 = 1'792'879'200 * second; // has 25

std::int64_t first(const char* text)
{
    const auto found = text::parse_when(text, now);
    CAPTURE(text);
    REQUIRE(found.has_value());
    return found->first;
}

std::int64_t length(const char* text)
{
    const auto found = text::parse_when(text, now);
    CAPTURE(text);
    REQUIRE(found.has_value());
    return found->behind - found->first;
}

bool refused(const char* text, const char* why = "is no time")
{
    const auto found = text::parse_when(text, now);
    CAPTURE(text);
    return !found && found.error().starts_with(why);
}

} // namespace

TEST_CASE("when: hours, minutes and days ago")
{
    CHECK(first("now") == now);
    CHECK(length("now") == 0);
    CHECK(first("2h ago") == now - 2 * hour);
    CHECK(first("  2 Hours ago ") == now - 2 * hour);
    CHECK(first("90 minutes ago") == now - 90 * 60 * second);
    CHECK(first("1m ago") == now - 60 * second);
    CHECK(first("10 secs ago") == now - 10 * second);
    CHECK(first("3 days ago") == now - 72 * hour);
    CHECK(first("1w ago") == now - 168 * hour);
    CHECK(first("1h30m ago") == now - 90 * 60 * second);
    CHECK(first("1 day 2 hours ago") == now - 26 * hour);
    CHECK(first("999999999w 999999999w ago") == 0);
    CHECK(length("2h ago") == 0);
}

TEST_CASE("when: days by their names are days of the local zone")
{
    const Zone zone(berlin);
    CHECK(first("today") == midnight);
    CHECK(length("today") == 24 * hour);
    CHECK(first("yesterday") == midnight - 24 * hour);
    CHECK(first("Yesterday 14:30") == midnight - 10 * hour + 30 * 60 * second);
    CHECK(first("monday") == midnight);
    CHECK(first("tue") == midnight - 6 * 24 * hour);
    CHECK(first("sunday 8:00") == midnight - 16 * hour);
    CHECK(first("8:00") == midnight + 8 * hour);
    CHECK(length("8:00") == 60 * second);
    CHECK(length("8:00:05") == second);
}

TEST_CASE("when: dates and clocks, with and without an offset")
{
    const Zone zone(berlin);
    for (const char* text :
         {"2026-11-23 13:00", "2026-11-23T13:00", "2026-11-23T13:00:00", "23.11.2026 13:00",
          "2026-11-23T12:00:00Z", "2026-11-23 12:00z", "2026-11-23T17:30:00+05:30",
          "2026-11-23T07:00-0500", "@1795435200", "@1795435200.000000"})
        CHECK(first(text) == now);
    CHECK(first("2026-11-23") == midnight);
    CHECK(length("2026-11-23") == 24 * hour);
    CHECK(first("1.2.2026") == 1'769'900'400 * second);
    CHECK(first("2026-11-23T13:00:00.25") == now + second / 4);
    CHECK(length("2026-11-23T13:00:00.25") == second / 100);
    CHECK(length("@1795435200") == second);
    CHECK(first("2028-02-29") == 1'835'391'600 * second);
}

TEST_CASE("when: days on which the clocks change are shorter or longer")
{
    const Zone zone(berlin);
    CHECK(first("2026-03-29") == march_29);
    CHECK(length("2026-03-29") == 23 * hour);
    CHECK(first("2026-10-25") == october_25);
    CHECK(length("2026-10-25") == 25 * hour);
    CHECK(first("2026-03-29 01:59") == march_29 + 119 * 60 * second);
    CHECK(first("2026-03-29 03:00") == march_29 + 2 * hour);
    CHECK(
        refused("2026-03-29 02:30", "is in an hour that the change of the clocks leaves"));
    CHECK(refused("2026-10-25 02:30", "is in an hour that comes twice"));
    CHECK(first("2026-10-25T02:30+02:00") == october_25 + 150 * 60 * second);
    CHECK(first("2026-10-25T02:30+01:00") == october_25 + 210 * 60 * second);
    CHECK(first("2026-10-25 03:00") == october_25 + 4 * hour);

    // The day after a change: yesterday had 23 hours, "24h ago" has 24.
    const std::int64_t after = march_29 + 23 * hour + 10 * hour;
    CHECK(text::parse_when("yesterday", after)->first == march_29);
    CHECK(text::parse_when("yesterday 10:00", after)->first == march_29 + 9 * hour);
    CHECK(text::parse_when("24h ago", after)->first == march_29 + 9 * hour);
}

TEST_CASE("when: zones that change their clocks at midnight, or never, or are far away")
{
    {
        const Zone zone("<-03>3<-02>,M10.3.0/0,M2.3.0/0");    // São Paulo, until 2019
        CHECK(first("2026-10-18") == 1'792'292'400 * second); // begins at 1:00
        CHECK(length("2026-10-18") == 23 * hour);
        CHECK(length("2026-02-14") == 25 * hour); // 23:00 to 24:00 twice
    }
    {
        const Zone zone("UTC0");
        CHECK(first("2026-11-23 12:00") == now);
        CHECK(first("1970-01-01") == 0);
    }
    const Zone zone("<+0545>-5:45");
    CHECK(first("2026-11-23 17:45") == now);
}

TEST_CASE("when: a period alone is refused, with what may be meant")
{
    CHECK(refused("2h", "is a period, no time: is \"2h ago\" meant?"));
    CHECK(refused(" 90 minutes ", "is a period, no time: is \"90 minutes ago\" meant?"));
    CHECK(refused("1 day 2h", "is a period, no time: is \"1 day 2h ago\" meant?"));
    CHECK(refused("2x"));
    CHECK(refused("2026"));
}

TEST_CASE("when: what is no time is refused")
{
    for (const char* text : {"",
                             " ",
                             "ago",
                             "h ago",
                             "2 ago",
                             "2h ago ago",
                             "2x ago",
                             "2hours ago x",
                             "tomorrow",
                             "now 8:00",
                             "yesterday8:00",
                             "yesterday 25:00",
                             "yesterday 8",
                             "2026",
                             "2026-13-01",
                             "2026-02-29",
                             "29.2.2026",
                             "2026-11-31",
                             "2026-11-23x",
                             "2026-11-23 24:00",
                             "2026-11-23 12:60",
                             "2026-11-23 12:00:60",
                             "2026-11-23 12:00:",
                             "2026-11-23 12:00+25:00",
                             "2026-11-23 12:00+",
                             "1969-12-31",
                             "2200-01-01",
                             "9999-12-31",
                             "@",
                             "@x",
                             "@99999999999",
                             "@9999999999",
                             "@1.",
                             "11/23/2026",
                             "\xff",
                             "2026-11-23\n"})
        CHECK(refused(text));
}
