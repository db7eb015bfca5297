// SPDX-License-Identifier: Apache-2.0
#include "spool/ring_sweep.h"

#include "base/clock.h"
#include "base/failure.h"
#include "base/log.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <utility>

namespace spool {

namespace {

constexpr std::int64_t part_of_period = 20;
constexpr std::int64_t least_lag = 1;
constexpr std::int64_t most_lag = 300;
constexpr std::int64_t pause_after_trouble = 60;
constexpr std::int64_t pause_of_unreadable = 3600; // one segment's
constexpr std::size_t most_asked = 5000;           // of the queue, in one turn
constexpr std::size_t most_looked = 64;            // segments, in one turn of the thread
constexpr base::milliseconds look_time{250};       // the same: no further one is begun

} // namespace

std::int64_t lag_of(const RingPeriods& periods)
{
    return std::clamp(periods.shortest / part_of_period, least_lag, most_lag);
}

void RingSweep::set(std::shared_ptr<const RingPeriods> periods)
{
    assert(!periods || periods->shortest > 0);
    periods_ = std::move(periods);
    known_.clear();
    due_.clear();
    next_choice_ = 0;
    stale_ = looks_.valid();
}

std::vector<Location> RingSweep::work(const Round& round)
{
    take_looks();
    if (!periods_)
        return {};
    if (!round.room)
        return {};
    if (due_.empty() && !looks_.valid() && base::wall_seconds() >= next_choice_)
        choose(round);
    return take_due(round.core);
}

// A segment that cannot be read does not keep the others from being looked at.
RingSweep::Looks RingSweep::run(const std::string& directory, const Job& job)
{
    Looks looks;
    const base::SteadyTime end = base::Steady::now() + look_time;
    for (const Task& task : job.tasks) {
        const std::int64_t now = base::wall_seconds();
        try {
            looks.done.emplace_back(
                task, look_through(directory, task.to, *job.periods, now, task.first));
        } catch (const PeriodUnknown& failure) {
            looks.error = failure.what();
            break;
        } catch (const base::Failure& failure) {
            looks.error =
                fmt::format("segment {:010x}: {}", task.to.segment, failure.what());
            looks.done.emplace_back(task,
                                    RingLook{.due = {}, .next = now + pause_of_unreadable});
        }
        if (base::Steady::now() >= end)
            break;
    }
    return looks;
}

void RingSweep::wait()
{
    if (looks_.valid())
        looks_.wait();
}

void RingSweep::take_looks()
{
    if (!looks_.valid() || looks_.wait_for(base::seconds(0)) != std::future_status::ready)
        return;
    Looks looks = looks_.get();
    if (std::exchange(stale_, false))
        return;
    for (auto& [task, look] : looks.done)
        settle(task, std::move(look));
    if (looks.error.empty())
        return;
    base::log(base::Level::warning, "tenant-erase-failed", "-", {{"error", looks.error}});
    next_choice_ = base::wall_seconds() + pause_after_trouble;
}

void RingSweep::settle(const Task& task, RingLook&& look)
{
    const std::int64_t now = base::wall_seconds();
    const bool more = look.due.size() == most_due;
    known_[task.to.segment] = {.next = more ? 0 : look.next,
                               .looked = now,
                               .live = task.live,
                               .in_queue = false,
                               .complete = task.to.finished};
    for (const RingLook::Due& one : look.due)
        due_.emplace_back(task.to.segment, one);
}

std::vector<Location> RingSweep::take_due(const QueueCore& core)
{
    std::vector<Location> erase;
    std::map<SegmentNumber, std::uint64_t> counts;
    for (std::size_t i = 0; i < most_asked && !due_.empty(); ++i) {
        const auto [segment, one] = due_.front();
        due_.pop_front();
        if (one.id != MessageId() && core.table.find(one.id) != nullptr) {
            if (const auto known = known_.find(segment); known != known_.end())
                known->second.in_queue = true;
            continue;
        }
        erase.push_back({segment, one.offset});
        ++counts[segment];
    }
    for (const auto& [segment, count] : counts)
        base::log(base::Level::info, "tenant-erased", "-",
                  {{"segment", fmt::format("{:010x}", segment)}, {"messages", count}});
    return erase;
}

// Where nobody has finished since, of those who were waited for, nothing new is to be
// found.
std::int64_t RingSweep::next_look(const Known& known, const SegmentFacts& segment) const
{
    if (known.looked == 0)
        return 0;
    const bool finished = known.in_queue && segment.live_messages < known.live;
    const std::int64_t next = !known.complete || finished ? 0 : known.next;
    return std::max(next, known.looked + lag_of(*periods_));
}

// `segments` and `read` are sorted, and so is what is known; who is gone is forgotten.
void RingSweep::choose(const Round& round)
{
    const std::int64_t now = base::wall_seconds();
    std::map<SegmentNumber, Known> known;
    Job job{{}, periods_};
    auto read = round.read.begin();
    for (const SegmentFacts& segment : round.segments) {
        const Known& before =
            known.emplace_hint(known.end(), segment.number, known_[segment.number])->second;
        while (read != round.read.end() && read->segment < segment.number)
            ++read;
        if (read == round.read.end() || read->segment != segment.number)
            continue;
        if (job.tasks.size() < most_looked && !round.busy.contains(segment.number) &&
            next_look(before, segment) <= now)
            job.tasks.push_back({*read, segment.live_messages, before.looked == 0});
    }
    known_ = std::move(known);
    if (job.tasks.empty())
        next_choice_ = now + lag_of(*periods_);
    else
        looks_ = std::async(std::launch::async, run, directory_, std::move(job));
}

} // namespace spool
