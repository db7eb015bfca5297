// SPDX-License-Identifier: Apache-2.0
// smtp-relayd/rights.h - what the program may touch once it serves.
#pragma once

#include "conf/settings.h"
#include "confine/confine.h"

namespace relayd {

// Reading: the directories of configuration, certificates and keys (they are read again at
// SIGHUP).  Writing: the spool, the run directory, and beside the database its
// shared memory, which SQLite's readers need too.
[[nodiscard]] confine::Rights rights_for(const conf::Settings& settings);

} // namespace relayd
