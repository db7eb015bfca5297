// SPDX-License-Identifier: Apache-2.0
#include "smtp/reply.h"

#include <charconv>

namespace smtp {

namespace {

constexpr std::size_t max_line = 510; // RFC 5321 4.5.3.1.5, without CRLF

char safe(char c)
{
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f ? '?' : c;
}

void append_line(std::string& out, const Reply& reply, std::string_view text, bool last)
{
    const std::size_t start = out.size();
    char digits[16];
    const auto [end, error] = std::to_chars(digits, digits + sizeof digits, reply.code);
    out.append(digits, end);
    out += last ? ' ' : '-';
    if (!reply.enhanced.empty()) {
        out += reply.enhanced;
        out += ' ';
    }
    for (const char c : text.substr(0, max_line - (out.size() - start)))
        out += safe(c);
    out += "\r\n";
}

} // namespace

void append_wire(std::string& out, const Reply& reply)
{
    std::string_view rest = reply.text;
    for (;;) {
        const std::size_t end = rest.find('\n');
        const bool last = end == std::string_view::npos;
        append_line(out, reply, rest.substr(0, end), last);
        if (last)
            return;
        rest.remove_prefix(end + 1);
    }
}

std::string wire(const Reply& reply)
{
    std::string out;
    append_wire(out, reply);
    return out;
}

std::string one_line(const Reply& reply)
{
    std::string out = std::to_string(reply.code);
    if (!reply.enhanced.empty())
        out += ' ' + reply.enhanced;
    out += ' ';
    for (const char c : reply.text)
        out += c == '\n' ? ' ' : safe(c);
    return out;
}

} // namespace smtp
