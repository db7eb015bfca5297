// SPDX-License-Identifier: Apache-2.0
#include "text/plain.h"

#include "text/lines.h"

#include <algorithm>

namespace text {

namespace {

constexpr std::string_view replacement = "\xef\xbf\xbd"; // U+FFFD

bool is_control(std::string_view character)
{
    const auto first = static_cast<unsigned char>(character[0]);
    if (first < 0x20 || first == 0x7f)
        return true;
    if (first == 0xc2) // U+0080 to U+009F
        return static_cast<unsigned char>(character[1]) < 0xa0;
    return character == "\xe2\x80\xa8" || character == "\xe2\x80\xa9"; // U+2028, U+2029
}

} // namespace

std::string plain_text(std::string_view text, std::size_t most, bool& cut)
{
    std::string out;
    out.reserve(std::min(text.size(), most));
    while (!text.empty()) {
        const std::size_t length = utf8_length(text);
        std::string_view character = length == 0 ? replacement : text.substr(0, length);
        if (is_white(character[0]))
            character = " ";
        else if (is_control(character))
            character = replacement;
        if (out.size() + character.size() > most) {
            cut = true;
            break;
        }
        out += character;
        text.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return out;
}

std::string plain_text(std::string_view text, std::size_t most)
{
    bool cut = false;
    return plain_text(text, most, cut);
}

} // namespace text
