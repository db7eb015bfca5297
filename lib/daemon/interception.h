// SPDX-License-Identifier: Apache-2.0
// daemon/interception.h - the tap of a daemon, as [tkuev] has it.
#pragma once

#include "conf/settings.h"
#include "tap/tap.h"

#include <memory>

namespace daemons {

// Null when [tkuev] is not enabled.  `serves_one`: a single connection, then it ends.
// Starts a thread: after the process has given up its rights.  Throws
// base::Failure(fix_config) when records could not be handed over: a server that cannot do
// what it must does not start.
[[nodiscard]] std::unique_ptr<tap::Tap> make_tap(const conf::Settings& settings,
                                                 bool serves_one);

} // namespace daemons
