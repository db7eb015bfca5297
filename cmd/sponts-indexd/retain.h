// SPDX-License-Identifier: Apache-2.0
// sponts-indexd/retain.h - deletes what is older than it may be.
#pragma once

#include "conf/settings.h"

namespace indexd {

// Says in the log how much it was.  Throws base::Failure; also (try_later) when a reader
// keeps deleted rows in the write-ahead log: nothing that was deleted is to be found in the
// files only after it has ended without.
void retain(const conf::Settings& settings);

} // namespace indexd
