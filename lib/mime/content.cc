// SPDX-License-Identifier: Apache-2.0
#include "mime/content.h"

#include "mime/signature.h"
#include "text/base64.h"
#include "text/lines.h"
#include "text/words.h"

#include <algorithm>
#include <array>

namespace mime {

namespace {

std::size_t count_base64(std::string_view octets)
{
    std::size_t count = 0;
    for (const char c : octets)
        count += text::base64_digit(c) != text::no_digit;
    return count;
}

} // namespace

Encoding encoding_of(std::string_view value)
{
    const std::string name = text::to_lower(text::trim(value.substr(0, value.find(';'))));
    if (name == "base64")
        return Encoding::base64;
    if (name == "quoted-printable")
        return Encoding::quoted_printable;
    if (name == "x-uuencode" || name == "uuencode" || name == "x-uue")
        return Encoding::uuencode;
    return Encoding::identity;
}

void Content::take(std::string_view octets)
{
    switch (encoding_) {
    case Encoding::identity:
        give(octets);
        return;
    case Encoding::base64:
        take_base64(octets);
        return;
    case Encoding::quoted_printable:
        take_quoted_printable(octets);
        return;
    case Encoding::uuencode:
        take_uuencode(octets);
        return;
    }
}

void Content::finish()
{
    if (encoding_ == Encoding::base64)
        end_base64();
    else if (encoding_ == Encoding::uuencode)
        end_uu_line();
    ended_ = true;
}

// Decoded octets.
void Content::give(std::string_view octets)
{
    size_ += octets.size();
    while (!octets.empty() && !full()) {
        const std::size_t count = std::min(octets.size(), wanted_ - front_.size());
        front_ += octets.substr(0, count);
        octets.remove_prefix(count);
        if (!full() || looked_)
            continue;
        looked_ = true;
        wanted_ = std::max(wanted_, octets_wanted(front_));
    }
}

void Content::take_base64(std::string_view octets)
{
    if (ended_)
        return;
    const std::size_t end = octets.find('=');
    octets = decode_base64(octets.substr(0, end));
    const std::size_t digits = held_ + count_base64(octets);
    size_ += digits / 4 * 3;
    held_ = digits % 4;
    if (end != std::string_view::npos)
        end_base64();
}

// As much as is wanted; returns the rest.
std::string_view Content::decode_base64(std::string_view octets)
{
    while (!octets.empty() && !full()) {
        const unsigned digit = text::base64_digit(octets.front());
        octets.remove_prefix(1);
        if (digit == text::no_digit)
            continue;
        saved_ = (saved_ << 6) | digit;
        if (++held_ < 4)
            continue;
        const std::array<char, 3> three = {static_cast<char>(saved_ >> 16),
                                           static_cast<char>(saved_ >> 8),
                                           static_cast<char>(saved_)};
        give({three.data(), three.size()});
        held_ = 0;
    }
    return octets;
}

void Content::end_base64()
{
    if (ended_)
        return;
    ended_ = true;
    const std::uint32_t left = saved_ << (6 * (4 - held_));
    const std::array<char, 2> two = {static_cast<char>(left >> 16),
                                     static_cast<char>(left >> 8)};
    if (held_ > 1)
        give({two.data(), held_ - 1U});
}

void Content::take_quoted_printable(std::string_view octets)
{
    while (!octets.empty()) {
        if (held_ > 0) {
            take_after_equals(octets.front());
            octets.remove_prefix(1);
            continue;
        }
        const std::size_t plain = std::min(octets.find('='), octets.size());
        give(octets.substr(0, plain));
        held_ = plain < octets.size() ? 1 : 0;
        octets.remove_prefix(std::min(plain + 1, octets.size()));
    }
}

// held_: how many octets have come, "=" among them; saved_: the one behind "=".
void Content::take_after_equals(char c)
{
    if (held_ == 1) {
        saved_ = static_cast<unsigned char>(c);
        held_ = c == '\n' ? 0 : 2; // a soft line break
        return;
    }
    held_ = 0;
    const char first = static_cast<char>(saved_);
    if (first == '\r' && c == '\n')
        return;
    if (const auto octet = text::hex_octet(first, c)) {
        give({&*octet, 1});
        return;
    }
    const std::array<char, 3> literal = {'=', first, c};
    give({literal.data(), literal.size()});
}

void Content::take_uuencode(std::string_view octets)
{
    while (!octets.empty() && !ended_) {
        const std::size_t end = std::min(octets.find('\n'), octets.size());
        const std::size_t room = max_uu_line - uu_.line.size();
        uu_.line += octets.substr(0, std::min(end, room));
        if (end == octets.size())
            return;
        end_uu_line();
        octets.remove_prefix(end + 1);
    }
}

void Content::end_uu_line()
{
    if (ended_)
        return;
    const std::string_view line = text::without_cr(uu_.line);
    if (!uu_.begun) {
        const auto name = uu_begin(line);
        uu_.begun = name.has_value();
        uu_.name = name.value_or("");
    } else if (!line.empty()) {
        const std::string octets = uu_decode(line);
        ended_ = line == "end" || octets.empty();
        if (!ended_)
            give(octets);
    }
    uu_.line.clear();
}

} // namespace mime
