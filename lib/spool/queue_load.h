// SPDX-License-Identifier: Apache-2.0
// spool/queue_load.h - reads snapshot and results into a QueueCore.
//
// A reader may do this while the owner writes a new snapshot: all files are opened first,
// and again if the snapshot changed meanwhile; an open file stays readable when it is
// replaced.
#pragma once

#include "spool/queue_core.h"
#include "spool/queue_files.h"

#include <cstdint>

namespace spool {

struct LoadedQueue {
    std::uint64_t oldest = 0;     // generation of the snapshot; results before it are void
    std::uint64_t generation = 0; // of the newest results
    std::uint64_t good_bytes = 0; // of these; behind it is a torn line
    std::uint64_t damaged = 0;    // lines that say nothing, in the middle of results
};

// Throws Failure (check_disk: a damaged or missing file; fix_data: made by another
// version).
LoadedQueue load_queue(const QueueFiles& files, QueueCore& core);

// The first line of both kinds of file.
[[nodiscard]] std::string queue_file_head(std::string_view kind, std::uint64_t generation);

} // namespace spool
