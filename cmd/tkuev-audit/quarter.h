// SPDX-License-Identifier: Apache-2.0
// tkuev-audit/quarter.h - the quarter that is looked at, and its sample.
#pragma once

#include "audit/sampling.h"
#include "command.h"

#include <string>

namespace tkuev_audit {

// Of the quarter and by the seed of the call; by default the last quarter that is over and
// a new seed.
[[nodiscard]] audit::Sample draw(const audit::Chain& log, const Call& call);

} // namespace tkuev_audit
