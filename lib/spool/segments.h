// SPDX-License-Identifier: Apache-2.0
// spool/segments.h - housekeeping of whole segments.  For single records: erase.h.
//
// For the one who owns the queue and for tools.  Nothing here decides what may go: the
// caller knows which messages are finished.
#pragma once

#include "spool/id.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace spool {

enum class SegmentState : std::uint8_t {
    open,      // a writer is alive (shared segments: more may be appended by anybody)
    sealed,    // complete, nothing will be added
    abandoned, // its writer died: complete up to its torn tail, nothing will be added
};

struct SegmentInfo {
    SegmentNumber number = 0;
    std::uint64_t size = 0;   // of the file, with preallocated rest and holes
    std::uint64_t used = 0;   // on the disk
    std::int64_t created = 0; // seconds since 1970
    std::int64_t changed = 0; // its last write
    SegmentState state = SegmentState::open;
    bool single = false; // one large message in a file of its own
};

// For how many seconds from `now` a segment that is closed at this age stays open.  One
// made far in the future is old: the clock was set back.
[[nodiscard]] std::int64_t seconds_young(SegmentNumber number, std::int64_t age,
                                         std::int64_t now);
// Oldest first; costs one directory listing.  Throws Failure when it is not complete.
[[nodiscard]] std::vector<SegmentNumber> segment_numbers(const std::string& directory);
// True only when the disk says so; not when it cannot tell.
[[nodiscard]] bool segment_gone(const std::string& directory, SegmentNumber number);
// Nothing when the segment is gone (or is no segment).
[[nodiscard]] std::optional<SegmentInfo> segment_info(const std::string& directory,
                                                      SegmentNumber number);

// What it takes of the disk, as far as its size says how much was written: holes count for
// nothing.  What a file system has not given out yet, or makes less of, counts as it was
// written.  Throws Failure; 0 when it is gone.
[[nodiscard]] std::uint64_t segment_room(const std::string& directory,
                                         const SegmentInfo& info);

// Unlinks and syncs the directory once: when it returns they stay away, even after a power
// cut.  Only then may the follower's positions of these segments be forgotten, or a power
// cut would deliver their mail again.  Missing segments are fine.  Throws Failure.
void delete_segments(const std::string& directory, std::span<const SegmentNumber> numbers);

// A shared segment (inetd) stays open until the next connection finds it full or old; this
// seals it when it is older than `age` seconds and nobody appends right now.  Tells whether
// the segment is sealed or abandoned now.
bool seal_if_idle(const std::string& directory, SegmentNumber number, std::int64_t age);

} // namespace spool
