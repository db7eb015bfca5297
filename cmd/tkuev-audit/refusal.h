// SPDX-License-Identifier: Apache-2.0
// tkuev-audit/refusal.h - what a subcommand refuses before it has noted anything.
#pragma once

#include "command.h"

#include <string>

namespace tkuev_audit {

// Runs it; a failure that is no entry yet becomes one, of that act.
[[nodiscard]] int run_noted(int (*run)(const Call&), const Call& call,
                            const std::string& act);

} // namespace tkuev_audit
