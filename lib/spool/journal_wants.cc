// SPDX-License-Identifier: Apache-2.0
#include "spool/journal_wants.h"

#include "base/failure.h"
#include "base/log.h"
#include "spool/journal_mark.h"
#include "spool/layout.h"

#include <algorithm>
#include <sys/stat.h>

namespace spool {

// It is another file each time it is written.
bool JournalWants::mark_changed()
{
    struct stat now{};
    Which which;
    if (::stat(journal_mark_path(directory_).c_str(), &now) == 0)
        which = {now.st_ino, now.st_size, now.st_ctim.tv_sec, now.st_ctim.tv_nsec};
    return std::exchange(seen_, which) != which;
}

void JournalWants::read_mark()
{
    try {
        read_.clear();
        for (const Follower::Position& one : read_journal_mark(directory_))
            read_.emplace(one.segment, one);
    } catch (const base::Failure&) { // it wants everything until we can read again
        seen_ = {};
    }
}

void JournalWants::look(std::optional<std::uint64_t> free)
{
    if (backlog_ == 0)
        return;
    if (mark_changed())
        read_mark();
    room_ = !free || *free >= free_space_;
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
    return room_ ? limit_always(std::move(read)) : read;
}

std::vector<Follower::Position>
JournalWants::limit_always(std::vector<Follower::Position> read) const
{
    if (backlog_ == 0)
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

void JournalWants::see(std::span<const SegmentFacts> segments)
{
    if (std::ranges::none_of(segments, &SegmentFacts::wanted))
        told_ = false;
}

void JournalWants::lose(std::span<const SegmentNumber> unread)
{
    if (unread.empty() || told_)
        return;
    told_ = true;
    base::log(base::Level::warning, "journal-behind", "-",
              {{"segments", unread.size()}, {"reason", room_ ? "backlog" : "free-space"}});
}

} // namespace spool
