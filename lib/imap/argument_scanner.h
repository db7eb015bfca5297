// SPDX-License-Identifier: Apache-2.0
// imap/argument_scanner.h - the arguments of SELECT and APPEND as they come, in pieces.
//
// Finds the mailbox, tells which literals are messages, counts these, and knows whether the
// arguments are just as the grammar wants them (RFC 9051 section 9, RFC 3502, 4469).
// UTF8 (RFC 6855) is not among that: servers that do not know it do as they please with
// what stands in it.  Linear, and the same memory whatever comes: a word and the flags.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace imap {

class ArgumentScanner {
public:
    static constexpr std::size_t longest_mailbox = 4096;
    static constexpr std::size_t longest_flags = 1024;

    enum class Of : std::uint8_t {
        nothing,
        select,  // mailbox ...
        upload,  // mailbox [flags] [date] message ...
        replace, // number mailbox [flags] [date] message
    };
    void begin(Of of);
    // Behind the name of the command; without line ends.
    void text(std::string_view text);
    // The text ends with the announcement of a literal.  True: it holds a message, or a
    // part of one; else its octets are wanted here.
    [[nodiscard]] bool literal();
    void octets(std::string_view octets, bool last);
    // The end of the command.
    void end();

    // Empty: there is none yet, or it is none that can be understood.
    [[nodiscard]] const std::string& mailbox() const { return mailbox_; }
    [[nodiscard]] std::uint32_t messages() const { return messages_; }
    // Of the message whose literal was announced last: "\Seen $Important".
    [[nodiscard]] const std::string& flags() const { return flags_; }
    // Up to the literal that was announced last all is as it should be.
    [[nodiscard]] bool sound() const { return sound_ && !lost(); }
    // Nobody knows which of these words belong together.
    [[nodiscard]] bool lost() const { return at_ == At::lost; }

private:
    // What may come next.
    enum class At : std::uint8_t {
        lost, // whatever
        number,
        mailbox,
        message, // "(\Seen)", "17-Jul-1996", CATENATE or the literal
        flags,
        flagged,
        dated,
        catenate, // "("
        part,     // URL, TEXT or ")"
        url,
        octets, // of TEXT
    };
    enum class In : std::uint8_t {
        blank, // a word may begin
        tight, // behind a quote or a list: a blank has to come
        atom,
        quoted,
        announcement,
    };
    enum class Token : std::uint8_t { atom, quoted, literal, open, close };

    void take_quoted(char c);
    void take(char c);
    void keep(char c);
    void open(char c);
    void end_word();
    void token(Token token);
    void step(Token token);
    void step_flagged(Token token);
    void step_dated(Token token);
    [[nodiscard]] bool is(Token token, std::string_view word) const;
    void take_mailbox(bool sound);
    void message_literal(Token token, At next);
    void lose();

    Of of_ = Of::nothing;
    At at_ = At::lost;
    In in_ = In::blank;
    bool sound_ = false;
    bool escaped_ = false;
    bool ended_by_cr_ = false;
    bool counted_ = false; // the message under way
    bool too_long_ = false;
    std::uint32_t messages_ = 0;
    std::string word_;
    std::string mailbox_;
    std::string flags_;
};

} // namespace imap
