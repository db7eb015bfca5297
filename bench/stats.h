// SPDX-License-Identifier: Apache-2.0
// bench/stats.h - what the sink counts, in a file that the driver maps while it runs.
#pragma once

#include <cstdint>

namespace bench {

// All times are CLOCK_MONOTONIC in nanoseconds.
struct SinkStats {
    std::uint64_t messages = 0;   // final dots answered
    std::uint64_t bytes = 0;      // of message data as it came over the wire
    std::uint64_t unique = 0;     // different X-Bench numbers
    std::uint64_t duplicates = 0; // numbers seen before
    std::uint64_t unnumbered = 0; // messages without X-Bench
    std::uint64_t last_ns = 0;    // when the last message was answered
};

inline constexpr std::uint64_t most_numbers = 64u << 20;

} // namespace bench
