// SPDX-License-Identifier: Apache-2.0
// audit/anchor.h - where both chains end, kept in a second place.
//
// One block of a fixed size, written over in place: neither its size nor its name tells
// how often the functions were used.  A chain that was cut does not fit it any more.
#pragma once

#include "audit/record.h"

#include <expected>
#include <string>
#include <string_view>

namespace audit {

struct Heads {
    Head log;
    Head grants;
    bool operator==(const Heads&) const = default;
};

inline constexpr std::size_t anchor_size = 512; // a disk writes it whole or not at all

[[nodiscard]] std::string encode_anchor(const Heads& heads);
// Or why not.
[[nodiscard]] std::expected<Heads, std::string> parse_anchor(std::string_view text);

// "17:4b1d...": how a head is printed and given on the command line.
[[nodiscard]] std::string to_text(const Head& head);
[[nodiscard]] std::optional<Head> parse_head(std::string_view text);

} // namespace audit
