// SPDX-License-Identifier: Apache-2.0
#include "spool/queue_eraser.h"

#include "base/clock.h"
#include "base/failure.h"
#include "base/log.h"
#include "spool/aside.h"
#include "spool/erase.h"
#include "spool/segments.h"

#include <algorithm>
#include <utility>

namespace spool {

namespace {

constexpr base::seconds pause_after_trouble{60};
constexpr base::seconds sweep_of_few{3600};
constexpr std::uint64_t usual_overhead = 1024; // of a record: header, envelope, end

// What was read so far; 0 for a segment that is not known (any more).
std::uint64_t read_of(const std::vector<Follower::Position>& read, SegmentNumber segment)
{
    const auto found = std::ranges::find(read, segment, &Follower::Position::segment);
    if (found == read.end())
        return 0;
    return found->finished ? UINT64_MAX : found->offset;
}

} // namespace

void QueueEraser::add(std::span<const Location> records, std::uint64_t appended)
{
    for (const Location where : records)
        deleted_.push_back({where, appended});
}

void QueueEraser::work(const Round& round)
{
    take_result(round.now.steady);
    if (result_.valid() || round.now.steady < next_try_)
        return;
    plan_sweep(round);
    drop_dying(round.dying);
    Job job{take_deleted(round.read, round.synced), {}};
    if (!sweep_.live.empty() && round.synced >= sweep_.appended)
        job.all_but = std::exchange(sweep_.live, {});
    if (!job.erase.empty() || !job.all_but.empty())
        start(std::move(job), round.now.steady);
}

bool QueueEraser::idle(const Moment& now) const
{
    return !result_.valid() && now.steady >= next_try_;
}

void QueueEraser::finish(const std::vector<Follower::Position>& read, std::uint64_t synced)
{
    wait();
    take_result(base::Steady::now());
    const Job job{take_deleted(read, synced), {}};
    const std::string error = run(directory_, job);
    if (error.empty())
        return;
    base::log(base::Level::error, "record-erase-failed", "-", {{"error", error}});
    again(job);
}

std::vector<Location> QueueEraser::pending() const
{
    std::vector<Location> records;
    records.reserve(deleted_.size());
    for (const Deleted& one : deleted_)
        records.push_back(one.where);
    for (const auto& [segment, offsets] : running_.erase)
        for (const std::uint32_t offset : offsets)
            records.push_back({segment, offset});
    return records;
}

std::string QueueEraser::run(const std::string& directory, const Job& job)
{
    std::string error;
    const auto try_one = [&error](const auto& erase) {
        try {
            (void)erase();
        } catch (const base::Failure& failure) {
            error = failure.what();
        }
    };
    for (const auto& [segment, offsets] : job.erase)
        try_one([&] { return erase_records(directory, segment, offsets); });
    for (const auto& [segment, live] : job.all_but)
        try_one([&] { return erase_all_but(directory, segment, live); });
    return error;
}

void QueueEraser::wait()
{
    if (result_.valid())
        result_.wait();
}

void QueueEraser::start(Job job, base::SteadyTime now)
{
    running_ = std::move(job);
    try {
        result_ = aside(run, directory_, std::cref(running_));
    } catch (const base::Failure& failure) {
        failed(std::exchange(running_, {}), failure.what(), now);
    }
}

// What could not be erased is tried again, as a whole: it does no harm to what is.
void QueueEraser::take_result(base::SteadyTime now)
{
    if (!result_.valid() || result_.wait_for(base::seconds(0)) != std::future_status::ready)
        return;
    const std::string error = result_.get();
    const Job done = std::exchange(running_, {});
    for (const auto* const jobs : {&done.erase, &done.all_but})
        for (const auto& [segment, offsets] : *jobs)
            smaller_.insert(segment);
    if (!error.empty())
        failed(done, error, now);
}

void QueueEraser::failed(const Job& job, const std::string& error, base::SteadyTime now)
{
    base::log(base::Level::error, "record-erase-failed", "-", {{"error", error}});
    next_try_ = now + pause_after_trouble;
    again(job);
    for (const auto& [segment, live] : job.all_but)
        swept_.erase(segment);
}

void QueueEraser::again(const Job& job)
{
    for (const auto& [segment, offsets] : job.erase)
        for (const std::uint32_t offset : offsets)
            deleted_.push_back({{segment, offset}, 0});
}

void QueueEraser::drop_dying(const std::set<SegmentNumber>& dying)
{
    if (!dying.empty())
        std::erase_if(deleted_, [&](const Deleted& one) {
            return dying.contains(one.where.segment);
        });
}

// Those that are safe to go.  A record that the log has not yet reported stays until it
// has, else it would be waited for; a segment that is gone took its records along, and one
// that is only not known yet did not.
std::map<SegmentNumber, QueueEraser::Offsets>
QueueEraser::take_deleted(const std::vector<Follower::Position>& read, std::uint64_t synced)
{
    std::map<SegmentNumber, Offsets> erase;
    struct Reach {
        std::uint64_t read;
        bool gone;
    };
    std::map<SegmentNumber, Reach> known;
    std::erase_if(deleted_, [&](const Deleted& one) {
        if (one.appended > synced)
            return false;
        const auto [place, is_new] = known.try_emplace(one.where.segment);
        Reach& reach = place->second;
        if (is_new) {
            reach.read = read_of(read, one.where.segment);
            reach.gone = reach.read == 0 && segment_gone(directory_, one.where.segment);
        }
        if (reach.read <= one.where.offset)
            return reach.gone;
        erase[one.where.segment].push_back(one.where.offset);
        return true;
    });
    return erase;
}

// Where nearly all live, and where few have died since, a sweep would find little.
bool QueueEraser::worth_sweeping(const SegmentFacts& segment, const Moment& now)
{
    if (!segment.complete || segment.single || segment.live_messages == 0 ||
        now.wall - segment.changed < rules_.carry_after)
        return false;
    const std::uint64_t about = segment.live_bytes + segment.live_messages * usual_overhead;
    const auto [swept, is_new] =
        swept_.try_emplace(segment.number, Swept{segment.live_messages, now.steady});
    if (is_new)
        return about < segment.file;
    const std::uint32_t died = swept->second.live - segment.live_messages;
    const bool many = std::uint64_t{died} * 8 >= swept->second.live;
    return died > 0 && (many || now.steady - swept->second.when >= sweep_of_few);
}

// What lives in a complete segment lives there from now on, or dies: nothing moves into it.
void QueueEraser::plan_sweep(const Round& round)
{
    const Moment& now = round.now;
    if (rules_.retention != 0 || now.steady < next_sweep_ || !sweep_.live.empty())
        return;
    next_sweep_ = now.steady + base::seconds(rules_.carry_after);
    std::map<SegmentNumber, Swept> known;
    for (const SegmentFacts& segment : round.segments) {
        if (!round.busy.contains(segment.number) && worth_sweeping(segment, now)) {
            sweep_.live[segment.number];
            swept_[segment.number] = {segment.live_messages, now.steady};
        }
        if (const auto swept = swept_.find(segment.number); swept != swept_.end())
            known.insert(*swept);
    }
    swept_ = std::move(known); // without those that are gone
    if (sweep_.live.empty())
        return;
    sweep_.appended = round.appended;
    round.core.table.for_each([this](const Entry& entry) {
        const auto segment = sweep_.live.find(entry.where().segment);
        if (segment != sweep_.live.end())
            segment->second.push_back(entry.where().offset);
    });
    for (auto& [segment, live] : sweep_.live)
        std::ranges::sort(live);
}

} // namespace spool
