// SPDX-License-Identifier: Apache-2.0
#include "spool/replay_sender.h"

#include "base/clock.h"
#include "base/log.h"
#include "spool/layout.h"
#include "spool/scan.h"
#include "spool/segment_file.h"
#include "spool/segments.h"
#include "text/lines.h"

#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <sys/file.h>
#include <thread>
#include <unistd.h>
#include <unordered_set>

namespace spool {

namespace {

constexpr std::size_t piece = 256u << 10;
constexpr std::uint64_t batch_bytes = 32u << 20; // in memory at a time
constexpr std::size_t scan_step = 4096;

// All messages stand in segments that were named before they were written: none may stream
// into a file of its own, which is named when it is complete.
constexpr std::size_t whole_message = 1u << 30;

WriterOptions replay_options(WriterOptions options, Disk& disk)
{
    options.name = "replay";
    options.draft_memory = whole_message;
    options.drafts_memory = whole_message;
    options.preallocate = Preallocate::none;
    options.shared = false;
    options.disk = &disk;
    return options;
}

// Those of a forward were never its client's.
bool are_named_by_client(const ReplayItem& item, const Envelope& original)
{
    return original.origin != Origin::forward && !original.redirected &&
           std::ranges::all_of(item.recipients, [&](const ReplayRecipient& to) {
               return text::equal_ignoring_case(to.address,
                                                original.recipients[to.original].address);
           });
}

Envelope envelope_of(const ReplayItem& item, const Envelope& original)
{
    Envelope out = original;
    out.id = {};
    out.arrival = base::wall_microseconds();
    out.origin = Origin::replay;
    out.parent = item.id;
    out.redirected = !are_named_by_client(item, original);
    out.replayed = false;
    out.recipients.clear();
    for (const ReplayRecipient& to : item.recipients)
        out.recipients.push_back(
            {to.address, notify_never,
             original_recipient(original.recipients[to.original], to.address)});
    return out;
}

bool has_recipients(const Envelope& original, const ReplayItem& item)
{
    return std::ranges::all_of(item.recipients, [&](const ReplayRecipient& to) {
        return to.original < original.recipients.size();
    });
}

} // namespace

// The answers of the committer's thread, waited for by ours.
struct ReplaySender::Sending {
    std::mutex mutex;
    std::condition_variable answered;
    std::size_t open = 0;
    std::vector<Over> over;
    std::optional<base::Failure> failure;

