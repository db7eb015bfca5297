// SPDX-License-Identifier: Apache-2.0
#include "text/visible.h"

#include "text/lines.h"

#include <algorithm>
#include <cstdint>

namespace text {

namespace {

// Of one sequence that utf8_length() has found.
std::uint32_t code_point(std::string_view sequence)
{
    const auto first = static_cast<unsigned char>(sequence.front());
    if (sequence.size() == 1)
        return first;
    std::uint32_t code = first & (0xffu >> (sequence.size() + 1));
    for (const char c : sequence.substr(1))
        code = code << 6 | (static_cast<unsigned char>(c) & 0x3fu);
    return code;
}

bool is_dangerous(std::uint32_t code)
{
    const auto within = [code](std::uint32_t first, std::uint32_t last) {
        return code >= first && code <= last;
    };
    return code < 0x20 || within(0x7f, 0x9f) || code == 0x061c || within(0x200b, 0x200f) ||
           within(0x2028, 0x202e) || within(0x2060, 0x2069) || code == 0xfeff ||
           within(0xfff9, 0xfffb) || within(0xe0000, 0xe007f);
}

// Printable ASCII: most texts are nothing else, so this is looked for first.
std::size_t plain_length(std::string_view text)
{
    const auto* const end =
        std::ranges::find_if_not(text, [](char c) { return c >= ' ' && c < 0x7f; });
    return static_cast<std::size_t>(end - text.begin());
}

} // namespace

void append_visible(std::string& out, std::string_view text)
{
    for (;;) {
        const std::size_t plain = plain_length(text);
        out += text.substr(0, plain);
        text.remove_prefix(plain);
        if (text.empty())
            return;
        const std::size_t length = utf8_length(text);
        const std::string_view sequence = text.substr(0, length);
        if (length == 0 || is_dangerous(code_point(sequence)))
            out += '?';
        else
            out += sequence;
        text.remove_prefix(std::max<std::size_t>(length, 1));
    }
}

std::string visible(std::string_view text)
{
    std::string out;
    append_visible(out, text);
    return out;
}

std::string spreadsheet_text(std::string_view text)
{
    std::string out = visible(text);
    for (const std::string_view first : {"=", "+", "-", "@", "\xef\xbc\x9d", "\xef\xbc\x8b",
                                         "\xef\xbc\x8d", "\xef\xbc\xa0"})
        if (out.starts_with(first))
            return '\'' + out;
    return out;
}

} // namespace text
