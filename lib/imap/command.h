// SPDX-License-Identifier: Apache-2.0
// imap/command.h - commands of a client that has not logged in: gathered whole, with their
// literals, and taken apart (RFC 9051 section 9, RFC 7888).
//
// After the login nothing is gathered: that is the follower's work.
#pragma once

#include "imap/framer.h"
#include "imap/gathered_line.h"
#include "imap/limits.h"
#include "imap/value.h"

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace imap {

// Gathers one command.  Memory: nothing between commands, else what of it has come, within
// Limits::command.
class CommandReader {
public:
    explicit CommandReader(const Limits& limits) : limits_(limits), line_(limits.command) {}

    enum class State : std::uint8_t {
        more,     // feed on
        go_ahead, // say "+" (RFC 9051 section 7.6) and feed on
        complete, // line() is a command; clear() before the next feed
        refused,  // a literal larger than the limit waits for its "+": answer the tag with
                  // NO [TOOBIG] (RFC 7889); it does not come.  clear() as above
        too_long, // beyond a limit with more to come: nothing can be answered but BYE
    };

    // Takes bytes up to the end of a command or to a question; returns how many.
    std::size_t feed(std::string_view bytes);
    [[nodiscard]] State state() const { return state_; }
    // Without its end; literals stand in it as they came.
    [[nodiscard]] const std::string& line() const { return line_.text(); }
    // A command has begun to come.
    [[nodiscard]] bool begun() const { return !line_.text().empty(); }
    void clear();
    // The same, for a command with secrets in it.
    void wipe();

private:
    [[nodiscard]] State judge(const Piece& piece);
    [[nodiscard]] State judge_literal(const Piece& piece);

    Limits limits_;
    Framer framer_;
    State state_ = State::more;
    GatheredLine line_;
};

struct Command {
    std::string tag;
    std::string name; // upper case, letters and digits: "LOGIN"
    std::vector<Value> arguments;
};
struct Malformed {
    std::string tag; // "*" if there is none to answer to
    std::string why;
};
[[nodiscard]] std::expected<Command, Malformed> parse_command(std::string_view line,
                                                              const Limits& limits);

// The tag at the beginning of a line; "*" where there is none.
[[nodiscard]] std::string_view tag_of(std::string_view line, const Limits& limits);

} // namespace imap
