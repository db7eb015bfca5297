// SPDX-License-Identifier: Apache-2.0
// delivery/forwarder.h - writes the messages that copies and forwards make (expansion.h).
//
// One message for those who get it with the sender as it is, one for those outside who get
// it with a sender of ours (SRS), so that reports find their way and the next hop may check
// who we are.  Both begin with a Delivered-To field for each address that was expanded,
// behind the X-UIDL field of the message they were made of, where that is wished.
//
// All are prepared before the first is committed, and committed together.  When the disk
// takes one and not the other, what was taken is remembered and not written again at the
// next attempt.  Dying in between writes it again.
#pragma once

#include "delivery/attempt.h"
#include "delivery/expansion.h"
#include "delivery/message_source.h"
#include "net/event.h"
#include "net/loop.h"
#include "net/task.h"
#include "smtp/srs.h"
#include "spool/writer.h"
#include "tap/queue_witness.h"

#include <cstdint>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace delivery {

class Forwarder {
public:
    Forwarder(net::Loop& loop, spool::Writer& writer, MessageSource& source, Facts& facts,
              const smtp::Srs* srs)
        : loop_(loop), writer_(writer), source_(source), facts_(facts), srs_(srs)
    {
    }

    // Empty when all of it is on the disk, else why not; then call it again later.
    [[nodiscard]] net::Task<std::string> forward(AttemptPtr attempt, Expansion expansion);
    // The header of the message, for delivered_to().  Throws Failure.
    [[nodiscard]] std::string header(Attempt& attempt);
    // For the witness; empty if it cannot be read: the event is told all the same.
    [[nodiscard]] tap::Content content_of(Attempt& attempt);
    // Null: nobody.  Outlives this.
    void watched_by(const tap::QueueWitness* witness) { witness_ = witness; }
    void set_srs(const smtp::Srs* srs) { srs_ = srs; }
    // Whether what is written has an X-UIDL field.
    void set_uidl(bool uidl) { uidl_ = uidl; }

private:
    [[nodiscard]] std::string sender_for(const spool::Envelope& envelope,
                                         const std::string& address, std::int64_t now);
    [[nodiscard]] std::vector<spool::Envelope> envelopes(const Attempt& attempt,
                                                         const Expansion& expansion);
    struct Prepared {
        spool::Draft draft;
        spool::Envelope envelope;
    };
    struct Committing {
        net::Promise<spool::CommitResult> done;
        std::string sender;
        std::vector<spool::Recipient> recipients;
    };
    using Measures = std::vector<li::Handle>;
    [[nodiscard]] std::vector<Prepared> prepare(Attempt& attempt,
                                                const Expansion& expansion);
    [[nodiscard]] std::string commit(std::vector<Prepared> prepared,
                                     std::vector<Committing>& out);
    void note_written(Attempt& attempt, const Committing& one, const spool::Committed& as);
    void tell_joined(Attempt& attempt, const std::vector<Leaf>& joined);
    void tell(Attempt& attempt, const std::vector<spool::Recipient>& others,
              std::string_view as);
    void leave_out_written(spool::MessageId id, Expansion& expansion) const;

    net::Loop& loop_;
    spool::Writer& writer_;
    MessageSource& source_;
    Facts& facts_;
    const smtp::Srs* srs_;
    bool uidl_ = false;
    const tap::QueueWitness* witness_ = nullptr;
    // Of messages of which only a part could be written.
    struct Written {
        std::set<std::string> addresses; // the final ones, in lower case
        Measures told;                   // for which the message has become mail
    };
    std::unordered_map<spool::MessageId, Written> written_;
};

} // namespace delivery
