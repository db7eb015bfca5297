// SPDX-License-Identifier: Apache-2.0
// smtp-relayd/rights.h - what the program may touch once it serves.
#pragma once

#include "conf/settings.h"
#include "confine/confine.h"

namespace relayd {

// What all daemons with listeners may, and: read the secret that signs rewritten senders,
// write the spool.
[[nodiscard]] confine::Rights rights_for(const conf::Settings& settings);

} // namespace relayd
