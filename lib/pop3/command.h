// SPDX-License-Identifier: Apache-2.0
// pop3/command.h - the grammar of POP3 commands: RFC 1939, 2449, 2595, 5034 and 6856.
//
// A command line (without its end) becomes a verb and an argument.  The parser knows bytes,
// not order: what may be said before the login is Prelude's question, and after it the
// backend's.  It does not throw and does not answer.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace pop3 {

enum class Verb : std::uint8_t {
    user,
    pass,
    apop,
    auth,
    capa,
    stls,
    utf8,
    lang,
    noop,
    quit,
    stat,
    list,
    uidl,
    retr,
    top,
    dele,
    rset,
    xclient,
    http,  // GET, POST, "Host:" ...: somebody plays a browser against us
    other, // something of an extension, or nothing at all
};

struct Command {
    Verb verb = Verb::other;
    // Behind the first blank, as it stands: the blanks of a password are part of it.  Lives
    // as long as the line.
    std::string_view argument;
    bool has_argument = false; // there was a blank
};

[[nodiscard]] Command parse_command(std::string_view line);

// "RETR" for logs; "?" for `other`.
[[nodiscard]] std::string_view name_of(Verb verb);

struct Numbers {
    std::uint32_t message = 0;          // 0: none was named, or no number
    std::optional<std::uint32_t> lines; // TOP
};
// The message that LIST, UIDL, RETR, TOP and DELE are about.
[[nodiscard]] Numbers numbers_of(const Command& command);

} // namespace pop3
