// SPDX-License-Identifier: Apache-2.0
// session/relay_policy.h - who may send what to whom.  The rules, without sockets or SQL.
//
// A stranger may write to the domains we serve, and to nobody else.  Nothing in a local
// part or in front of an address makes us carry mail further for a stranger: source routes,
// the percent hack, UUCP paths and quoted addresses are refused even where the last domain
// is ours, because the next hop might follow them.  Trusted networks and users who have
// logged in may write to everybody.
#pragma once

#include "db/directory.h"
#include "text/address.h"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace session {

// The questions the policy asks.  db::Directory answers them; tests use a table.
class ServedDomains {
public:
    virtual ~ServedDomains() = default;
    // Both throw base::Failure when the answer cannot be had.
    [[nodiscard]] virtual std::optional<db::Domain> domain(std::string_view domain) = 0;
    [[nodiscard]] virtual bool address_listed(std::string_view address) = 0;
    // Where mail for this recipient goes: for ETRN, whose hosts may ask for it.
    [[nodiscard]] virtual std::vector<db::RouteHost> route(std::string_view recipient) = 0;
};

// Who speaks, as far as it matters here.
struct Speaker {
    bool trusted = false; // relay_from of the listener
    bool authenticated = false;
    [[nodiscard]] bool may_relay() const { return trusted || authenticated; }
};

enum class Ruling : std::uint8_t {
    accept,
    ask_backend,       // known to the backend? (verify = probe)
    relay_denied,      // 554 5.7.1, or late, by on_relay
    routed_address,    // 550 5.7.1: a route in disguise
    unknown_recipient, // 550 5.1.1
    own_sender,        // 550 5.7.1: our domain as sender, from outside
    bounce_to_many,    // 452 4.5.3: the null sender writes to one or few, RFC 5321
                       // section 4.5.5
};

struct RelayRules {
    bool refuse_own_sender = false;
    // A notification has one recipient; some software groups a few.
    std::uint32_t null_sender_recipients = 10;
};

[[nodiscard]] Ruling judge_sender(const RelayRules& rules, const Speaker& speaker,
                                  const text::Address& sender, ServedDomains& served);

// `sender_is_null`, `recipients_so_far`: of the transaction.
[[nodiscard]] Ruling judge_recipient(const RelayRules& rules, const Speaker& speaker,
                                     const text::Address& recipient, bool sender_is_null,
                                     std::uint32_t recipients_so_far,
                                     ServedDomains& served);

// "postmaster" in any case: always accepted for a domain we serve, RFC 5321 section 4.5.1.
[[nodiscard]] bool is_postmaster(std::string_view local);

} // namespace session
