// SPDX-License-Identifier: Apache-2.0
// daemon/rights.h - what the daemons may touch once they serve.
#pragma once

#include "conf/settings.h"
#include "confine/confine.h"

#include <string>

namespace daemons {

// For daemons with listeners.
// Reading: the directories of configuration, certificates and keys of all listeners (they
// are read again at SIGHUP).  Writing: the run directory, and beside the database its
// shared memory, which SQLite's readers need too.  Removing: where Unix sockets are.  A
// program adds what is its own.
[[nodiscard]] confine::Rights common_rights(const conf::Settings& settings);

// Files are replaced by renaming, so it is their directory that counts.
[[nodiscard]] std::string directory_of(const std::string& file);

// The directory of this file; nothing when the name is empty.
void may_read(confine::Rights& rights, const std::string& file);

// What a tap needs, where [tkuev] is enabled.
void may_capture(confine::Rights& rights, const conf::Settings& settings);

} // namespace daemons
