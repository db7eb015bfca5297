// SPDX-License-Identifier: Apache-2.0
#include "imap/command.h"

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

CommandReader::State CommandReader::judge_literal(const Piece& piece)
{
    if (piece.size > limits_.literal)
        return piece.waits ? State::refused : State::too_long;
    if (!line_.add(piece))
        return State::too_long;
    return piece.waits ? State::go_ahead : State::more;
}

CommandReader::State CommandReader::judge(const Piece& piece)
{
    switch (piece.kind) {
    case Piece::Kind::text:
    case Piece::Kind::octets:
        return line_.add(piece) ? State::more : State::too_long;
    case Piece::Kind::literal:
        return judge_literal(piece);
    case Piece::Kind::line_end:
        return line_.end(piece) ? State::complete : State::too_long;
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
    }
    return before - bytes.size();
}

void CommandReader::wipe()
{
    line_.wipe();
    clear();
}

void CommandReader::clear()
{
    if (state_ == State::refused)
        framer_.cancel_literal();
    state_ = State::more;
    line_.clear();
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
