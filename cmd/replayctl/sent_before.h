// SPDX-License-Identifier: Apache-2.0
// replayctl/sent_before.h - what other runs know of who has got which message again.
#pragma once

#include "spool/replay_history.h"

#include <string>
#include <vector>

namespace replayctl {

// A run that has gone meanwhile says nothing; one that cannot be read is told on standard
// error.
void add_runs(spool::ReplayHistory& history, const std::string& spool,
              const std::vector<std::string>& names);

// Throws Failure (fix_arguments) if others have sent what is left of this run since it was
// planned, or are at it.  `others`: names of runs; itself does not count.
void refuse_what_others_sent(const spool::ReplayFiles& files, const spool::ReplayPlan& plan,
                             const spool::ReplayResults& results,
                             const std::vector<std::string>& others);

} // namespace replayctl
