// SPDX-License-Identifier: Apache-2.0
// li/official_time.h - official time in Germany, and periods counted in it.
//
// Pure: the rule of the Sommerzeitverordnung (summer time from the last Sunday of March to
// the last of October, 01:00 UTC) stands in the code, so that the zone of the machine and
// the files of its zones do not matter.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace li {

using Time = std::int64_t; // microseconds since 1970 UTC; 0: not known, not yet
inline constexpr Time second = 1'000'000;
inline constexpr Time day = 86400 * second;

// "2026-11-22T14:30:00+01:00", cut to seconds; "" for 0.
[[nodiscard]] std::string official(Time time);
// The parts of it that rules about days are made of.
struct OfficialParts {
    int year = 0;
    unsigned month = 0;   // 1 to 12
    unsigned weekday = 0; // 0: Sunday
    int hour = 0;
};
[[nodiscard]] OfficialParts official_parts(Time time);
// "22.11.2026 14:30:00 MEZ", for letters; "" for 0.
[[nodiscard]] std::string official_german(Time time);
// "261122143000", as file names of method B have it.
[[nodiscard]] std::string official_digits(Time time);

// "2026-11-22 14:30[:05]", "22.11.2026 14:30[:05]", "1.2.2026", each also without a time of
// day (0:00; 24:00 is the end of a day) or, the first with "T", with an offset:
// "2026-11-22T14:30:00+01:00", "...Z".  Or what is wrong, in English and German: no such
// day, an hour that does not exist or comes twice.
struct BadTime {
    std::string english;
    std::string german;
};
[[nodiscard]] std::expected<Time, BadTime> parse_time(std::string_view text);

// The same time of day that many calendar months later; a day that the month does not have
// is its last: 30 November and three months are 28 or 29 February.
[[nodiscard]] Time add_months(Time time, int months);

} // namespace li
