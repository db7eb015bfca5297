// SPDX-License-Identifier: Apache-2.0
// replayctl/own_plan.h - which of his own mail a user means, and plans of it.
#pragma once

#include "caller.h"
#include "plan.h"
#include "spool/queue.h"
#include "spool/reader.h"

#include <string>
#include <vector>

namespace replayctl {

struct OwnFound {
    spool::Found message;
    std::vector<std::string> addresses; // his, to which it leads
};

// Oldest first; without replays, and without what operators keep back from him in the
// queue, which is nobody's.  Throws Failure, also (try_later) when is_interrupted(), and
// (get_permission) for more than `caller.at_once`.
[[nodiscard]] std::vector<OwnFound> find_own(const Call& call, const Caller& caller);

// As make_plan(); more than his limits allow is Failure(get_permission).
[[nodiscard]] Planned plan_own(const Call& call, const Caller& caller);
// Keeps it as a run of his, unless he has too many (get_permission); its name.
[[nodiscard]] std::string keep_own(const Caller& caller, const Planned& planned);

} // namespace replayctl
