// SPDX-License-Identifier: Apache-2.0
// net/ticket_keys.h - the keys of TLS session tickets, shared by all workers of a program.
//
// Whoever has them can read recorded TLS 1.2 sessions that were resumed: files are readable
// by their owner only, and a supervisor makes new ones regularly and lets workers reload.
#pragma once

#include "base/fd.h"

#include <array>
#include <cstdint>
#include <string>

namespace net {

// How `sponts run` names the file of the keys to the workers it starts.
inline constexpr const char* ticket_keys_variable = "SPONTS_TICKET_KEYS";

using TicketKeys = std::array<std::uint8_t, 80>; // name, HMAC key, AES key (OpenSSL)

[[nodiscard]] TicketKeys new_ticket_keys();
// Of this process, for whoever has no supervisor: made when they are first asked for, and
// the same from then on, so that a reload ends nobody's sessions.
[[nodiscard]] const TicketKeys& own_ticket_keys();
// Throws Failure(fix_config) if the file cannot be read, is not 80 bytes long or can be
// read by others.
[[nodiscard]] TicketKeys read_ticket_keys(const std::string& file);
// Makes the file or replaces it by one with new keys; a reader sees either.
void write_ticket_keys(const std::string& file);
// Keys that never touch a disk: the descriptor is inherited by the workers, which name it
// as file "/proc/self/fd/N".
[[nodiscard]] base::Fd ticket_keys_in_memory();

} // namespace net
