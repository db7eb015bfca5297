// SPDX-License-Identifier: Apache-2.0
// delivery/expansion.h - what the addresses table makes of the recipients of a message:
// rewrites, copies and forwards, followed to their end at once.
//
// Following all rows of all recipients together is what prevents loops and duplicates: no
// way leads through an address twice, and the result names each final address once, with
// all ways to it.  A message made from an expansion is never expanded again.
//
// Across hosts: what we forward has a Delivered-To field for each address that was
// expanded. A message that comes back with it is not forwarded by that address once more.
#pragma once

#include "delivery/facts.h"
#include "spool/envelope.h"

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace delivery {

inline constexpr std::size_t most_leaves = 1000; // final addresses of one message
// Further ways to addresses that are known, in octets, for they stand in the envelope: more
// are not noted, and nobody's mail depends on them.
inline constexpr std::size_t most_further = 1u << 20;

// "Local@Example.ORG" -> its domain in lower case; empty if there is none.
[[nodiscard]] std::string domain_of(std::string_view address);

struct Leaf {
    std::string address;
    std::uint32_t recipient = 0; // index of the recipient it came from
    bool private_copy = false;   // a copy: its failure is not the sender's business
    // The addresses that led here, the recipient first; where several ways did, one after
    // the other, each but the last with this address at its end.
    std::vector<std::string> via{};
    bool operator==(const Leaf&) const = default;
};

struct Expansion {
    std::vector<Leaf> leaves;
    std::vector<Leaf> joined;            // ways to recipients that have the message anyway
    std::vector<std::uint32_t> replaced; // recipients that the leaves stand for
    std::vector<std::uint32_t> looping;  // forwards that only lead in a circle
    std::vector<std::string> expanded;   // addresses for Delivered-To
    bool too_many = false;
    [[nodiscard]] bool empty() const { return replaced.empty() && looping.empty(); }
};

// `recipients`: addresses; those not in `waiting` are only there to avoid duplicates, and
// those in `lost` will never have the message: nobody joins them.
// `passed`: addresses named in Delivered-To fields (lower case).
[[nodiscard]] Expansion expand(const std::vector<std::string>& recipients,
                               const std::vector<std::uint32_t>& waiting,
                               const std::vector<std::uint32_t>& lost,
                               const std::set<std::string>& passed, Facts& facts);

// False: it was made by an expansion, or has a route of its own, by which it goes to
// nobody but its recipients.
[[nodiscard]] inline bool may_expand(const spool::Envelope& envelope)
{
    return envelope.origin != spool::Origin::forward && envelope.route.empty();
}

// True if some recipient has rows that expand() would follow beyond a plain rewrite.
[[nodiscard]] bool expands(std::string_view address, Facts& facts);

// Where mail to the address itself is kept, copies and forwards aside: the address after
// plain rewrites; nothing if it only forwards, or goes in a circle.
[[nodiscard]] std::optional<std::string> own_mailbox(const std::string& address,
                                                     Facts& facts);

// The address after plain rewrites; empty when they go in a circle.
[[nodiscard]] std::string rewritten(std::string_view address, Facts& facts);

// Addresses in the Delivered-To fields of a header, in lower case.
[[nodiscard]] std::set<std::string> delivered_to(std::string_view header);

} // namespace delivery
