// SPDX-License-Identifier: Apache-2.0
#include "text/base64.h"

#include <cstdint>

namespace text {

namespace {

int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

// One to three bytes as four characters.
void append_group(std::string& out, std::string_view bytes)
{
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < 3; ++i)
        bits = bits << 8 | (i < bytes.size() ? static_cast<unsigned char>(bytes[i]) : 0U);
    for (std::size_t i = 0; i < 4; ++i)
        out += i <= bytes.size() ? base64_alphabet[bits >> (18 - 6 * i) & 63] : '=';
}

// Four characters, the last `padding` of them "=", as bytes; false if they are no base64.
bool take_group(std::string& out, std::string_view group, std::size_t padding)
{
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < 4; ++i) {
        const unsigned value = i < 4 - padding ? base64_digit(group[i]) : 0;
        if (value == no_digit)
            return false;
        bits = bits << 6 | value;
    }
    for (std::size_t i = 0; i < 3 - padding; ++i)
        out += static_cast<char>(bits >> (16 - 8 * i) & 255);
    const std::uint32_t spare = (1U << (8 * padding)) - 1; // bits that belong to no byte
    return (bits & spare) == 0;
}

} // namespace

std::string base64(std::string_view bytes)
{
    std::string out;
    out.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t i = 0; i < bytes.size(); i += 3)
        append_group(out, bytes.substr(i, 3));
    return out;
}

std::optional<std::string> from_base64(std::string_view text)
{
    if (text.size() % 4 != 0)
        return std::nullopt;
    const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
    std::string out;
    out.reserve(text.size() / 4 * 3);
    for (std::size_t i = 0; i < text.size(); i += 4)
        if (!take_group(out, text.substr(i, 4), i + 4 == text.size() ? padding : 0))
            return std::nullopt;
    return out;
}

std::string hex(std::string_view bytes)
{
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out;
    out.reserve(bytes.size() * 2);
    for (const unsigned char c : bytes) {
        out += digits[c >> 4];
        out += digits[c & 15];
    }
    return out;
}

std::optional<std::string> from_hex(std::string_view text)
{
    if (text.size() % 2 != 0)
        return std::nullopt;
    std::string out;
    out.reserve(text.size() / 2);
    for (std::size_t i = 0; i < text.size(); i += 2) {
        const auto octet = hex_octet(text[i], text[i + 1]);
        if (!octet)
            return std::nullopt;
        out += *octet;
    }
    return out;
}

std::optional<char> hex_octet(char high, char low)
{
    if (hex_value(high) < 0 || hex_value(low) < 0)
        return std::nullopt;
    return static_cast<char>(hex_value(high) * 16 + hex_value(low));
}

} // namespace text
