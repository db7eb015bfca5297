// SPDX-License-Identifier: Apache-2.0
// replayctl/caller.h - a user of the system who calls, and what he may do.
#pragma once

#include "command.h"
#include "delivery/facts.h"
#include "spool/replay_plan.h"

#include <set>
#include <string>

namespace replayctl {

struct Caller {
    Place place;
    spool::ReplayOwner who;          // as the kernel says
    std::set<std::string> addresses; // his, in lower case; not empty
    conf::Replay limits;
    delivery::Facts& facts; // of today
};

} // namespace replayctl
