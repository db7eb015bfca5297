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
#include <functional>
#include <memory>
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
    std::int64_t time = 0; // microseconds; 0: now
};

class QueueWitness {
public:
    explicit QueueWitness(Tap& tap) : tap_(tap) {}

    // Whether a leg to these recipients, by their places in the envelope, would be of
    // interest to anybody: asked before one is described.
    [[nodiscard]] bool concerns(const spool::Envelope& envelope,
                                std::span<const std::uint32_t> recipients) const;
    void leg(const spool::Envelope& envelope, std::string_view id, const Leg& leg) const;
    // Some of its recipients have become `others`, in the message `as`: one of its own, or
    // the same, where they were its recipients anyway.
    void forwarded(const spool::Envelope& envelope, std::string_view id,
                   std::span<const spool::Recipient> others, std::string_view as) const;
    // A measure for which the message was not mail before, and is now.
    struct Gain {
        Target target;
        std::string matched;
        std::string recipient;
        std::vector<std::string> way; // the addresses before it
        std::int64_t time = 0;        // microseconds
    };
    // `had`: measures that have heard of it from what else the message has become; who
    // gains it is among them then.
    [[nodiscard]] std::vector<Gain> gains(const spool::Envelope& envelope,
                                          std::span<const spool::Recipient> others,
                                          std::vector<li::Handle>& had) const;
    // For the text of the message; empty: it cannot be read.
    [[nodiscard]] std::shared_ptr<Gathered> new_content() const
    {
        return tap_.new_content();
    }
    void passed_on(const spool::Envelope& envelope, std::string_view id,
                   std::span<const Gain> gains, std::string_view as,
                   const Content& text) const;
    // A message that was in the log before is sent again (S13): for its recipients it comes
    // once more.  `text` is asked only if that is of interest to anybody.
    void replayed(const spool::Envelope& envelope, std::string_view id,
                  const std::function<Content()>& text) const;
    // Whether a notice to this address is of interest now.
    [[nodiscard]] bool wants(std::string_view address) const;
    // A notice of ours is on its way to `to`.
    void notice(const spool::Envelope& about, std::string_view about_id,
                std::string_view to, std::string_view id, std::string_view text) const;

private:
    using Measures = std::vector<li::Handle>;
    // Which have heard all of it.
    Measures leg_of_sender(const spool::Envelope& envelope, const li::Event& base,
                           const Leg& leg) const;
    // But for those that have been told.
    void leg_of_recipient(const spool::Recipient& recipient, const li::Event& base,
                          Measures told) const;
    [[nodiscard]] std::string canonical(std::string_view address) const;
    [[nodiscard]] std::vector<std::string> senders(const spool::Envelope& envelope) const;
    [[nodiscard]] std::string matched_sender(const spool::Envelope& envelope) const;
    [[nodiscard]] std::vector<Target> interested(std::string_view address,
                                                 std::int64_t time) const;

    Tap& tap_;
};

} // namespace tap
