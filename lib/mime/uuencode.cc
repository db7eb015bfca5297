// SPDX-License-Identifier: Apache-2.0
#include "mime/uuencode.h"

#include <algorithm>

namespace mime {

namespace {

// "`" and " " are both 0.
unsigned rank(char c)
{
    return (static_cast<unsigned char>(c) - 0x20U) & 0x3fU;
}

bool is_octal(char c)
{
    return c >= '0' && c <= '7';
}

bool may_stand(char c)
{
    return c >= ' ' && c <= '`';
}

} // namespace

std::optional<std::string_view> uu_begin(std::string_view line)
{
    constexpr std::string_view word = "begin ";
    if (!line.starts_with(word))
        return std::nullopt;
    line.remove_prefix(word.size());
    const std::size_t digits = std::min(line.find(' '), line.size());
    if (digits < 3 || digits > 4 || digits + 1 >= line.size() ||
        !std::ranges::all_of(line.substr(0, digits), is_octal))
        return std::nullopt;
    return line.substr(digits + 1);
}

std::optional<std::size_t> uu_size(std::string_view line)
{
    if (line.empty() || line.size() > max_uu_line || !std::ranges::all_of(line, may_stand))
        return std::nullopt;
    const std::size_t octets = rank(line[0]);
    const std::size_t digits = (octets + 2) / 3 * 4;
    // Blanks at its end may have been lost on the way, and a checksum may follow.
    if (line.size() - 1 + 4 < digits || line.size() - 1 > digits + 2)
        return std::nullopt;
    return octets;
}

std::string uu_decode(std::string_view line)
{
    std::string out;
    if (line.empty())
        return out;
    const std::size_t octets = rank(line[0]);
    std::string digits(line.substr(1));
    digits.resize((octets + 2) / 3 * 4, ' ');
    for (std::size_t at = 0; at < digits.size(); at += 4) {
        const unsigned all = (rank(digits[at]) << 18) | (rank(digits[at + 1]) << 12) |
                             (rank(digits[at + 2]) << 6) | rank(digits[at + 3]);
        for (const int shift : {16, 8, 0})
            out += static_cast<char>((all >> shift) & 0xff);
    }
    out.resize(octets);
    return out;
}

} // namespace mime
