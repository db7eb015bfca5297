// SPDX-License-Identifier: Apache-2.0
// smtp/command.h - the grammar of SMTP commands: RFC 5321 and the extensions we speak.
//
// A command line (without its CRLF) becomes one of the structs below.  The parser knows
// bytes, not order: whether a command fits here and now is Transaction's question.  It does
// not throw and does not answer; a line that cannot be understood becomes Malformed with
// the reply it deserves.  No string in a result holds a byte below 0x20 or 0x7f, and none
// above 0x7f unless it is valid UTF-8 and SMTPUTF8 was asked for in the command (RFC
// 6531 3.4) or, for RCPT, in the MAIL before it.
//
// Lenient, as Postfix is by default: a space after the colon ("MAIL FROM: <a@b>"), spaces
// at the end, lower case.  Not lenient: addresses without brackets, tabs, anything after a
// path that is no parameter.
#pragma once

#include "smtp/envelope.h"
#include "smtp/reply.h"
#include "smtp/xclient.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace smtp {

struct Helo {
    std::string name; // printable ASCII without spaces, at most 255 bytes
};
struct Ehlo {
    std::string name;
};
struct Data {};
struct Bdat {
    std::uint64_t size = 0;
    bool last = false;
    bool garbled = false; // something else than LAST behind the size: swallow, then 501
};
struct Rset {};
struct Noop {};
struct Quit {};
struct Vrfy {
    std::string what;
};
struct Expn {
    std::string what;
};
struct Help {};
struct StartTls {};
struct Auth {
    std::string mechanism;              // upper case
    std::optional<std::string> initial; // base64 as sent; "=" is the empty response
};
struct Xclient {
    ClientAttributes client;
};
struct Xforward {
    ClientAttributes client;
};
struct Etrn {
    std::string node; // "example.org", "@example.org" or "#queue", lower case
};
struct Unknown {
    std::string verb;
};
struct HttpVerb {}; // GET, POST, CONNECT, "Host:" ...: somebody plays a browser against us
struct Malformed {
    Reply reply;
    bool out_of_step = false; // what follows cannot be trusted to be commands: close
    bool was_data = false;    // what waits behind it may be its text
};

using Command =
    std::variant<Helo, Ehlo, Mail, Rcpt, Data, Bdat, Rset, Noop, Quit, Vrfy, Expn, Help,
                 StartTls, Auth, Xclient, Xforward, Etrn, Unknown, HttpVerb, Malformed>;

struct CommandOptions {
    bool smtputf8 = false; // the transaction under way asked for SMTPUTF8
    bool space_after_colon = true;
};

// `line` has no CRLF.  A CR or LF inside it is malformed like any other control byte.
[[nodiscard]] Command parse_command(std::string_view line,
                                    const CommandOptions& options = {});

// The verb for logs: upper case letters only, at most 16 bytes, "?" if it is no word.
[[nodiscard]] std::string verb_of(std::string_view line);

// Lines that never reach the parser.
// `beginning`: what is known of the line.
[[nodiscard]] Malformed line_too_long(std::string_view beginning = {});
[[nodiscard]] Malformed bare_newline(); // the line ended with LF alone: close
[[nodiscard]] Malformed endless_line(); // it does not end, or it is no text: close

} // namespace smtp
