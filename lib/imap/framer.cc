// SPDX-License-Identifier: Apache-2.0
#include "imap/framer.h"

#include "text/words.h"

#include <algorithm>
#include <charconv>
#include <limits>

namespace imap {

Announcement announced(std::string_view text)
{
    if (!text.ends_with('}'))
        return {};
    const std::size_t brace = text.rfind('{');
    if (brace == std::string_view::npos)
        return {};
    Announcement found;
    found.length = text.size() - brace;
    std::string_view number = text.substr(brace + 1, found.length - 2);
    if (number.ends_with('+')) {
        found.waits = false;
        number.remove_suffix(1);
    }
    const auto [end, error] = std::from_chars(number.begin(), number.end(), found.size);
    if (number.empty() || end != number.end() || error == std::errc::invalid_argument)
        return {};
    if (error == std::errc::result_out_of_range)
        found.size = std::numeric_limits<std::uint64_t>::max();
    if (brace > 0 && text[brace - 1] == '~')
        ++found.length;
    return found;
}

Piece Framer::next(std::string_view& bytes)
{
    if (bytes.empty())
        return {};
    if (left_ > 0)
        return take_octets(bytes);
    const std::size_t newline = bytes.find('\n');
    if (newline == std::string_view::npos)
        return take_text(bytes, bytes.size());
    const std::size_t size = text::without_cr(bytes.substr(0, newline)).size();
    if (size > 0)
        return take_text(bytes, size);
    return take_end(bytes, newline + 1);
}

Piece Framer::take_octets(std::string_view& bytes)
{
    const std::size_t size = std::min<std::uint64_t>(left_, bytes.size());
    left_ -= size;
    Piece piece{.kind = Piece::Kind::octets, .bytes = bytes.substr(0, size)};
    piece.last = left_ == 0;
    bytes.remove_prefix(size);
    return piece;
}

Piece Framer::take_text(std::string_view& bytes, std::size_t size)
{
    Piece piece{.kind = Piece::Kind::text, .bytes = bytes.substr(0, size)};
    bytes.remove_prefix(size);
    remember(piece.bytes);
    at_start_ = false;
    return piece;
}

// The end of the line comes right behind the text that is remembered.
Piece Framer::take_end(std::string_view& bytes, std::size_t size)
{
    Piece piece{.kind = Piece::Kind::line_end, .bytes = bytes.substr(0, size)};
    bytes.remove_prefix(size);
    const bool found = literals_ && (at_ == At::closed || (at_ == At::cr && size == 1));
    at_ = At::none;
    if (found) {
        piece.kind = Piece::Kind::literal;
        piece.size = left_ = announced_;
        piece.waits = waits_;
        piece.last = left_ == 0;
        return piece;
    }
    at_start_ = true;
    literals_ = true;
    return piece;
}

// Only what stands behind the last brace can be an announcement.
void Framer::remember(std::string_view text)
{
    const std::size_t brace = text.rfind('{');
    if (brace != std::string_view::npos) {
        at_ = At::brace;
        waits_ = true;
        announced_ = 0;
        text.remove_prefix(brace + 1);
    }
    for (std::size_t i = 0; i < text.size() && at_ != At::none; ++i)
        step(text[i]);
}

void Framer::step(char c)
{
    constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
    const bool digits = at_ == At::brace || at_ == At::number;
    if (digits && c >= '0' && c <= '9') {
        const auto digit = static_cast<std::uint64_t>(c - '0');
        announced_ = announced_ > (most - digit) / 10 ? most : announced_ * 10 + digit;
        at_ = At::number;
    } else if (at_ == At::number && c == '+') {
        waits_ = false;
        at_ = At::plus;
    } else if ((at_ == At::number || at_ == At::plus) && c == '}') {
        at_ = At::closed;
    } else {
        at_ = at_ == At::closed && c == '\r' ? At::cr : At::none;
    }
}

std::size_t Framer::unwaiting_tail() const
{
    if (waits_)
        return 0;
    switch (at_) {
    case At::plus:
        return 1;
    case At::closed:
        return 2;
    case At::cr:
        return 3;
    case At::none:
    case At::brace:
    case At::number:
        break;
    }
    return 0;
}

void Framer::cancel_literal()
{
    left_ = 0;
    at_start_ = true;
    literals_ = true;
    at_ = At::none;
}

} // namespace imap
