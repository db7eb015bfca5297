// SPDX-License-Identifier: Apache-2.0
// audit/sampling.h - what the quarterly check has to look at (TKÜV § 17 (1)).  Pure.
//
// A fifth of the measures ordered in the quarter, two hundred at most, drawn by lot - a
// number that two authorities have given is two measures -; every test use; and whatever is
// suspicious: refusals and failures, acts without an outcome, measures that end right after
// they began, exports, acts outside of business hours, people who were given two roles, and
// what had to be put right in the log.
#pragma once

#include "audit/chain.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace audit {

// So begins the detail of an act that nobody asked for, such as a round of a timer.
inline constexpr std::string_view by_itself = "by itself";

struct Sample {
    struct Item {
        std::uint64_t number = 0; // of the entry
        std::vector<std::string> reasons;
    };
    std::string quarter;
    std::string seed;
    std::size_t entries = 0;         // in the quarter
    std::size_t measures = 0;        // ordered in it
    std::size_t tests = 0;           // entries
    std::size_t suspicious = 0;      // entries
    std::vector<std::string> chosen; // measures drawn by lot: "lka/LKA-17"
    std::vector<Item> items;         // by number
};

// The same seed gives the same sample of the same log.
[[nodiscard]] Sample draw_sample(const Chain& log, std::string_view quarter,
                                 std::string_view seed);

// "2026-Q3" or not.
[[nodiscard]] bool is_quarter(std::string_view text);

} // namespace audit
