// SPDX-License-Identifier: Apache-2.0
// queuectl/owner.h - has requests carried out by whoever owns the queue.
//
// That is smtp-sendd while it runs: we ask over its socket.  Otherwise it is us: we take
// the queue, and what we do is read by smtp-sendd when it starts.
#pragma once

#include "command.h"
#include "delivery/control.h"

#include <memory>
#include <vector>

namespace queuectl {

class Owner {
public:
    virtual ~Owner() = default;
    // The answer for each id, in their order.  Throws Failure.
    virtual std::vector<delivery::ControlAnswer> ask(delivery::ControlRequest request) = 0;
};

// Throws Failure (try_later: somebody else owns the queue and does not listen).
[[nodiscard]] std::unique_ptr<Owner> find_owner(const Call& call);

// What smtp-sendd delivers right now, sorted; nothing when it does not run.
[[nodiscard]] std::vector<spool::MessageId> active_messages(const Call& call);

} // namespace queuectl
