// SPDX-License-Identifier: Apache-2.0
// sponts/traffic_count.h - lines in, sums out: what is a line of ours, in the period, and
// not there twice.  Pure.
#pragma once

#include "li/official_time.h"
#include "traffic_once.h"
#include "traffic_sums.h"

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace sponts {

// From the first instant on, before the last one.
struct Period {
    li::Time from = std::numeric_limits<li::Time>::min();
    li::Time to = std::numeric_limits<li::Time>::max();
    [[nodiscard]] bool bounded() const
    {
        return from != Period{}.from || to != Period{}.to;
    }
    [[nodiscard]] bool holds(li::Time time) const { return time >= from && time < to; }
    bool operator==(const Period&) const = default;
};

// When a line of a log was written, cut to seconds; the forms of base::LogLine::time.
[[nodiscard]] std::optional<li::Time> time_of_line(std::string_view written);

class TrafficCount {
public:
    // `sums` lives longer.
    TrafficCount(TrafficSums& sums, Period period) : sums_(&sums), period_(period) {}

    void line(std::string_view text);
    // One that has no end, or is of a length that none of ours has.
    void broken_line() { ++not_understood_; }

    [[nodiscard]] std::uint64_t not_understood() const { return not_understood_; }
    // Traffic that may or may not belong to the period.
    [[nodiscard]] std::uint64_t without_time() const { return without_time_; }

private:
    [[nodiscard]] bool in_period(std::string_view written);

    TrafficSums* sums_;
    Period period_;
    TrafficReader reader_;
    Once once_;
    std::string last_time_; // many lines are of one second
    bool last_time_held_ = false;
    std::uint64_t not_understood_ = 0;
    std::uint64_t without_time_ = 0;
};

} // namespace sponts
