// SPDX-License-Identifier: Apache-2.0
// etsi/national.cc - "key=value" lines and their escapes.
#include "etsi/national.h"

#include "etsi/email.h"
#include "text/base64.h"
#include "text/lines.h"

#include <algorithm>
#include <optional>

namespace etsi {

namespace {

constexpr std::string_view name = "nationalParameter";

bool control(char c)
{
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

void append_octet(std::string& out, char octet)
{
    switch (octet) {
    case '\\':
        out += "\\\\";
        return;
    case '\n':
        out += "\\n";
        return;
    case '\r':
        out += "\\r";
        return;
    case '\t':
        out += "\\t";
        return;
    default:
        out.append("\\x").append(text::hex({&octet, 1}));
    }
}

void append_value(std::string& out, std::string_view value)
{
    while (!value.empty()) {
        const std::size_t length = text::utf8_length(value);
        const bool plain = length != 0 && !control(value[0]) && value[0] != '\\';
        if (plain)
            out += value.substr(0, length);
        else
            append_octet(out, value[0]);
        value.remove_prefix(plain ? length : 1);
    }
}

// The octet of the escape in front of `text`, which is moved behind it.
std::optional<char> take_escape(std::string_view& text)
{
    constexpr std::string_view letters = "\\nrt";
    constexpr std::string_view meanings = "\\\n\r\t";
    if (text.size() < 2)
        return std::nullopt;
    if (const auto at = letters.find(text[1]); at != std::string_view::npos) {
        text.remove_prefix(2);
        return meanings[at];
    }
    if (text[1] != 'x' || text.size() < 4)
        return std::nullopt;
    const auto octet = text::from_hex(text.substr(2, 2));
    if (!octet)
        return std::nullopt;
    text.remove_prefix(4);
    return (*octet)[0];
}

std::optional<std::string> plain_value(std::string_view text)
{
    std::string value;
    while (!text.empty()) {
        if (text[0] != '\\') {
            const auto end = std::min(text.find('\\'), text.size());
            value += text.substr(0, end);
            text.remove_prefix(end);
        } else if (const auto octet = take_escape(text)) {
            value += *octet;
        } else {
            return std::nullopt;
        }
    }
    return value;
}

std::optional<NationalPair> parse_line(std::string_view line)
{
    const auto equals = line.find('=');
    if (equals == std::string_view::npos || !is_national_key(line.substr(0, equals)))
        return std::nullopt;
    const std::string_view written = line.substr(equals + 1);
    auto value = plain_value(written);
    if (!value)
        return std::nullopt;
    std::string again;
    append_value(again, *value);
    if (again != written)
        return std::nullopt; // there is one spelling only
    return NationalPair(line.substr(0, equals), std::move(*value));
}

} // namespace

bool is_national_key(std::string_view key)
{
    const auto letter = [](char c) { return c >= 'a' && c <= 'z'; };
    const auto allowed = [&](char c) {
        return letter(c) || (c >= '0' && c <= '9') || c == '-';
    };
    return !key.empty() && key.size() <= most_national_key && letter(key[0]) &&
           std::ranges::all_of(key, allowed);
}

std::expected<std::string, Fault> national_text(const NationalPairs& pairs)
{
    std::string out(national_version);
    for (const auto& [key, value] : pairs) {
        if (!is_national_key(key))
            return std::unexpected(Fault{name, "a key is malformed"});
        out.append(key) += '=';
        append_value(out, value);
        out += '\n';
    }
    if (out.size() > most_national)
        return std::unexpected(Fault{name, "longer than 1 MB"});
    return out;
}

std::expected<NationalPairs, Fault> parse_national(std::string_view text)
{
    if (!text.starts_with(national_version))
        return std::unexpected(Fault{name, "of another form"});
    text.remove_prefix(national_version.size());
    NationalPairs pairs;
    while (!text.empty()) {
        const auto end = text.find('\n');
        if (end == std::string_view::npos)
            return std::unexpected(Fault{name, "last line without end"});
        auto pair = parse_line(text.substr(0, end));
        if (!pair)
            return std::unexpected(Fault{name, "a line is malformed"});
        pairs.push_back(std::move(*pair));
        text.remove_prefix(end + 1);
    }
    return pairs;
}

} // namespace etsi
