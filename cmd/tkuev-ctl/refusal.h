// SPDX-License-Identifier: Apache-2.0
// tkuev-ctl/refusal.h - what a subcommand refuses before it has asked the audit log.
#pragma once

#include "command.h"

#include <string_view>

namespace tkuev {

// Runs it; of a failure that the audit log does not know yet it hears before anybody else.
[[nodiscard]] int run_noted(const conf::Command& command, const Call& call);

// What was said with that subcommand means nothing.
void note_wrong_words(std::string_view command, const std::string& config);

} // namespace tkuev
