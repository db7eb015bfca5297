// SPDX-License-Identifier: Apache-2.0
// pop3/xclient.h - XCLIENT as Dovecot's POP3 servers know it: for whom a proxy speaks.
//
//     XCLIENT ADDR=192.0.2.1 PORT=40000 SESSION=65d1f.1a TTL=4
//
// A server that believes it shows "[XCLIENT]" in its greeting.  Grammar only: who may say
// it is the session's question.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

namespace pop3 {

struct Xclient {
    std::optional<std::string> address; // "192.0.2.1", "2001:db8::1"
    std::optional<std::uint16_t> port;
    std::string session;              // the name of the session at the front
    std::optional<std::uint32_t> ttl; // proxies that may still follow
    bool operator==(const Xclient&) const = default;
};

// "NAME=value ...", everything behind the verb; names that are not known are skipped.
// Unexpected: what is wrong.
[[nodiscard]] std::expected<Xclient, std::string> parse_xclient(std::string_view text);

// The command without its end.  Nothing to say, nothing said: empty.
[[nodiscard]] std::string write_xclient(const Xclient& client);

} // namespace pop3
