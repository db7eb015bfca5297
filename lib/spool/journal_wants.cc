// SPDX-License-Identifier: Apache-2.0
#include "spool/journal_wants.h"

#include "base/failure.h"
#include "base/log.h"
#include "spool/disk.h"
#include "spool/journal_mark.h"
#include "spool/space.h"

#include <algorithm>

namespace spool {

void JournalWants::look()
{
    if (backlog_ == 0)
        return;
    try {
        read_.clear();
        for (const Follower::Position& one : read_journal_mark(directory_))
            read_.emplace(one.segment, one);
    } catch (const base::Failure&) { // it wants everything until we can read again
    }
    Disk disk;
    room_ = free_bytes(disk, directory_) >= free_space_;
}

bool JournalWants::wants(SegmentNumber segment) const
{
    if (backlog_ == 0)
        return false;
    const auto read = read_.find(segment);
    return read == read_.end() || !read->second.finished;
}

std::vector<Follower::Position>
JournalWants::limit(std::vector<Follower::Position> read) const
{
    if (backlog() == 0)
        return read;
    for (Follower::Position& one : read) {
        const auto journal = read_.find(one.segment);
        if (journal != read_.end() && journal->second.finished)
            continue;
        constexpr std::uint64_t nothing = 1; // 0 would be a segment that is not known
        const std::uint64_t offset =
            journal == read_.end() ? nothing : std::max(nothing, journal->second.offset);
        if (one.finished || one.offset > offset)
            one = {one.segment, offset, false};
    }
    return read;
}

void JournalWants::lose(std::span<const SegmentNumber> unread,
                        std::span<const SegmentFacts> segments)
{
    if (std::ranges::none_of(segments, &SegmentFacts::wanted))
        told_ = false;
    if (unread.empty() || told_)
        return;
    told_ = true;
    base::log(base::Level::warning, "journal-behind", "-",
              {{"segments", unread.size()}, {"reason", room_ ? "backlog" : "free-space"}});
}

} // namespace spool
