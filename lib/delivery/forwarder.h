// SPDX-License-Identifier: Apache-2.0
// delivery/forwarder.h - writes the messages that copies and forwards make (expansion.h).
//
// One message for those who get it with the sender as it is, one for those outside who get
// it with a sender of ours (SRS), so that reports find their way and the next hop may check
// who we are.  Both begin with a Delivered-To field for each address that was expanded.
#pragma once

#include "delivery/attempt.h"
#include "delivery/expansion.h"
#include "delivery/message_source.h"
#include "net/loop.h"
#include "net/task.h"
#include "smtp/srs.h"
#include "spool/writer.h"

#include <cstdint>
#include <string>
#include <vector>

namespace delivery {

class Forwarder {
public:
    Forwarder(net::Loop& loop, spool::Writer& writer, MessageSource& source, Facts& facts,
              const smtp::Srs* srs)
        : loop_(loop), writer_(writer), source_(source), facts_(facts), srs_(srs)
    {
    }

    // Empty when all of it is on the disk, else why not.
    [[nodiscard]] net::Task<std::string> forward(AttemptPtr attempt, Expansion expansion);
    // The header of the message, for delivered_to().  Throws Failure.
    [[nodiscard]] std::string header(Attempt& attempt);
    void set_srs(const smtp::Srs* srs) { srs_ = srs; }

private:
    [[nodiscard]] std::string sender_for(const spool::Envelope& envelope,
                                         const std::string& address, std::int64_t now);
    [[nodiscard]] std::vector<spool::Envelope> envelopes(const Attempt& attempt,
                                                         const Expansion& expansion);
    [[nodiscard]] net::Task<std::string> write(AttemptPtr attempt, spool::Envelope envelope,
                                               std::string fields);

    net::Loop& loop_;
    spool::Writer& writer_;
    MessageSource& source_;
    Facts& facts_;
    const smtp::Srs* srs_;
};

// RFC 3461 section 5.2.7: the original recipient follows a changed address.
[[nodiscard]] std::string original_recipient(const spool::Recipient& recipient,
                                             const std::string& address);

} // namespace delivery
