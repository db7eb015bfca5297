// SPDX-License-Identifier: Apache-2.0
// A large message becomes a segment of its own.  Steps, and what a crash right after each
// leaves:
//
//     message, header, end and sealed mark written     a leftover in incoming/
//     synced                                           the same
//     name in log/, still locked                       perhaps the whole message, perhaps
//     not directory synced                                 the whole message unlocked the
//     same; now followers take it
//
// 250 is said after the last one.
#include "base/clock.h"
#include "base/log.h"
#include "spool/committer.h"
#include "spool/layout.h"
#include "spool/number.h"
#include "spool/quiet_thread.h"

#include <utility>

namespace spool {

namespace {

std::string single_head(const RecordPlace& place, std::string_view by)
{
    SegmentHead head;
    head.number = place.segment;
    head.key = place.key;
    head.first = place.offset;
    head.kind = SegmentKind::single;
    head.made = base::rfc3339(base::wall_seconds());
    head.by = by;
    return encode_head(head);
}

} // namespace

LargeCommitter::LargeCommitter(Disk& disk, const WriterOptions& options)
    : disk_(disk), spool_(options.directory), by_(writer_text(options.name))
{
}

LargeCommitter::~LargeCommitter()
{
    {
        const std::lock_guard lock(mutex_);
        stop_ = true;
    }
    changed_.notify_all();
    for (std::thread& thread : threads_)
        thread.join();
}

void LargeCommitter::add(Pending pending)
{
    const std::lock_guard lock(mutex_);
    queue_.push_back(std::move(pending));
    if (idle_ < queue_.size() && threads_.size() < most_threads)
        threads_.push_back(quiet_thread([this] { run(); }));
    changed_.notify_one();
}

void LargeCommitter::run()
{
    Ringer ringer(spool_);
    std::unique_lock lock(mutex_);
    for (;;) {
        ++idle_;
        changed_.wait(lock, [this] { return stop_ || !queue_.empty(); });
        --idle_;
        if (queue_.empty())
            return;
        Pending pending = std::move(queue_.front());
        queue_.erase(queue_.begin());
        lock.unlock();
        commit(pending);
        ringer.ring();
        lock.lock();
    }
}

void LargeCommitter::commit(Pending& pending)
{
    try {
        write(pending);
        pending.draft->stream.reset();
        pending.done(pending.committed);
    } catch (const base::Failure& failure) {
        pending.draft->stream.reset(); // a full disk gets its space back before the answer
        base::log(base::Level::error, "spool-write-failed", "-",
                  {{"error", failure.what()}, {"messages", 1}});
        pending.done(std::unexpected(failure));
    }
}

void LargeCommitter::write(Pending& pending)
{
    Draft::State& draft = *pending.draft;
    if (draft.broken)
        throw *draft.broken;
    draft.flush();
    pending.text = begin_record(pending.envelope);
    RecordPlace place{next_segment_number(disk_, spool_), random_key(), 0};
    place.offset =
        static_cast<std::uint32_t>(single_message_offset - pending.text.prefix.size());
    pending.place(place);

    const IncomingFile& file = draft.stream->file();
    const std::uint64_t message_end = single_message_offset + draft.stream->size();
    const std::uint64_t end = message_end + pending.text.tail_size;
    write_all(disk_, file.fd(), single_head(place, by_), 0, file.path());
    write_all(disk_, file.fd(), pending.text.prefix, place.offset, file.path());
    std::string tail(pending.text.tail_text());
    tail += encode_sealed_mark(place.segment, place.key, end);
    write_all(disk_, file.fd(), tail, message_end, file.path());
    checked(disk_.sync(file.fd()), "sync", file.path());
    publish(*draft.stream, place.segment);
}

void LargeCommitter::publish(Stream& stream, SegmentNumber number)
{
    const base::Fd locked = stream.file().publish(spool_, number);
    const std::string log = log_directory(spool_);
    if (disk_.sync_directory(log) == 0)
        return;
    const int error = errno;
    (void)disk_.unlink(segment_path(spool_, number));
    base::fail_errno("sync", log, base::Remedy::check_disk, error);
}

} // namespace spool
