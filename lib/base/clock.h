// SPDX-License-Identifier: Apache-2.0
// base/clock.h - the two clocks.  Wall time is stored and shown, steady time is waited for.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace base {

using Steady = std::chrono::steady_clock;
using SteadyTime = Steady::time_point;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

// Seconds and microseconds since 1970-01-01 UTC.
[[nodiscard]] std::int64_t wall_seconds();
[[nodiscard]] std::int64_t wall_microseconds();

// "2026-11-21T21:45:40+01:00" (RFC 3339, local zone) and
// "Sat, 21 Nov 2026 21:45:40 +0100" (RFC 5322 section 3.3).
[[nodiscard]] std::string rfc3339(std::int64_t epoch_seconds);
[[nodiscard]] std::string rfc5322_date(std::int64_t epoch_seconds);

// "90s", "15m", "4h", "5d", "2w" or a plain number of seconds; -1 if it is none of these.
[[nodiscard]] std::int64_t parse_duration(std::string_view text);

} // namespace base
