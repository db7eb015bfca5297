// SPDX-License-Identifier: Apache-2.0
// tkuev-audit/refusal.h - what a subcommand refuses before it has noted anything.
#pragma once

#include "command.h"

#include <string>

namespace tkuev_audit {

using Run = int (*)(const Call&);

// Runs it; a failure that is no entry yet becomes one, of that act.
[[nodiscard]] int run_noted(Run run, const Call& call, const std::string& act);
// The same of words on the command line that mean nothing.
void note_wrong_words(const std::string& act, const std::string& config);

} // namespace tkuev_audit
