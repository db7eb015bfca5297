// SPDX-License-Identifier: Apache-2.0
// spool/shared.h - the segment that inetd processes append to, one after the other.
//
// log/shared holds its number and is the lock under which it is changed.  It is not synced:
// when it is lost, a new segment is begun.
#pragma once

#include "base/fd.h"
#include "spool/disk.h"
#include "spool/format.h"

#include <optional>
#include <string>

namespace spool {

// Throws Failure.
[[nodiscard]] base::Fd lock_shared(Disk& disk, const std::string& spool);
[[nodiscard]] std::optional<SegmentNumber> read_shared(int fd);
void write_shared(Disk& disk, int fd, const std::string& spool, SegmentNumber number);

struct SharedSegment {
    SegmentHead head;
    base::Fd file;     // locked
    std::uint64_t end; // behind the last whole record; what followed was cut off
};

// Nothing when it cannot be used any more: gone, sealed, damaged.
[[nodiscard]] std::optional<SharedSegment>
reopen_shared_segment(Disk& disk, const std::string& spool, SegmentNumber number);

} // namespace spool
