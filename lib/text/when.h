// SPDX-License-Identifier: Apache-2.0
// text/when.h - times as people say them to a command: "2h ago", "yesterday 14:30".
//
//     now                          2026-11-23 14:30[:05[.25]]
//     today, yesterday, monday     2026-11-23T14:30:05+01:00, ...Z
//       each also with "14:30"     23.11.2026 14:30
//     14:30 (today)                2026-11-23, 23.11.2026 (the day)
//     2h ago, 90 minutes ago       @1795435200 (seconds since 1970)
//
// Days and clocks without an offset are those of the local zone (TZ); "ago" counts hours
// of sixty minutes and days of 24 hours, whatever the clocks did meanwhile.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace text {

// From the first microsecond since 1970 that is meant to before the last: a day, a minute
// or a second.  Both are the same for a moment, such as "now".
struct When {
    std::int64_t first = 0;
    std::int64_t behind = 0;
};

// `now`: microseconds since 1970.  Or what is wrong: "is no time, ...".
[[nodiscard]] std::expected<When, std::string> parse_when(std::string_view text,
                                                          std::int64_t now);

} // namespace text
