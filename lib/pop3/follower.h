// SPDX-License-Identifier: Apache-2.0
// pop3/follower.h - understands a session after its login from the bytes that pass.
//
// Fed with what the client says before that goes to the server, and with what the server
// says before that goes to the client; changes nothing, keeps no text.  It takes part in
// every session alike.  Commands may be sent ahead (PIPELINING): answers belong to them in
// their order.  A multi-line answer ends with CRLF "." CRLF and nothing else (RFC 1939
// section 3).
//
// What a command is must be seen as servers see it, or a client could put an answer out of
// step: they skip any number of blanks, and what is behind a NUL does not exist for them.
//
// Memory: 40 bytes and one command and one status line of at most `kept` bytes each, and 12
// bytes for each unanswered command.
#pragma once

#include "pop3/command.h"
#include "pop3/observer.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace pop3 {

class Follower {
public:
    // Of a line longer than this only the beginning is looked at; several blanks of a
    // command count as one.
    static constexpr std::size_t kept = 128;

    // What LIST says of sizes is read only for who wants it.
    enum class Sizes : std::uint8_t { skipped, told };

    explicit Follower(Observer& observer, Sizes sizes = Sizes::skipped)
        : observer_(&observer), sizes_(sizes)
    {
    }

    void client(std::string_view bytes);
    void server(std::string_view bytes);
    // The connection is over, on whatever side.
    void ended();

    // Commands the server has not answered yet: read no more of the client while there are
    // too many.
    [[nodiscard]] std::size_t unanswered() const { return asked_.size(); }
    // Of a multi-line answer the end has not come.
    [[nodiscard]] bool within_answer() const { return in_text_; }
    // The server has agreed to something that cannot be followed, as STLS after the login:
    // the session has to end.  Empty: all is well.
    [[nodiscard]] std::string_view trouble() const { return trouble_; }

private:
    struct Asked {
        Verb verb = Verb::other;
        bool has_argument = false;
        bool has_lines = false;
        std::uint32_t message = 0;
        std::uint32_t lines = 0;
        [[nodiscard]] Fetch fetch() const;
        [[nodiscard]] bool multi_line() const;
        [[nodiscard]] bool text() const { return verb == Verb::retr || verb == Verb::top; }
    };

    // Where within CRLF "." CRLF the bytes are.
    enum class At : std::uint8_t { middle, cr, line_start, dot, dot_cr };

    [[nodiscard]] static bool gather(std::string& line, std::string_view& bytes);
    void keep_command(std::string_view part);
    void take_command(std::string_view line);
    void take_status(std::string_view line);
    void take_positive(const Asked& asked, const Reply& reply);
    [[nodiscard]] std::size_t take_text(std::string_view bytes);
    [[nodiscard]] bool step(char c);
    void pass(std::string_view bytes);
    [[nodiscard]] bool is_read(Verb verb) const;
    void take_listed(std::string_view bytes);
    void take_item(Verb verb, std::string_view line);
    void finish();

    Observer* observer_;
    Sizes sizes_;
    std::vector<Asked> asked_; // in the order of the client
    std::string command_;      // the line under way
    std::string status_;
    Asked current_; // whose multi-line answer is under way
    bool in_text_ = false;
    At at_ = At::line_start;
    std::string_view trouble_;
};

} // namespace pop3
