// SPDX-License-Identifier: Apache-2.0
// conf/refusal.h - what an officer's command refuses before it has asked the audit log: the
// log that the configuration names hears of it all the same.  Without one it stays at the
// refusal.
#pragma once

#include <functional>
#include <string>

namespace conf {

// Runs it, and notes a failure as a refused use of that act.
[[nodiscard]] int run_noted(const std::string& act, const std::string& config,
                            const std::function<int()>& run);
// The same of words on the command line that mean nothing.
void note_wrong_words(const std::string& act, const std::string& config);

} // namespace conf
