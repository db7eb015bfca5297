// SPDX-License-Identifier: Apache-2.0
// Writes JSON; see json.h.  Reads none.
#include "text/json.h"

#include "text/lines.h"

#include <array>
#include <charconv>

namespace text {

namespace {

constexpr std::string_view replacement = "\xef\xbf\xbd"; // U+FFFD
constexpr std::string_view hex_digits = "0123456789abcdef";

bool stands_for_itself(unsigned char c)
{
    return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

void append_escaped(std::string& out, unsigned char c)
{
    out += '\\';
    switch (c) {
    case '"':
    case '\\':
        out += static_cast<char>(c);
        return;
    case '\n':
        out += 'n';
        return;
    case '\r':
        out += 'r';
        return;
    case '\t':
        out += 't';
        return;
    default:
        out.append("u00").append(1, hex_digits[c >> 4]).append(1, hex_digits[c & 15]);
    }
}

template <class Number>
void append_number(std::string& out, Number number)
{
    std::array<char, 24> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number);
    out.append(digits.data(), end.ptr);
}

} // namespace

void append_json_string(std::string& out, std::string_view text)
{
    out += '"';
    while (!text.empty()) {
        std::size_t plain = 0;
        while (plain < text.size() &&
               stands_for_itself(static_cast<unsigned char>(text[plain])))
            ++plain;
        out.append(text.substr(0, plain));
        text.remove_prefix(plain);
        if (text.empty())
            break;
        const std::size_t length = utf8_length(text);
        if (length == 1)
            append_escaped(out, static_cast<unsigned char>(text.front()));
        else if (length == 2 && text[0] == '\xc2' &&
                 static_cast<unsigned char>(text[1]) < 0xa0)
            append_escaped(out, static_cast<unsigned char>(text[1])); // C1, for terminals
        else
            out.append(length == 0 ? replacement : text.substr(0, length));
        text.remove_prefix(length == 0 ? 1 : length);
    }
    out += '"';
}

// A value stands alone on its line, first in brackets, behind its key, or behind another.
void JsonWriter::separate()
{
    const char last = out_.empty() ? '\n' : out_.back();
    if (last != '\n' && last != '{' && last != '[' && last != ':')
        out_ += ',';
}

JsonWriter& JsonWriter::open(char bracket)
{
    separate();
    out_ += bracket;
    return *this;
}

JsonWriter& JsonWriter::close(char bracket)
{
    out_ += bracket;
    return *this;
}

JsonWriter& JsonWriter::key(std::string_view name)
{
    separate();
    append_json_string(out_, name);
    out_ += ':';
    return *this;
}

JsonWriter& JsonWriter::value(std::string_view text)
{
    separate();
    append_json_string(out_, text);
    return *this;
}

JsonWriter& JsonWriter::null()
{
    separate();
    out_ += "null";
    return *this;
}

JsonWriter& JsonWriter::value(bool yes)
{
    separate();
    out_ += yes ? "true" : "false";
    return *this;
}

JsonWriter& JsonWriter::value(std::int64_t number)
{
    separate();
    append_number(out_, number);
    return *this;
}

JsonWriter& JsonWriter::value(std::uint64_t number)
{
    separate();
    append_number(out_, number);
    return *this;
}

} // namespace text
