// SPDX-License-Identifier: Apache-2.0
#include "spool/replay_sender.h"

#include "spool/layout.h"
#include "spool/read_whole.h"
#include "spool/segment_file.h"
#include "spool/segments.h"
#include "spool/space.h"
#include "spool/uidl.h"
#include "text/lines.h"

#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <unistd.h>

namespace spool {

namespace {

constexpr std::size_t piece = 256u << 10;
constexpr std::uint64_t batch_bytes = 32u << 20; // in memory at a time
constexpr std::size_t scan_step = 4096;

// All messages stand in segments that were named before they were written: none may stream
// into a file of its own, which is named when it is complete.
constexpr std::size_t whole_message = 2 * most_replayed;

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

Envelope envelope_of(const ReplayItem& item, const Envelope& original,
                     const std::string& route)
{
    Envelope out = original;
    out.id = {};
    out.arrival = base::wall_microseconds();
    out.origin = Origin::replay;
    out.parent = item.id;
    out.concerns = concerned_domains(original);
    out.redirected = !are_named_by_client(item, original);
    out.replayed = false;
    out.route = route;
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
    void wait()
    {
        std::unique_lock lock(mutex);
        answered.wait(lock, [this] { return open == 0; });
    }
};

ReplaySender::ReplaySender(ReplayFiles files, WriterOptions options, bool uidl,
                           std::set<std::string> ends)
    : files_(std::move(files)), uidl_(uidl), free_space_(options.free_space),
      ends_(std::move(ends)), below_(options.disk ? *options.disk : real_disk()),
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

// What the disk did not take is kept, and written before anything else.
void ReplaySender::note(const std::vector<Over>& over)
{
    for (const auto& [id, result] : over) {
        results_[id] = result;
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
    while (!done() && results_.contains(plan_.items[next_].id))
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
    for (std::size_t at = next_; at < plan_.items.size() && batch.size() < most; ++at) {
        const ReplayItem& item = plan_.items[at];
        if (results_.contains(item.id))
            continue;
        bytes += item.size;
        if (!batch.empty() && bytes > batch_bytes)
            break;
        batch.push_back(&item);
    }
    return batch;
}

// Messages that were carried forward since the plan was made, and are still to be sent.
void ReplaySender::find_moved()
{
    moved_.clear();
    for (const ReplayItem& item : plan_.items)
        if (!results_.contains(item.id))
            moved_.emplace(item.id, Location{});
    Follower follower(files_.spool, {});
    const auto found = [this](Found&& one) {
        const auto known = moved_.find(one.envelope.id);
        if (known != moved_.end() && known->second.segment <= one.where.segment)
            known->second = one.where;
    };
    const auto damaged = [](Location, std::string_view) {};
    while (follower.poll(scan_step, found, damaged) == scan_step) {
    }
    looked_ = base::Steady::now();
}

// They go on being carried while we send.
std::expected<ReplaySender::Placed, ReadError> ReplaySender::open_moved(MessageId id)
{
    constexpr base::seconds long_ago{60};
    if (!looked_ || base::Steady::now() - *looked_ > long_ago)
        find_moved();
    for (Location tried;;) {
        const auto found = moved_.find(id);
        if (found == moved_.end() || found->second == tried)
            return std::unexpected(ReadError::gone);
        tried = found->second;
        auto message = reader_.open(tried, true);
        if (message)
            return Placed{std::move(*message), tried};
        if (message.error() != ReadError::gone)
            return std::unexpected(message.error());
        find_moved(); // it has gone from there since
    }
}

std::optional<ReplaySender::Placed> ReplaySender::open(const ReplayItem& item)
{
    std::optional<Placed> found;
    if (auto message = reader_.open(item.where, true))
        found = {std::move(*message), item.where};
    else if (auto moved = open_moved(item.id))
        found = std::move(*moved);
    if (!found || found->message.envelope.id != item.id ||
        found->message.size > most_replayed ||
        !has_recipients(found->message.envelope, item))
        return std::nullopt;
    return found;
}

// Nothing when it was erased while it was read.
std::optional<Draft> ReplaySender::draft_of(const ReplayItem& item, const Placed& original)
{
    Draft draft = writer_->begin();
    draft.append(fmt::format("{}: {} {}\r\n", replay_field, files_.name, item.id.text()));
    if (uidl_)
        draft.append(uidl_line(item.id));
    for (const ReplayRecipient& to : item.recipients)
        if (ends_.contains(text::to_lower(to.address)))
            draft.append(fmt::format("Delivered-To: {}\r\n", to.address));
    const auto append = [&](const std::string& bytes) { draft.append(bytes); };
    if (!read_whole(original.message, original.where, piece, append))
        return std::nullopt;
    return draft;
}

// Nothing if it is lost.  Erased where it was read, it may have been carried before.
std::optional<ReplaySender::Prepared> ReplaySender::prepare(const ReplayItem& item)
{
    auto original = open(item);
    auto draft = original ? draft_of(item, *original) : std::nullopt;
    if (original && !draft) {
        const Location erased = original->where;
        find_moved();
        original = open(item);
        if (original && original->where != erased)
            draft = draft_of(item, *original);
    }
    if (!draft)
        return std::nullopt;
    return Prepared{std::move(original->message.envelope), std::move(*draft)};
}

// Returns how many were lost.  They are noted before anything behind them is written, see
// next_unknown().
std::size_t ReplaySender::send_batch(std::size_t most, Sending& sending)
{
    std::size_t count = 0;
    std::vector<Over> lost;
    for (const ReplayItem* const item : next_batch(most)) {
        auto prepared = prepare(*item);
        if (!prepared) {
            lost.emplace_back(item->id, ReplayResult{ReplayResult::What::lost, {}});
            continue;
        }
        note(lost);
        count += lost.size();
        lost.clear();
        writer_->commit(std::move(prepared->draft),
                        envelope_of(*item, prepared->original, plan_.route),
                        sending.done(item->id));
    }
    note(lost);
    return count + lost.size();
}

// New mail matters more: we stop before it is refused.
void ReplaySender::require_room(std::size_t most)
{
    std::uint64_t needed = free_space_ / 4;
    for (const ReplayItem* const item : next_batch(most))
        needed += item->size;
    const auto free = free_bytes(below_, files_.spool);
    if (writer_->no_space() ||
        (free && (*free < free_space_ || *free - free_space_ < needed)))
        throw base::Failure(base::Remedy::try_later,
                            "too little free space: new mail needs what is left, see "
                            "[queue] free-space; apply the run again later");
}

std::size_t ReplaySender::send(std::size_t most)
{
    if (failure_)
        throw base::Failure(*failure_);
    if (done())
        return 0;
    require_room(most);
    Sending sending;
    std::size_t lost = 0;
    try {
        lost = send_batch(most, sending);
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
    return lost + sending.over.size();
}

} // namespace spool
