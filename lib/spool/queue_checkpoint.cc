// SPDX-License-Identifier: Apache-2.0
#include "spool/queue_checkpoint.h"

#include <unordered_set>

namespace spool {

namespace {

bool same(const Follower::Position& one, const Follower::Position& other)
{
    return one.segment == other.segment && one.offset == other.offset &&
           one.finished == other.finished;
}

} // namespace

// Of these no block has an entry: the line of their deletion would not say that there is
// something to erase.
void Checkpoints::write_deleted(const QueueCore& core, BlockWriter& block) const
{
    if (core.deleted().empty())
        return;
    const std::unordered_set<MessageId> fresh(fresh_.begin(), fresh_.end());
    for (const Location where : core.deleted())
        if (fresh.contains(MessageId(where)))
            block.erase(where);
}

std::string Checkpoints::take(QueueCore& core,
                              const std::vector<Follower::Position>& positions)
{
    std::vector<Follower::Position> moved;
    std::map<SegmentNumber, Follower::Position> now;
    for (const Follower::Position& position : positions) {
        const auto before = written_.find(position.segment);
        if (before == written_.end() || !same(before->second, position))
            moved.push_back(position);
        now[position.segment] = position;
    }
    written_ = std::move(now);
    if (moved.empty() && fresh_.empty())
        return {};

    BlockWriter block(++core.block);
    for (const MessageId id : fresh_)
        if (const Entry* const entry = core.table.find(id))
            block.entry(*entry, core.table.texts());
    write_deleted(core, block);
    fresh_.clear();
    core.write_copies(block);
    for (const Follower::Position& position : moved)
        block.read(position);
    block.end();
    return block.take();
}

} // namespace spool
