// SPDX-License-Identifier: Apache-2.0
// replayctl/header.h - the header of a message of the log.
#pragma once

#include "spool/reader.h"

#include <string>

namespace replayctl {

// At most 128 KiB of it.  Empty if it cannot be read: who sends it says that it is lost.
[[nodiscard]] std::string header_of(spool::Reader& reader, const spool::Found& one);

} // namespace replayctl
