// SPDX-License-Identifier: Apache-2.0
// spool/replay_recover.cc - what a run has sent before: its lock, its progress, and what
// stands in its segments besides.
#include "spool/layout.h"
#include "spool/replay_sender.h"
#include "spool/scan.h"
#include "spool/segment_file.h"
#include "spool/segments.h"

#include <algorithm>
#include <sys/file.h>
#include <thread>
#include <unistd.h>

namespace spool {

namespace {

// Who looks whether a run is being sent holds its lock for a moment, too.
bool try_lock(int fd)
{
    constexpr int most_tries = 30;
    constexpr base::milliseconds pause{10};
    for (int tries = 0; ::flock(fd, LOCK_EX | LOCK_NB) != 0; ++tries) {
        if (tries == most_tries)
            return false;
        std::this_thread::sleep_for(pause);
    }
    return true;
}

// Of a process that is just dying the lock of the run may go before that of its segment.
SegmentState wait_until_closed(const SegmentFile& segment, std::uint64_t& end)
{
    constexpr int most_looks = 500;
    constexpr base::milliseconds pause{10};
    for (int looks = 0; looks < most_looks; ++looks) {
        const SegmentState state = segment_state(segment, end);
        if (state != SegmentState::open)
            return state;
        std::this_thread::sleep_for(pause);
    }
    throw base::Failure(base::Remedy::try_later, "somebody still writes for this run");
}

} // namespace

void ReplaySender::lock()
{
    plan_ = read_replay_plan(files_);
    progress_.reset(below_.create(files_.progress()));
    if (!progress_ && errno == EEXIST)
        progress_.reset(below_.open(files_.progress()));
    if (!progress_)
        base::fail_errno("open", files_.progress(), base::Remedy::get_permission);
    if (!try_lock(progress_.get()))
        throw base::Failure(base::Remedy::start_service,
                            "the run " + files_.name + " is being sent already");
    read_progress();
    checked(below_.sync_directory(files_.folder()), "sync", files_.folder());
    (void)below_.unlink(files_.stop());
}

// Who wrote it was perhaps killed before it was synced, and what we read here lets us
// forget segments.
void ReplaySender::read_progress()
{
    std::string text(file_size(progress_.get()), '\0');
    if (::pread(progress_.get(), text.data(), text.size(), 0) !=
        static_cast<ssize_t>(text.size()))
        base::fail_errno("read", files_.progress());
    ReplayProgress progress = decode_progress(text);
    results_ = std::move(progress.results);
    progress_size_ = progress.size;
    checked(below_.truncate(progress_.get(), progress_size_), "truncate",
            files_.progress());
    checked(below_.sync(progress_.get()), "sync", files_.progress());
}

// Whatever stands in our segments was sent; smtp-sendd has read them by the same rules.
void ReplaySender::recover()
{
    std::unordered_set<MessageId> noted;
    for (const auto& [id, result] : results_)
        noted.insert(result.as);
    for (const SegmentNumber number : segment_numbers(files_.folder()))
        recover_segment(number, noted);
    forget_finished_segments();
}

ReplaySender::Written ReplaySender::read_written(SegmentNumber number) const
{
    Written written;
    const auto segment = open_segment(files_.folder(), number);
    if (!segment || segment->head.number != number)
        return written;
    std::uint64_t end = 0;
    const bool sealed = wait_until_closed(*segment, end) == SegmentState::sealed;
    const Trust trust = sealed ? Trust::all : Trust::checksums;
    Window window;
    window.look_at(segment->fd(), end);
    Scan scan(window, segment->head);
    Scanned found;
    for (std::uint64_t at = segment->head.first; at < end;) {
        const Scan::Kind kind = scan.examine(at, trust, found);
        if (kind == Scan::Kind::sealed)
            break;
        if (kind == Scan::Kind::record)
            written.known.emplace_back(found.envelope.parent, MessageId(found.where));
        else if (kind == Scan::Kind::erased)
            written.unknown.emplace_back(found.where);
        else if (scan.next(at, trust, found) == Scan::Step::end)
            break; // a torn tail
        else {
            // What is not sealed and not whole was never read by smtp-sendd.
            if (sealed)
                written.unknown.emplace_back(found.where);
            continue; // `at` is behind it
        }
        at += found.header.size();
    }
    return written;
}

// What is noted must stay true after a power cut, and who wrote the segment was perhaps
// killed before it was synced.
void ReplaySender::recover_segment(SegmentNumber number,
                                   const std::unordered_set<MessageId>& noted)
{
    const Written written = read_written(number);
    std::vector<Over> over;
    for (const auto& [id, as] : written.known)
        if (!noted.contains(as))
            over.emplace_back(id, ReplayResult{ReplayResult::What::sent, as});
    const auto unknown = static_cast<std::size_t>(std::ranges::count_if(
        written.unknown, [&](MessageId as) { return !noted.contains(as); }));
    if (over.empty() && unknown == 0)
        return;
    const std::string path = segment_path(files_.folder(), number);
    const base::Fd segment(checked(below_.open(path), "open", path));
    checked(below_.sync(segment.get()), "sync", path);
    note(over);
    note(next_unknown(unknown));
}

// Sent, and erased or damaged since: which it was is gone with it.  Mail is sent in the
// order of the plan, and what is lost before it is noted before it, so it was the next.
std::vector<ReplaySender::Over> ReplaySender::next_unknown(std::size_t count) const
{
    std::vector<Over> over;
    for (const ReplayItem& item : plan_.items) {
        if (over.size() == count)
            break;
        if (!results_.contains(item.id))
            over.emplace_back(item.id, ReplayResult{});
    }
    return over;
}

} // namespace spool
