// SPDX-License-Identifier: Apache-2.0
// spool/queue_checkpoint.h - says in the results, now and then, how far the log was read.
//
// Most messages are delivered at once and leave one line.  A checkpoint names those that
// came since the last one and are still here, and of those that were deleted since they
// came what is to be erased; everything else before the positions that follow is finished.
// So a start reads seconds of the log again, and not all of it since the last snapshot.
#pragma once

#include "spool/queue_core.h"

#include <map>
#include <string>
#include <vector>

namespace spool {

class Checkpoints {
public:
    explicit Checkpoints(std::map<SegmentNumber, Follower::Position> written)
        : written_(std::move(written))
    {
    }

    // A new message came from the log.
    void add(MessageId id) { fresh_.push_back(id); }
    [[nodiscard]] bool due() const { return fresh_.size() >= most_fresh; }
    // The lines of a block, and counts it; empty when nothing was read since the last one.
    [[nodiscard]] std::string take(QueueCore& core,
                                   const std::vector<Follower::Position>& positions);

private:
    void write_deleted(const QueueCore& core, BlockWriter& block) const;

    static constexpr std::size_t most_fresh = 16384;

    std::vector<MessageId> fresh_;
    std::map<SegmentNumber, Follower::Position> written_;
};

} // namespace spool
