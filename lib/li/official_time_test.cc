// SPDX-License-Identifier: Apache-2.0
#include "li/official_time.h"

#include <doctest/doctest.h>
#include <random>

namespace {

li::Time at(std::string_view text)
{
    const auto time = li::parse_time(text);
    REQUIRE_MESSAGE(time.has_value(), std::string(text));
    return *time;
}

} // namespace

TEST_CASE("li: times as people write them")
{
    struct Case {
        const char* text;
        const char* official;
    };
    const Case cases[] = {
        {"2026-11-22 14:30", "2026-11-22T14:30:00+01:00"},
        {"2026-11-22T14:30:05", "2026-11-22T14:30:05+01:00"},
        {"22.11.2026 14:30", "2026-11-22T14:30:00+01:00"},
        {"22.11.2026", "2026-11-22T00:00:00+01:00"},
        {"1.2.2026", "2026-02-01T00:00:00+01:00"},
        {"01.2.2026 14:30", "2026-02-01T14:30:00+01:00"},
        {"1.12.2026 24:00", "2026-12-02T00:00:00+01:00"},
        {"2026-07-01", "2026-07-01T00:00:00+02:00"},
        {"2026-07-01T00:00:00Z", "2026-07-01T02:00:00+02:00"},
        {"2026-07-01T00:00:00-05:30", "2026-07-01T07:30:00+02:00"},
        {"2026-03-29 01:59:59", "2026-03-29T01:59:59+01:00"},
        {"2026-03-29 03:00", "2026-03-29T03:00:00+02:00"},
        {"2026-10-25 01:59:59", "2026-10-25T01:59:59+02:00"},
        {"2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+02:00"},
        {"2026-10-25T02:30:00+01:00", "2026-10-25T02:30:00+01:00"},
        {"2026-10-25 03:00", "2026-10-25T03:00:00+01:00"},
        {"2026-12-31 24:00", "2027-01-01T00:00:00+01:00"}, // as orders like to say
        {"28.02.2026 24:00", "2026-03-01T00:00:00+01:00"},
        {"2028-02-29", "2028-02-29T00:00:00+01:00"},
    };
    for (const Case& it : cases) {
        CAPTURE(it.text);
        CHECK(li::official(at(it.text)) == it.official);
        CHECK(at(li::official(at(it.text))) == at(it.text));
    }
}

TEST_CASE("li: what is no time")
{
    const char* cases[] = {"",
                           "now",
                           "2026-11-22 ",
                           "2026-11-22 14",
                           "2026-11-22 14:3",
                           "2026-11-22 14:30:5",
                           "2026-11-22 14:30 MEZ",
                           "2026-11-22 14:30+01",
                           "2026-11-22 14:30+15:00",
                           "2026-13-01",
                           "2026-02-29",
                           "2026-11-31",
                           "2026-11-22 24:01",
                           "2026-11-22 23:60",
                           "01.01.26",
                           "1.1.26",
                           ".1.2026",
                           "1..2026",
                           "001.1.2026",
                           "1.001.2026",
                           "32.1.2026",
                           "2026-1-1",
                           "1990-01-01",
                           "2300-01-01",
                           "2026-03-29 02:30", // left out
                           "2026-10-25 02:30", // twice
                           "22.11.2026 14:30x"};
    for (const char* text : cases) {
        CAPTURE(text);
        CHECK_FALSE(li::parse_time(text));
    }
}

TEST_CASE("li: calendar months")
{
    struct Case {
        const char* begin;
        int months;
        const char* end;
    };
    const Case cases[] = {
        {"2026-11-22 14:30", 3, "2027-02-22 14:30"},
        {"2026-11-30 10:00", 3, "2027-02-28 10:00"},
        {"2027-11-30 10:00", 3, "2028-02-29 10:00"}, // leap year
        {"2026-12-31 23:59:59", 2, "2027-02-28 23:59:59"},
        {"2026-01-31", 1, "2026-02-28"},
        {"2026-03-31", 3, "2026-06-30"},
        {"2026-01-29 02:30", 2, "2026-03-29 03:30"},          // left out: the hour after it
        {"2026-07-25 02:30", 3, "2026-10-25T02:30:00+02:00"}, // twice: the first
        {"2026-01-15 12:00", 3, "2026-04-15 12:00"},
        {"2026-11-22 00:00", 12, "2027-11-22 00:00"},
    };
    for (const Case& it : cases) {
        CAPTURE(it.begin);
        CHECK(li::official(li::add_months(at(it.begin), it.months)) ==
              li::official(at(it.end)));
    }
    CHECK(li::add_months(at("2026-11-22") + 5, 1) == at("2026-12-22") + 5);
}

TEST_CASE("li: three months are between 89 and 92 days and an hour, and never less later")
{
    std::mt19937_64 random(4);
    const li::Time from = at("1997-01-01");
    const li::Time until = at("2150-01-01");
    for (int i = 0; i < 20'000; ++i) {
        const li::Time a = from + static_cast<li::Time>(
                                      random() % static_cast<std::uint64_t>(until - from));
        const li::Time b = li::add_months(a, 3);
        CHECK(b - a >= 89 * li::day - 3600 * li::second);
        CHECK(b - a <= 92 * li::day + 3600 * li::second);
        CHECK(li::add_months(a + li::day, 3) >= b);
        CHECK(at(li::official(a)) == a - a % li::second);
    }
}

TEST_CASE("li: times in letters and names")
{
    CHECK(li::official_german(at("2026-11-22 14:30")) == "22.11.2026 14:30:00 MEZ");
    CHECK(li::official_german(at("2026-07-22 04:05:06")) == "22.07.2026 04:05:06 MESZ");
    CHECK(li::official_digits(at("2026-07-02 04:05:06")) == "260702040506");
    CHECK(li::official(0).empty());
    CHECK(li::official_german(0).empty());
}

TEST_CASE("li: the parts that rules about days are made of")
{
    const auto sunday = li::official_parts(at("2026-03-29T00:30:00Z"));
    CHECK(sunday.weekday == 0);
    CHECK(sunday.hour == 1);
    CHECK(li::official_parts(at("2026-03-29T01:00:00Z")).hour == 3);
    const auto new_year = li::official_parts(at("2026-12-31T23:00:00Z"));
    CHECK(new_year.year == 2027);
    CHECK(new_year.month == 1);
    CHECK(new_year.weekday == 5);
    CHECK(new_year.hour == 0);
}
