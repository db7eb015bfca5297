// SPDX-License-Identifier: Apache-2.0
// proxy/imap_identity.h - who the client is, in the words of IMAP ID (RFC 2971): pure.
//
// Dovecot and its relatives let trusted peers name the true client in fields that begin
// with "x-".  We say them to backends whose host is to know the client so, and hear them
// from peers that the listener trusts.  An ordinary client's fields of this kind go
// nowhere: they would be believed behind us.
#pragma once

#include "net/address.h"
#include "proxy/backends.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace proxy {

// Field and value by turns, as in imap/prelude.h.
using ImapFields = std::vector<std::string>;

// What a trusted peer says of the client it speaks for.
struct ClaimedClient {
    net::Address address;
    std::uint32_t ttl = 0; // proxies that may still follow, us not counted
    std::string session;   // its name at that peer
};
// Nothing: it does not say.
[[nodiscard]] std::optional<ClaimedClient> claimed_client(const ImapFields& fields,
                                                          std::uint32_t ttl);

// What goes on to the backend: the client's own words without those of proxies.
[[nodiscard]] ImapFields without_claims(const ImapFields& fields);
// Ours.
void add_claims(ImapFields& fields, const Caller& caller);

// "TAG ID (...)\r\n"; empty without fields.
[[nodiscard]] std::string id_command(std::string_view tag, const ImapFields& fields);

} // namespace proxy
