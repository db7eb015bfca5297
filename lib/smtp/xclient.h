// SPDX-License-Identifier: Apache-2.0
// smtp/xclient.h - XCLIENT and XFORWARD, Postfix's way to pass on who the true client is.
//
// Grammar only: who may send them is the session's question.  XCLIENT makes the session
// that of another client; XFORWARD only tells where one message came from.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace smtp {

// An attribute that was not given is nullopt and stays as it was.  [UNAVAILABLE] and
// [TEMPUNAVAIL] become an empty string (port 0): the value is unknown.
struct ClientAttributes {
    std::optional<std::string> name;
    std::optional<std::string> address; // "192.0.2.1", "2001:db8::1" (no "IPV6:")
    std::optional<std::uint16_t> port;
    std::optional<std::string> protocol; // "SMTP" or "ESMTP"
    std::optional<std::string> helo;
    std::optional<std::string> login;
    std::optional<std::string> destination_address;
    std::optional<std::uint16_t> destination_port;
    std::optional<std::string> ident;  // XFORWARD: id of the message at the front
    std::optional<std::string> source; // XFORWARD: LOCAL or REMOTE
    bool operator==(const ClientAttributes&) const = default;
};

// "NAME=value NAME=value ...": everything behind the verb.  Unexpected: what is wrong.
[[nodiscard]] std::expected<ClientAttributes, std::string>
parse_xclient(std::string_view text);

[[nodiscard]] std::expected<ClientAttributes, std::string>
parse_xforward(std::string_view text);
// Takes over what `later` says; the rest stays.
void merge(ClientAttributes& client, const ClientAttributes& later);

// "XCLIENT NAME=... ADDR=..." without CRLF, one or more lines: a line never exceeds 512
// bytes. Only attributes the peer offers are written (`offered`: "NAME ADDR PORT ...").  An
// empty value is written as [UNAVAILABLE].
[[nodiscard]] std::vector<std::string> write_xclient(const ClientAttributes& client,
                                                     std::string_view offered);
[[nodiscard]] std::vector<std::string> write_xforward(const ClientAttributes& client,
                                                      std::string_view offered);

// What our own EHLO answer offers after XCLIENT.
inline constexpr std::string_view xclient_offer =
    "NAME ADDR PORT PROTO HELO LOGIN DESTADDR DESTPORT";
inline constexpr std::string_view xforward_offer = "NAME ADDR PORT PROTO HELO IDENT SOURCE";

} // namespace smtp
