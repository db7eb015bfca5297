// SPDX-License-Identifier: Apache-2.0
// pop3/limits.h - every limit of a POP3 session, by name (sponts.conf(5), [pop-proxy]).
#pragma once

#include <cstddef>
#include <cstdint>

namespace pop3 {

struct Limits {
    std::size_t command_line = 512;            // RFC 2449 section 4 asks for 255
    std::size_t auth_line = 12288;             // RFC 5034 section 4
    std::size_t reply_line = 2048;             // RFC 2449 section 4 asks for 512
    std::size_t capabilities = 200;            // lines of a CAPA answer
    std::uint32_t errors = 10;                 // refused commands before the login
    std::uint32_t auth_failures = 3;           // refused logins in one connection
    std::uint32_t commands_without_login = 50; // CAPA, NOOP, LANG ...
    std::uint32_t unanswered = 1000;           // commands sent ahead after the login
};

} // namespace pop3
