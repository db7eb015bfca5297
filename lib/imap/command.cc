// SPDX-License-Identifier: Apache-2.0
#include "imap/command.h"

#include "base/wipe.h"
#include "text/lines.h"

#include <algorithm>
#include <utility>

namespace imap {

namespace {

constexpr std::size_t longest_name = 32;
// A list of thirty pairs, and some more; each costs four times what it takes to say it.
constexpr std::size_t most_values = 70;

bool is_tag(std::string_view text, const Limits& limits)
{
    return !text.empty() && text.size() <= limits.tag && text != "+" && text != "*" &&
           text::is_ascii(text) && !text::has_control(text) &&
           text.find_first_of("(){%*\"\\+ ") == std::string_view::npos;
}

bool is_name(std::string_view text)
{
    return !text.empty() && text.size() <= longest_name &&
           text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                  "0123456789-") == std::string_view::npos;
}

} // namespace

// A CR that may be of the line end does not count.
bool CommandReader::keep(const Piece& piece)
{
    const std::size_t cr = may_end_line(piece) ? 1 : 0;
    if (line_.size() + piece.bytes.size() > limits_.command + cr)
        return false;
    line_ += piece.bytes;
    return true;
}

CommandReader::State CommandReader::end(const Piece& piece)
{
    if (ends_in_cr_ && piece.bytes == "\n")
        line_.pop_back(); // its LF came in the next bytes
    return line_.size() > limits_.command ? State::too_long : State::complete;
}

CommandReader::State CommandReader::judge(const Piece& piece)
{
    switch (piece.kind) {
    case Piece::Kind::text:
    case Piece::Kind::octets:
        return keep(piece) ? State::more : State::too_long;
    case Piece::Kind::literal:
        if (piece.size > limits_.literal)
            return piece.waits ? State::refused : State::too_long;
        if (!keep(piece))
            return State::too_long;
        return piece.waits ? State::go_ahead : State::more;
    case Piece::Kind::line_end:
        return end(piece);
    case Piece::Kind::more:
        break;
    }
    return State::more;
}

std::size_t CommandReader::feed(std::string_view bytes)
{
    const std::size_t before = bytes.size();
    if (state_ == State::go_ahead)
        state_ = State::more;
    while (state_ == State::more && !bytes.empty()) {
        const Piece piece = framer_.next(bytes);
        state_ = judge(piece);
        ends_in_cr_ = may_end_line(piece);
    }
    return before - bytes.size();
}

void CommandReader::wipe()
{
    base::wipe(line_);
    clear();
}

void CommandReader::clear()
{
    if (state_ == State::refused)
        framer_.cancel_literal();
    state_ = State::more;
    ends_in_cr_ = false;
    std::exchange(line_, {});
}

std::string_view tag_of(std::string_view line, const Limits& limits)
{
    const std::string_view word = line.substr(0, line.find(' '));
    return is_tag(word, limits) ? word : "*";
}

std::expected<Command, Malformed> parse_command(std::string_view line, const Limits& limits)
{
    const std::string_view tag = tag_of(line, limits);
    if (tag == "*")
        return std::unexpected(Malformed{
            "*", line.substr(0, line.find(' ')).size() > limits.tag
                     ? "tag is longer than " + std::to_string(limits.tag) + " bytes"
                     : "a command begins with a tag"});
    std::string_view rest = line.substr(tag.size());
    if (rest.starts_with(' '))
        rest.remove_prefix(1);
    const std::string_view name = rest.substr(0, rest.find(' '));
    if (!is_name(name))
        return std::unexpected(Malformed{std::string(tag), "no command"});
    rest.remove_prefix(name.size());
    auto arguments = parse_values(rest, limits.depth, most_values);
    if (!arguments)
        return std::unexpected(Malformed{std::string(tag), std::move(arguments.error())});
    return Command{std::string(tag), text::to_upper(name), *std::move(arguments)};
}

} // namespace imap
