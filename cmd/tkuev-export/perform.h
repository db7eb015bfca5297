// SPDX-License-Identifier: Apache-2.0
// tkuev-export/perform.h - what a person starts, in the audit log.
#pragma once

#include "audit/client.h"

#include <functional>
#include <string>

namespace tkuev_export {

// What is done, by `person` as tkuev-auditd(8) calls him; what it returns is added to the
// detail of the outcome.
using Effect = std::function<std::string(const std::string& person)>;

// Notes the intent, does it, notes what came of it.  Throws base::Failure if it may not be
// done or cannot be noted, and what `effect` throws.
void perform(const audit::Client& log, audit::Entry entry, const Effect& effect);

} // namespace tkuev_export
