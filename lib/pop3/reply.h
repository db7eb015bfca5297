// SPDX-License-Identifier: Apache-2.0
// pop3/reply.h - the first line of an answer (RFC 1939 section 3, RFC 2449 section 8).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace pop3 {

enum class Indicator : std::uint8_t {
    ok,        // "+OK"
    error,     // "-ERR"
    challenge, // "+ base64" of AUTH (RFC 5034 section 4)
    garbage,   // this is no POP3
};

struct Reply {
    Indicator indicator = Indicator::garbage;
    std::string_view code; // of "[SYS/TEMP]", without brackets; empty: none
    std::string_view text; // behind indicator and code; of a challenge: the base64
};

// `line` without its end; the views live as long as it.
[[nodiscard]] Reply parse_reply(std::string_view line);

// What a reply code (RFC 2449, 3206) says of a refused login.
enum class Refusal : std::uint8_t {
    credentials, // [AUTH], or no code at all: the usual case
    in_use,      // [IN-USE]: the mailbox is locked by another session
    login_delay, // [LOGIN-DELAY]
    temporary,   // [SYS/TEMP]
    permanent,   // [SYS/PERM]
};
[[nodiscard]] Refusal refusal_of(const Reply& reply);

// The timestamp "<1896.697170952@dbc.mtview.ca.us>" of a greeting, with its brackets;
// empty if there is none (RFC 1939 section 7, APOP).
[[nodiscard]] std::string_view timestamp_of(std::string_view greeting);

// "+OK text\r\n", "-ERR [CODE] text\r\n"; no control byte in either argument.
[[nodiscard]] std::string ok(std::string_view text);
[[nodiscard]] std::string error(std::string_view code, std::string_view text);

} // namespace pop3
