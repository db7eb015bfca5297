// SPDX-License-Identifier: Apache-2.0
// imap/limits.h - every limit of an IMAP session, by name (sponts.conf(5), [imap-proxy]).
#pragma once

#include <cstddef>
#include <cstdint>

namespace imap {

struct Limits {
    std::size_t command = 16384; // before the login: all of a command, with its literals
    std::size_t literal = 8192;  // before the login: one literal
    std::size_t tag = 128;
    std::size_t depth = 8;        // lists within lists before the login
    std::size_t response = 16384; // a line of the server that has to be understood
    std::uint32_t errors = 10;    // refused commands before the login
    std::uint32_t auth_failures = 3;
    std::uint32_t commands_without_login = 50; // CAPABILITY, NOOP, ID ...
    std::uint32_t unanswered = 256;            // commands under way after the login
};

} // namespace imap
