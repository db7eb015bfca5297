// SPDX-License-Identifier: Apache-2.0
// replayctl/caller.h - a user of the system who calls, and what he may do.
#pragma once

#include "command.h"
#include "delivery/facts.h"
#include "spool/replay_plan.h"

#include <cstddef>
#include <set>
#include <string>

namespace replayctl {

// Found at once, in memory; who has more says which he means.
struct AtOnce {
    std::size_t messages = 100'000;
    std::size_t octets = 256u << 20; // of envelopes, without others' recipients
};

struct Caller {
    Place place;
    spool::ReplayOwner who;          // as the kernel says
    std::set<std::string> addresses; // his, in lower case; not empty
    conf::Replay limits;
    delivery::Facts& facts; // of today
    AtOnce at_once{};
};

} // namespace replayctl
