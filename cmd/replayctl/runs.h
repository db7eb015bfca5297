// SPDX-License-Identifier: Apache-2.0
// replayctl/runs.h - what can be said of runs, whosever they are.  Each returns the exit
// status.
#pragma once

#include "command.h"

#include <string>
#include <vector>

namespace replayctl {

// To standard output, as --json says.  One that has gone is left out, one that cannot be
// read is told on standard error.
[[nodiscard]] int show_runs(const Call& call, const std::string& spool,
                            const std::vector<std::string>& names);
// With what it has lost; then exit_no_match.
[[nodiscard]] int show_status(const Call& call, const spool::ReplayFiles& files);
[[nodiscard]] int stop_run(const spool::ReplayFiles& files);

} // namespace replayctl
