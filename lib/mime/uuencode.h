// SPDX-License-Identifier: Apache-2.0
// mime/uuencode.h - files as uuencode(1) puts them into text: "begin 644 NAME", lines,
// "end" (IEEE Std 1003.1).
//
// By lines without their ends.  The format has no declaration anywhere: in plain text, a
// "begin" is one only if the line behind it is what uuencode writes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mime {

inline constexpr std::size_t max_uu_line = 128; // 45 octets are 61; checksums may follow

// NAME, or nothing.
[[nodiscard]] std::optional<std::string_view> uu_begin(std::string_view line);
// Octets in a line of data; nothing if it is no such line.
[[nodiscard]] std::optional<std::size_t> uu_size(std::string_view line);
// As many octets as the line announces: blanks at its end may have been lost on the way.
[[nodiscard]] std::string uu_decode(std::string_view line);

// A body that is declared to be uuencoded.
struct UuState {
    std::string line;
    std::string name;
    bool begun = false;
};

} // namespace mime
