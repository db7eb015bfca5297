// SPDX-License-Identifier: Apache-2.0
// text/words.h - the small change of protocols made of lines: words between single blanks,
// numbers, the CR of a line end.
#pragma once

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>
#include <system_error>

namespace text {

// The first word of `text`, taken off with the one blank behind it.  Empty where `text`
// begins with a blank or has come to its end.
[[nodiscard]] inline std::string_view take_word(std::string_view& text)
{
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(word.size() + 1, text.size()));
    return word;
}

// Decimal digits and nothing else (a "-" in front if the type has one), if it fits.
template <class Number>
[[nodiscard]] std::optional<Number> number_in(std::string_view text)
{
    Number number = 0;
    const auto [end, error] = std::from_chars(text.begin(), text.end(), number);
    if (error != std::errc{} || end != text.end())
        return std::nullopt;
    return number;
}

// A line whose LF has been taken off already.
[[nodiscard]] inline std::string_view without_cr(std::string_view line)
{
    if (line.ends_with('\r'))
        line.remove_suffix(1);
    return line;
}

} // namespace text
