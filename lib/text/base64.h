// SPDX-License-Identifier: Apache-2.0
// text/base64.h - RFC 4648 base64 (strict) and hexadecimal.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace text {

inline constexpr std::string_view base64_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
inline constexpr unsigned char no_digit = 255;
inline constexpr auto base64_digits = [] {
    std::array<unsigned char, 256> table{};
    table.fill(no_digit);
    for (std::size_t i = 0; i < base64_alphabet.size(); ++i)
        table[static_cast<unsigned char>(base64_alphabet[i])] =
            static_cast<unsigned char>(i);
    return table;
}();

// What the digit stands for, or no_digit.
constexpr unsigned base64_digit(char c)
{
    return base64_digits[static_cast<unsigned char>(c)];
}

[[nodiscard]] std::string base64(std::string_view bytes);
// Nothing unless `text` is exactly what base64() writes: padded, no blanks, no stray bits.
[[nodiscard]] std::optional<std::string> from_base64(std::string_view text);

[[nodiscard]] std::string hex(std::string_view bytes);                    // lower case
[[nodiscard]] std::optional<std::string> from_hex(std::string_view text); // either case
[[nodiscard]] std::optional<char> hex_octet(char high, char low);         // the same

} // namespace text
