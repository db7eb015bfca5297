// SPDX-License-Identifier: Apache-2.0
// tap/queue_witness.h - what becomes of accepted mail of identities under a measure: legs
// to next hops, forwards, notices to the target (S7 to S9 of tkuev-events(7)).
//
// Told of every message alike; decides from the envelope alone whether it concerns anybody.
// Nothing waits, nothing throws.
#pragma once

#include "li/event.h"
#include "spool/envelope.h"
#include "tap/tap.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tap {

// One answer of a next hop, or why there was none.
struct Leg {
    std::vector<std::string> recipients; // as in the envelope
    li::Status status =
        li::Status::unknown; // succeeded, failed; unknown: tried again later
    li::Cause cause;
    std::string relay; // "mx.example[192.0.2.1]:25", "unix:/run/lmtp"; empty: nobody
    std::string tls;
};

class QueueWitness {
public:
    explicit QueueWitness(Tap& tap) : tap_(tap) {}

    // Whether a leg would be of interest to anybody: asked before one is described.
    [[nodiscard]] bool concerns(const spool::Envelope& envelope) const;
    void leg(const spool::Envelope& envelope, std::string_view id, const Leg& leg) const;
    // `expanded` of its recipients have become `others`, in a message of its own.
    void forwarded(const spool::Envelope& envelope, std::string_view id,
                   std::span<const std::string> expanded,
                   const std::vector<std::string>& others, std::string_view as) const;
    // Whether a notice to this address is of interest now.
    [[nodiscard]] bool wants(std::string_view address) const;
    // A notice of ours is on its way to `to`.
    void notice(const spool::Envelope& about, std::string_view about_id,
                std::string_view to, std::string_view id, std::string text) const;

private:
    [[nodiscard]] std::string canonical(std::string_view address) const;
    [[nodiscard]] std::vector<std::string> senders(const spool::Envelope& envelope) const;
    [[nodiscard]] std::vector<Target> interested(std::string_view address,
                                                 std::int64_t time) const;

    Tap& tap_;
};

} // namespace tap
