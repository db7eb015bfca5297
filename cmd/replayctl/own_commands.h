// SPDX-License-Identifier: Apache-2.0
// replayctl/own_commands.h - the subcommands as a user of the system has them: for his own
// mail and his own runs.
#pragma once

#include "caller.h"
#include "own_plan.h"

#include <cstdint>
#include <string>

namespace replayctl {

// For the log.
struct Done {
    std::string run;         // empty: none was named or made
    std::uint64_t count = 0; // messages listed, planned or sent
};

// `command` is one that require_allowed() lets pass.  Prints to std::cout and returns the
// exit status; throws Failure.  What was done before stands in `done` in any case.
[[nodiscard]] int run_own(const std::string& command, const Call& call,
                          const Caller& caller, Done& done);

} // namespace replayctl
