// SPDX-License-Identifier: Apache-2.0
// text/plain.h - text from strangers as it is kept: one line of UTF-8, not too long.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace text {

// A blank for tabs and line ends; U+FFFD for other control characters (C0, DEL, C1), for
// separators of lines and paragraphs, and for what is no UTF-8.  `most` octets of it, cut
// between characters; `cut` becomes true if there was more.
[[nodiscard]] std::string plain_text(std::string_view text, std::size_t most, bool& cut);
[[nodiscard]] std::string plain_text(std::string_view text, std::size_t most);

constexpr bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}
constexpr bool is_white(char c)
{
    return is_blank(c) || c == '\r' || c == '\n';
}

} // namespace text
