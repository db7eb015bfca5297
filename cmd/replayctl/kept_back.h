// SPDX-License-Identifier: Apache-2.0
// replayctl/kept_back.h - what operators keep back from a user in the queue.
//
// That others still wait for a message, and that somebody looks at it, is not his to know:
// what has come to him stays his.
#pragma once

#include "own_mail.h"
#include "spool/queue.h"

#include <string>
#include <unordered_set>

namespace replayctl {

class KeptBack {
public:
    // Reads the envelopes of all that operators hold.  Throws Failure, as the facts do.
    KeptBack(const std::string& spool, const spool::QueueView& queue, OwnMail& own);

    // This message, or what a forward has made of it for him: he would have the same by it.
    [[nodiscard]] bool has(spool::MessageId id) const { return ids_.contains(id); }

private:
    std::unordered_set<spool::MessageId> ids_;
};

} // namespace replayctl