    CommitDone done(MessageId id)
    {
        const std::lock_guard lock(mutex);
        ++open;
        return [this, id](const CommitResult& result) {
            const std::lock_guard answer(mutex);
            if (result)
                over.emplace_back(id, ReplayResult{ReplayResult::What::sent, result->id});
            else
                failure = result.error();
            --open;
            answered.notify_all();
        };
    }
    void add_lost(MessageId id)
    {
        const std::lock_guard lock(mutex);
        over.emplace_back(id, ReplayResult{ReplayResult::What::lost, {}});
    }
    void wait()
    {
        std::unique_lock lock(mutex);
        answered.wait(lock, [this] { return open == 0; });
    }
};

ReplaySender::ReplaySender(ReplayFiles files, WriterOptions options)
    : files_(std::move(files)), below_(options.disk ? *options.disk : real_disk()),
      disk_(below_, files_.spool, files_.folder()), reader_(files_.spool)
{
    options.directory = files_.spool;
    lock();
    recover();
    skip_finished();
    if (!done())
        writer_.emplace(replay_options(std::move(options), disk_));
}

ReplaySender::~ReplaySender()
{
    writer_.reset(); // seals; all that was committed has been answered
    try {
        forget_finished_segments();
    } catch (const base::Failure&) {
        // Second names cost space until the run is sent on or removed.
    }
}

void ReplaySender::lock()
{
    state_ = read_replay(files_);
    progress_.reset(below_.create(files_.progress()));
    if (!progress_ && errno == EEXIST)
        progress_.reset(below_.open(files_.progress()));
    if (!progress_)
        base::fail_errno("open", files_.progress(), base::Remedy::get_permission);
    if (::flock(progress_.get(), LOCK_EX | LOCK_NB) != 0)
        throw base::Failure(base::Remedy::start_service,
                            "the run " + files_.name + " is being sent already");
    state_ = read_replay(files_); // perhaps somebody else has just finished
    std::string text(file_size(progress_.get()), '\0');
    if (::pread(progress_.get(), text.data(), text.size(), 0) !=
        static_cast<ssize_t>(text.size()))
        base::fail_errno("read", files_.progress());
    progress_size_ = decode_progress(text).size;
    checked(below_.truncate(progress_.get(), progress_size_), "truncate",
            files_.progress());
    checked(below_.sync_directory(files_.folder()), "sync", files_.folder());
    (void)below_.unlink(files_.stop());
}

// Whatever stands in our segments was sent; smtp-sendd has read them by the same rules.
void ReplaySender::recover()
{
    for (const SegmentNumber number : segment_numbers(files_.folder()))
        recover_segment(number);
    forget_finished_segments();
}

namespace {

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

void ReplaySender::recover_segment(SegmentNumber number)
{
    std::unordered_set<MessageId> noted;
    for (const auto& [id, result] : state_.results)
        noted.insert(result.as);
    const Written written = read_written(number);
    std::vector<Over> over;
    for (const auto& [id, as] : written.known)
        if (!noted.contains(as))
            over.emplace_back(id, ReplayResult{ReplayResult::What::sent, as});
    note(over);
    note(next_unknown(static_cast<std::size_t>(std::ranges::count_if(
        written.unknown, [&](MessageId as) { return !noted.contains(as); }))));
}

// Sent, and erased or damaged since: which it was is gone with it.  Mail is sent in the
// order of the plan, so it was the next.
std::vector<ReplaySender::Over> ReplaySender::next_unknown(std::size_t count) const
{
    std::vector<Over> over;
    for (const ReplayItem& item : state_.plan.items) {
        if (over.size() == count)
            break;
        if (!state_.results.contains(item.id))
            over.emplace_back(item.id, ReplayResult{});
    }
    return over;
}

// What the disk did not take is kept, and written before anything else.
void ReplaySender::note(const std::vector<Over>& over)
{
    for (const auto& [id, result] : over) {
        state_.results[id] = result;
        unnoted_ += encode(id, result);
    }
    if (unnoted_.empty())
        return;
    write_all(below_, progress_.get(), unnoted_, progress_size_, files_.progress());
    checked(below_.sync(progress_.get()), "sync", files_.progress());
    progress_size_ += unnoted_.size();
    unnoted_.clear();
}

// Not the one that is being written.  After trouble all are kept: the next start looks
// what stands in them.
void ReplaySender::forget_finished_segments()
{
    if (failure_ || !unnoted_.empty())
        return;
    for (const SegmentNumber number : segment_numbers(files_.folder())) {
        const auto segment = open_segment(files_.folder(), number);
        std::uint64_t end = 0;
        if (!segment || segment_state(*segment, end) == SegmentState::open)
            continue;
        (void)below_.unlink(segment_path(files_.folder(), number));
    }
}

void ReplaySender::skip_finished()
{
    while (!done() && state_.results.contains(state_.plan.items[next_].id))
        ++next_;
}

bool ReplaySender::must_stop() const
{
    return ::access(files_.stop().c_str(), F_OK) == 0;
}

std::vector<const ReplayItem*> ReplaySender::next_batch(std::size_t most)
{
    std::vector<const ReplayItem*> batch;
    std::uint64_t bytes = 0;
    for (std::size_t at = next_; at < state_.plan.items.size() && batch.size() < most;
         ++at) {
        const ReplayItem& item = state_.plan.items[at];
        if (state_.results.contains(item.id))
            continue;
        bytes += item.size;
        if (!batch.empty() && bytes > batch_bytes)
            break;
        batch.push_back(&item);
    }
    return batch;
}

// Messages that were carried forward since the plan was made.
void ReplaySender::find_moved()
{
    moved_.emplace();
    Follower follower(files_.spool, {});
    const auto found = [this](Found&& one) { (*moved_)[one.envelope.id] = one.where; };
    const auto damaged = [](Location, std::string_view) {};
    while (follower.poll(scan_step, found, damaged) == scan_step) {
    }
}

std::optional<Message> ReplaySender::open(const ReplayItem& item)
{
    auto message = reader_.open(item.where, true);
    if (!message) {
        if (!moved_)
            find_moved();
        const auto moved = moved_->find(item.id);
        if (moved == moved_->end())
            return std::nullopt;
        message = reader_.open(moved->second, true);
    }
    if (!message || message->envelope.id != item.id || message->size > whole_message / 2 ||
        !has_recipients(message->envelope, item))
        return std::nullopt;
    return std::move(*message);
}

void ReplaySender::begin(const ReplayItem& item, const Message& message, Sending& sending)
{
    Draft draft = writer_->begin();
    draft.append(fmt::format("{}: {} {}\r\n", replay_field, files_.name, item.id.text()));
    for (std::uint64_t at = 0; at < message.size; at += piece)
        draft.append(reader_.read(message, at, piece));
    writer_->commit(std::move(draft), envelope_of(item, message.envelope),
                    sending.done(item.id));
}

void ReplaySender::send_batch(std::size_t most, Sending& sending)
{
    for (const ReplayItem* const item : next_batch(most))
        if (const auto message = open(*item))
            begin(*item, *message, sending);
        else
            sending.add_lost(item->id);
}

std::size_t ReplaySender::send(std::size_t most)
{
    if (failure_)
        throw base::Failure(*failure_);
    if (done())
        return 0;
    if (writer_->no_space())
        throw base::Failure(base::Remedy::make_room,
                            "less free space than [queue] free-space asks for");
    Sending sending;
    try {
        send_batch(most, sending);
    } catch (const base::Failure& failure) {
        failure_ = failure;
    }
    sending.wait();
    if (sending.failure)
        failure_ = sending.failure;
    note(sending.over);
    skip_finished();
    forget_finished_segments();
    if (failure_)
        throw base::Failure(*failure_);
    return sending.over.size();
}

} // namespace spool
