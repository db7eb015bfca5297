// SPDX-License-Identifier: Apache-2.0
// Tests of base/clock.h.
#include "base/clock.h"

#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <doctest/doctest.h>
#include <optional>
#include <string>
#include <string_view>

namespace {

// The local zone for one test; everything else of the process gets its own back.
class Zone {
public:
    explicit Zone(const char* name)
    {
        if (const char* before = std::getenv("TZ"))
            before_ = before;
        set(name);
    }
    ~Zone() { set(before_ ? before_->c_str() : nullptr); }
    Zone(const Zone&) = delete;
    Zone& operator=(const Zone&) = delete;

private:
    static void set(const char* name)
    {
        if (name == nullptr)
            ::unsetenv("TZ");
        else
            ::setenv("TZ", name, 1);
        ::tzset();
    }
    std::optional<std::string> before_;
};

} // namespace

TEST_CASE("base: durations")
{
    struct Row {
        std::string_view text;
        std::int64_t seconds;
    };
    constexpr Row rows[] = {
        {"0", 0},
        {"90", 90},
        {"90s", 90},
        {"15m", 900},
        {"4h", 14'400},
        {"5d", 432'000},
        {"2w", 1'209'600},
        {"007m", 420},
        {"9223372036854775807", 9'223'372'036'854'775'807},
        // none of these
        {"", -1},
        {"m", -1},
        {"-1", -1},
        {"-1m", -1},
        {"+1m", -1},
        {" 1m", -1},
        {"1 m", -1},
        {"1m ", -1},
        {"1M", -1},
        {"1ms", -1},
        {"1y", -1},
        {"1h30m", -1},
        {"1.5h", -1},
        {"0x10", -1},
        {"9223372036854775808", -1},
        {"9223372036854775807m", -1},
        {"15250284452472w", -1},
    };
    for (const Row& row : rows) {
        CAPTURE(row.text);
        CHECK(base::parse_duration(row.text) == row.seconds);
    }
}

TEST_CASE("base: a duration may be the front of other text")
{
    const std::string_view whole = "15min";
    CHECK(base::parse_duration(whole.substr(0, 3)) == 900);
    CHECK(base::parse_duration(whole.substr(0, 2)) == 15);
}

TEST_CASE("base: dates for headers and for the log")
{
    struct Row {
        const char* zone;
        std::int64_t time;
        std::string_view header;
        std::string_view log;
    };
    constexpr Row rows[] = {
        {"UTC0", 0, "Thu, 1 Jan 1970 00:00:00 +0000", "1970-01-01T00:00:00+00:00"},
        {"UTC0", 951'782'399, "Mon, 28 Feb 2000 23:59:59 +0000",
         "2000-02-28T23:59:59+00:00"},
        {"UTC0", 951'782'400, "Tue, 29 Feb 2000 00:00:00 +0000",
         "2000-02-29T00:00:00+00:00"},
        {"CET-1", 1'000'000'000, "Sun, 9 Sep 2001 02:46:40 +0100",
         "2001-09-09T02:46:40+01:00"},
        {"NST3:30", 1'000'000'000, "Sat, 8 Sep 2001 22:16:40 -0330",
         "2001-09-08T22:16:40-03:30"},
        {"NPT-5:45", 4'102'444'800, "Fri, 1 Jan 2100 05:45:00 +0545",
         "2100-01-01T05:45:00+05:45"},
    };
    for (const Row& row : rows) {
        const Zone zone(row.zone);
        CAPTURE(row.zone);
        CHECK(base::rfc5322_date(row.time) == row.header);
        CHECK(base::rfc3339(row.time) == row.log);
    }
}

TEST_CASE("base: seconds and microseconds are of one clock")
{
    const std::int64_t before = base::wall_seconds();
    const std::int64_t between = base::wall_microseconds();
    const std::int64_t after = base::wall_seconds();
    CHECK(before <= between / 1'000'000);
    CHECK(between / 1'000'000 <= after);
}
