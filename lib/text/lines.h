// SPDX-License-Identifier: Apache-2.0
// text/lines.h - lines in a buffer, and text that is safe to show.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace text {

enum class LineState : std::uint8_t {
    complete,     // `line` without its CRLF, `consumed` with it
    more,         // no end yet, and still within the limit
    too_long,     // more than `limit` bytes without an end (or a longer line that has one)
    bare_newline, // ended with LF alone; `line` and `consumed` are set
};

struct Line {
    LineState state = LineState::more;
    std::string_view line;
    std::size_t consumed = 0; // bytes to drop from the front; for too_long: all looked at
};

// The first line of `buffer`.  Only CRLF ends a line; LF alone is told apart so that the
// caller refuses or accepts it by its own setting.  CR inside a line is left in it.
// `from`: bytes already searched by an earlier call (they hold no LF): keeps the whole
// linear.
[[nodiscard]] Line first_line(std::string_view buffer, std::size_t limit,
                              std::size_t from = 0);

[[nodiscard]] bool has_control(std::string_view text); // a byte below 0x20, or 0x7f
[[nodiscard]] bool is_ascii(std::string_view text);
[[nodiscard]] bool is_utf8(std::string_view text); // RFC 3629: no surrogates, shortest form
// Bytes of the UTF-8 sequence in front (RFC 3629 section 4), 0 if there is none.
[[nodiscard]] std::size_t utf8_length(std::string_view text);
// Every byte that is not printable ASCII becomes "?"; at most `limit` bytes.
[[nodiscard]] std::string printable(std::string_view text, std::size_t limit = 512);
[[nodiscard]] std::string to_lower(std::string_view text); // ASCII letters only
[[nodiscard]] std::string to_upper(std::string_view text);
[[nodiscard]] bool equal_ignoring_case(std::string_view a, std::string_view b);
[[nodiscard]] std::string_view trim(std::string_view text); // spaces and tabs at both ends

} // namespace text
