// SPDX-License-Identifier: Apache-2.0
// spool/queue_retention.h - which segments may go, and which are worth emptying.
//
// Pure: facts in, plan out.
#pragma once

#include "spool/id.h"

#include <cstdint>
#include <span>
#include <vector>

namespace spool {

struct SegmentFacts {
    SegmentNumber number = 0;
    std::uint64_t size = 0;    // what it takes of the disk: segment_room()
    std::int64_t changed = 0;  // seconds, the last write
    bool complete = false;     // sealed, and read to its end
    bool results_safe = false; // everything said of its messages is on the disk
    std::uint32_t live_messages = 0;
    std::uint64_t live_bytes = 0;
    bool single = false;    // one large message in a file of its own
    bool wanted = false;    // the journal has not read all of it
    std::uint64_t file = 0; // of the file, with its holes
};

struct RetentionRules {
    std::int64_t retention = 0;
    std::uint64_t retention_bytes = 0;
    std::uint64_t free_space = 0; // with less than this left the oldest go before
    double carry_forward = 0.25;
    std::int64_t carry_after = 600;
    std::uint64_t journal_backlog = 0; // what may stay only because it is wanted
};

struct SegmentPlan {
    std::vector<SegmentNumber> remove;
    std::vector<SegmentNumber> carry;  // their live messages are to be appended anew
    std::vector<SegmentNumber> unread; // of `remove`: wanted, and there are too many
};

// `segments` oldest first.
//
// Without retention a finished segment goes at once.  With it, it goes when it is older;
// and when all segments together are larger than retention_bytes, or the disk is short of
// space, the oldest finished go first.  What is wanted stays as long as all that stays only
// for that is no larger than journal_backlog; then the newest of it do.  Emptied is what
// would go if it were not for a few messages.
//
// `missing`: so many octets less than free_space are free.
[[nodiscard]] SegmentPlan plan_segments(std::span<const SegmentFacts> segments,
                                        const RetentionRules& rules, std::int64_t now,
                                        std::uint64_t missing = 0);

} // namespace spool
