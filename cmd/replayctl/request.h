// SPDX-License-Identifier: Apache-2.0
// replayctl/request.h - what a user asks of `replayctl serve`, as it comes to the socket.
// Pure.
//
//     sponts-replay 1 LENGTH        a line; LENGTH of what follows, in octets
//     list NUL --json NUL --rcpt=bob@example.org NUL -- NUL 0C3K7W2D5F080 NUL
//
// A command, options as on a command line, "--", operands; each ended by NUL.  Nothing in
// it says who asks.
#pragma once

#include "conf/command.h"

#include <cstddef>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

namespace replayctl {

inline constexpr std::size_t most_request = 1u << 20; // octets; 70 000 ids
inline constexpr std::size_t most_request_head = 64;  // of the line, with its end
inline constexpr std::size_t most_word = 1024;
inline constexpr std::size_t most_options = 16;

struct Request {
    std::string command;
    conf::Call call; // without a configuration: ours counts
};

// The line, and what follows.
[[nodiscard]] std::string encode(const Request& request);

// LENGTH, of a line without its end; nothing: it is none, or of more than most_request.
[[nodiscard]] std::optional<std::size_t> length_in(std::string_view line);
// What follows; or what is wrong with it.
[[nodiscard]] std::expected<Request, std::string> decode_request(std::string_view words);

// Throws Failure unless users may ask for this: get_permission for what is not on the list,
// fix_arguments for operands that are none.
void require_allowed(const Request& request);

} // namespace replayctl
