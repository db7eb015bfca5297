// SPDX-License-Identifier: Apache-2.0
// Lines and printable text; see lines.h.  Nothing here knows a protocol.
#include "text/lines.h"

#include "text/plain.h"

#include <algorithm>
#include <cstring>

namespace text {

namespace {

char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

char upper(char c)
{
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - ('a' - 'A')) : c;
}

} // namespace

Line first_line(std::string_view buffer, std::size_t limit, std::size_t from)
{
    const std::size_t end = buffer.find('\n', std::min(from, buffer.size()));
    if (end == std::string_view::npos) {
        // One byte more than the limit may still be the CR of a line that just fits.
        const bool fits =
            buffer.size() <= limit || (buffer.size() == limit + 1 && buffer.back() == '\r');
        return {fits ? LineState::more : LineState::too_long, {}, fits ? 0 : buffer.size()};
    }
    const bool bare = end == 0 || buffer[end - 1] != '\r';
    const std::string_view line = buffer.substr(0, bare ? end : end - 1);
    if (line.size() > limit)
        return {LineState::too_long, {}, end + 1};
    return {bare ? LineState::bare_newline : LineState::complete, line, end + 1};
}

bool has_control(std::string_view text)
{
    return std::ranges::any_of(text, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

bool is_ascii(std::string_view text)
{
    return std::ranges::all_of(text, [](unsigned char c) { return c < 0x80; });
}

std::size_t utf8_length(std::string_view text)
{
    const auto byte = [&](std::size_t i) {
        return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
    };
    const auto tail = [&](std::size_t i) { return (byte(i) & 0xc0U) == 0x80; };
    const unsigned first = byte(0);
    if (first < 0x80)
        return 1;
    if (first >= 0xc2 && first <= 0xdf)
        return tail(1) ? 2 : 0;
    if (first >= 0xe0 && first <= 0xef) {
        const unsigned least = first == 0xe0 ? 0xa0 : 0x80;
        const unsigned most = first == 0xed ? 0x9f : 0xbf; // no surrogates
        return byte(1) >= least && byte(1) <= most && tail(2) ? 3 : 0;
    }
    if (first >= 0xf0 && first <= 0xf4) {
        const unsigned least = first == 0xf0 ? 0x90 : 0x80;
        const unsigned most = first == 0xf4 ? 0x8f : 0xbf;
        return byte(1) >= least && byte(1) <= most && tail(2) && tail(3) ? 4 : 0;
    }
    return 0;
}

bool is_utf8(std::string_view text)
{
    while (!text.empty()) {
        const std::size_t length = utf8_length(text);
        if (length == 0)
            return false;
        text.remove_prefix(length);
    }
    return true;
}

std::string printable(std::string_view text, std::size_t limit)
{
    std::string shown(text.substr(0, limit));
    for (char& c : shown)
        if (static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) > 0x7e)
            c = '?';
    return shown;
}

std::string to_lower(std::string_view text)
{
    std::string result(text);
    std::ranges::transform(result, result.begin(), lower);
    return result;
}

std::string to_upper(std::string_view text)
{
    std::string result(text);
    std::ranges::transform(result, result.begin(), upper);
    return result;
}

bool equal_ignoring_case(std::string_view a, std::string_view b)
{
    return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

std::string_view trim(std::string_view text)
{
    while (!text.empty() && is_blank(text.front()))
        text.remove_prefix(1);
    while (!text.empty() && is_blank(text.back()))
        text.remove_suffix(1);
    return text;
}

} // namespace text
