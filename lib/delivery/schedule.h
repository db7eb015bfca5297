// SPDX-License-Identifier: Apache-2.0
// delivery/schedule.h - when a message is tried again, given up, and its sender told of the
// delay.  Pure: times are wall clock seconds and are given.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace delivery {

// "5m 10m 4h" -> seconds; words that are no duration are left out (the configuration reader
// has refused them).
[[nodiscard]] std::vector<std::int64_t> durations(std::string_view words);

struct Schedule {
    std::vector<std::int64_t> retry;   // pauses; the last one repeats
    std::vector<std::int64_t> notices; // ages at which the sender is told, ascending
    std::int64_t lifetime = 5 * 86400;
    std::int64_t bounce_lifetime = 86400;

    // `attempts`: how many there have been, this one included.
    [[nodiscard]] std::int64_t pause(std::uint32_t attempts) const;
    [[nodiscard]] std::int64_t expiry(std::int64_t arrival, bool null_sender) const;
    // The first notice that falls due after `after`; nothing if there is none any more.
    [[nodiscard]] std::optional<std::int64_t> next_notice(std::int64_t arrival,
                                                          std::int64_t after) const;
};

} // namespace delivery
