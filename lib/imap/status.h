// SPDX-License-Identifier: Apache-2.0
// imap/status.h - the lines with which a server answers (RFC 9051 section 7).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace imap {

enum class Condition : std::uint8_t { ok, no, bad, bye, preauth, none };

struct Response {
    std::string_view tag; // "*", "+" or the tag of a command; empty: this is no IMAP
    // For tagged lines and for untagged OK, NO, BAD, BYE, PREAUTH.
    Condition condition = Condition::none;
    std::string_view code;      // "[CAPABILITY IMAP4rev1]": CAPABILITY
    std::string_view code_text; // ... and IMAP4rev1
    // Behind condition and code; of "+" all, of other untagged data all behind "* ".
    std::string_view text;

    [[nodiscard]] bool untagged() const { return tag == "*"; }
    [[nodiscard]] bool continuation() const { return tag == "+"; }
    [[nodiscard]] bool has_code(std::string_view name) const; // in any case
    // "* CAPABILITY ..." and such: the word, if it is this one, is cut off into `rest`.
    [[nodiscard]] bool data(std::string_view name, std::string_view& rest) const;
};

// `line` without its end; the views live as long as it.
[[nodiscard]] Response parse_response(std::string_view line);
// The same of a line of which only the beginning is there: a code that does not end within
// it is found all the same, with the beginning of its text.
[[nodiscard]] Response parse_beginning(std::string_view line);

// What a response code (RFC 5530 and others) says of a refused login.
enum class Refusal : std::uint8_t {
    credentials, // [AUTHENTICATIONFAILED], [AUTHORIZATIONFAILED], [EXPIRED], or none
    temporary,   // [UNAVAILABLE], [SERVERBUG], [CONTACTADMIN]
    in_use,      // [INUSE], [LIMIT]
    privacy,     // [PRIVACYREQUIRED]
};
[[nodiscard]] Refusal refusal_of(const Response& response);

// "TAG OK [CODE] text\r\n"; no code: without brackets.
[[nodiscard]] std::string say(std::string_view tag, std::string_view condition,
                              std::string_view code, std::string_view text);

} // namespace imap
