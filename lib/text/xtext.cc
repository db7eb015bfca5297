// SPDX-License-Identifier: Apache-2.0
#include "text/xtext.h"

#include "text/base64.h"

namespace text {

namespace {

constexpr std::string_view digits = "0123456789ABCDEF";

// xchar of RFC 3461: "!" to "~" without "+" and "=".
bool stands_for_itself(unsigned char c)
{
    return c > 0x20 && c < 0x7f && c != '+' && c != '=';
}

// RFC 3461 wants upper case digits; lower case has one meaning only and is taken too.
// The byte behind a "+", or nothing.
std::optional<char> hex_pair(std::string_view text)
{
    if (text.size() < 2)
        return std::nullopt;
    const auto byte = from_hex(text.substr(0, 2));
    return byte ? std::optional(byte->front()) : std::nullopt;
}

} // namespace

std::string xtext(std::string_view bytes)
{
    std::string out;
    out.reserve(bytes.size());
    for (const unsigned char c : bytes) {
        if (stands_for_itself(c)) {
            out += static_cast<char>(c);
        } else {
            out += '+';
            out += digits[c >> 4];
            out += digits[c & 15];
        }
    }
    return out;
}

std::optional<std::string> from_xtext(std::string_view text)
{
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '+') {
            const auto byte = hex_pair(text.substr(i + 1));
            if (!byte)
                return std::nullopt;
            out += *byte;
            i += 2;
        } else if (stands_for_itself(static_cast<unsigned char>(text[i]))) {
            out += text[i];
        } else {
            return std::nullopt;
        }
    }
    return out;
}

bool is_xtext(std::string_view text)
{
    return from_xtext(text).has_value();
}

} // namespace text
