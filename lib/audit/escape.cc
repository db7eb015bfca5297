// SPDX-License-Identifier: Apache-2.0
// audit/escape.cc - see the header.
#include "audit/escape.h"

#include "text/base64.h"

#include <charconv>

namespace audit {

namespace {

bool stands_for_itself(char c)
{
    return c > ' ' && c < 0x7f && c != '%';
}

} // namespace

std::string escape(std::string_view text)
{
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        if (stands_for_itself(c)) {
            out += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        out += '%';
        out += digits[byte >> 4];
        out += digits[byte & 15];
    }
    return out;
}

std::optional<std::string> unescape(std::string_view word)
{
    const std::string_view whole = word;
    std::string out;
    while (!word.empty()) {
        if (word[0] != '%') {
            out += word[0];
            word.remove_prefix(1);
            continue;
        }
        const auto byte = text::from_hex(word.substr(1, 2));
        if (!byte || byte->size() != 1)
            return {};
        out += *byte;
        word.remove_prefix(3);
    }
    if (escape(out) != whole)
        return {};
    return out;
}

std::optional<std::uint64_t> number_of(std::string_view word)
{
    std::uint64_t number = 0;
    const auto [end, error] =
        std::from_chars(word.data(), word.data() + word.size(), number);
    if (error != std::errc{} || end != word.data() + word.size() ||
        (word.size() > 1 && word[0] == '0'))
        return {};
    return number;
}

std::string_view take_until(std::string_view& text, char end)
{
    const std::size_t at = text.find(end);
    const std::string_view taken = text.substr(0, at);
    text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
    return taken;
}

} // namespace audit
