// SPDX-License-Identifier: Apache-2.0
// smtp/limits.h - every limit of an SMTP session, by name (sponts.conf(5), [smtp-relayd]).
#pragma once

#include <cstddef>
#include <cstdint>

namespace smtp {

struct Limits {
    std::size_t command_line = 4096; // RFC 5321 4.5.3.1.4 asks for 512; extensions add
    std::size_t auth_line = 12288;   // RFC 4954 section 4
    std::uint64_t message_size = 50ull << 20; // announced by SIZE
    std::size_t text_line = 0;        // 0: any length; else longer lines are refused (998)
    std::size_t header_size = 102400; // bytes before the first empty line
    std::uint32_t header_fields = 1000;
    std::uint32_t recipients = 1000;    // RFC 5321 4.5.3.1.8 asks for 100 at least
    std::uint32_t messages = 0;         // per session; 0: any number (RFC 9422 MAILMAX)
    std::uint32_t hops = 100;           // Received fields: RFC 5321 6.3
    std::uint32_t soft_errors = 10;     // refused commands before every refusal is delayed
    std::uint32_t errors = 20;          // refused commands before 421
    std::uint32_t unknown_commands = 5; // HTTP and other strangers
    std::uint32_t auth_failures = 3;
    std::uint32_t commands_without_mail = 200; // NOOP, RSET, VRFY, HELP ...
};

} // namespace smtp
