// SPDX-License-Identifier: Apache-2.0
#include "spool/ring_sweep.h"

#include "base/clock.h"
#include "base/failure.h"
#include "base/log.h"
#include "spool/aside.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <new>
#include <string_view>
#include <utility>

namespace spool {

namespace {

constexpr std::int64_t part_of_period = 20;
constexpr std::int64_t least_lag = 1;
constexpr std::int64_t most_lag = 300;
constexpr base::seconds pause_after_trouble{60};
// One segment's: doubled with each look that fails.
constexpr base::seconds pause_of_unreadable{60};
constexpr base::seconds most_pause_of_unreadable{3600};
constexpr base::seconds longest_wait{365 * 86'400}; // that steady time can add up
constexpr std::int64_t most_jitter = 2;      // seconds: clocks are read one after the other
constexpr std::size_t most_asked = 5000;     // of the queue, in one turn
constexpr std::size_t most_looked = 64;      // segments, in one turn of the thread
constexpr base::milliseconds look_time{250}; // the same: no further one is begun

} // namespace

std::int64_t lag_of(const RingPeriods& periods)
{
    return std::clamp(periods.shortest / part_of_period, least_lag, most_lag);
}

void RingSweep::set(std::shared_ptr<const RingPeriods> periods)
{
    assert(!periods || periods->shortest > 0);
    periods_ = std::move(periods);
    for (auto& [segment, known] : known_)
        known = {.whole = known.whole};
    due_.clear();
    next_choice_ = {};
    stale_ = looks_.valid();
}

// Steady time stands still where a machine sleeps, so that wall time may go ahead of it.
void RingSweep::notice_clock(const Moment& now)
{
    const std::int64_t apart = now.wall - seconds_since({}, now);
    if (clocks_apart_ && apart < *clocks_apart_ - most_jitter)
        find_anew();
    clocks_apart_ = apart;
}

// What was due by a clock that was ahead may not be due.
void RingSweep::find_anew()
{
    for (const auto& [segment, one] : due_)
        known_[segment].complete = false;
    for (auto& [segment, known] : known_)
        known.rest = 0;
    due_.clear();
    stale_ = looks_.valid();
}

std::vector<Location> RingSweep::work(const Round& round)
{
    notice_clock(round.now);
    take_looks(round.now);
    if (!periods_)
        return {};
    if (!round.room)
        return {};
    if (due_.empty() && !looks_.valid() && round.now.steady >= next_choice_)
        choose(round);
    return take_due(round.core);
}

RingSweep::Look RingSweep::look(const std::string& directory, const Job& job,
                                const Task& task)
{
    const auto failed = [&task](std::string_view why) {
        return Look{
            task, {}, fmt::format("segment {:010x}: {}", task.part.to.segment, why)};
    };
    try {
        return {task, look_through(directory, task.part, *job.periods, job.now.wall), {}};
    } catch (const PeriodUnknown&) {
        throw;
    } catch (const base::Failure& failure) {
        return failed(failure.what());
    } catch (const std::bad_alloc&) {
        return failed("no memory");
    }
}

// A segment that cannot be read does not keep the others from being looked at.
RingSweep::Looks RingSweep::run(const std::string& directory, const Job& job)
{
    Looks looks{{}, {}, job.now};
    std::size_t found = 0;
    const base::SteadyTime end = base::Steady::now() + look_time;
    for (const Task& task : job.tasks) {
        try {
            looks.done.push_back(look(directory, job, task));
        } catch (const PeriodUnknown& failure) {
            looks.error = failure.what();
            break;
        }
        found += looks.done.back().found.due.size();
        if (found >= most_due || base::Steady::now() >= end)
            break;
    }
    return looks;
}

void RingSweep::wait()
{
    if (looks_.valid())
        looks_.wait();
}

void RingSweep::take_looks(const Moment& now)
{
    if (!looks_.valid() || looks_.wait_for(base::seconds(0)) != std::future_status::ready)
        return;
    Looks looks = looks_.get();
    if (std::exchange(stale_, false))
        return;
    for (Look& look : looks.done)
        if (look.error.empty())
            settle(std::move(look), looks.begun, now);
        else
            settle_failed(look, now);
    tell_unknown(looks.error, now);
}

// Said once, until it works again.
void RingSweep::tell_unknown(const std::string& error, const Moment& now)
{
    const bool told = std::exchange(told_unknown_, !error.empty());
    if (error.empty())
        return;
    next_choice_ = now.steady + pause_after_trouble;
    if (!told)
        base::log(base::Level::warning, "tenant-erase-failed", "-", {{"error", error}});
}

// Nothing of what is known of it has changed.
void RingSweep::settle_failed(const Look& look, const Moment& now)
{
    Known& known = known_[look.task.part.to.segment];
    base::seconds pause = pause_of_unreadable;
    for (int i = 0; i < known.failed && pause < most_pause_of_unreadable; ++i)
        pause *= 2;
    known.not_before = now.steady + std::min(pause, most_pause_of_unreadable);
    if (known.failed++ == 0)
        base::log(base::Level::warning, "tenant-erase-failed", "-",
                  {{"error", look.error}});
}

void RingSweep::settle(Look&& look, const Moment& begun, const Moment& now)
{
    const RingPart& part = look.task.part;
    const RingLook& found = look.found;
    Known& known = known_[part.to.segment];
    known.failed = 0;
    if (found.again > base::seconds(0)) {
        known.not_before = now.steady + found.again;
        return;
    }
    if (part.from == 0) {
        known.next = never;
        known.next_steady = base::SteadyTime::max();
        known.live = look.task.live;
        known.in_queue = false;
    }
    if (found.next < known.next) {
        known.next = found.next;
        known.next_steady =
            begun.steady + std::min(base::seconds(found.next - begun.wall), longest_wait);
    }
    known.clean = std::max(known.clean, found.end);
    known.rest = found.more ? found.end : 0;
    known.complete = part.to.finished && !found.more;
    known.not_before = now.steady + base::seconds(found.more ? 0 : lag_of(*periods_));
    for (const RingLook::Due& one : found.due)
        due_.emplace_back(part.to.segment, one);
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
bool RingSweep::wants_look(const Known& known, const SegmentFacts& segment,
                           const Moment& now)
{
    if (now.steady < known.not_before)
        return false;
    const bool finished = known.in_queue && segment.live_messages < known.live;
    return !known.complete || finished || now.wall >= known.next ||
           now.steady >= known.next_steady;
}

// `segments` and `read` are sorted, and so is what is known; who is gone is forgotten.
void RingSweep::choose(const Round& round)
{
    std::map<SegmentNumber, Known> known;
    Job job{{}, periods_, round.now};
    auto read = round.read.begin();
    for (const SegmentFacts& segment : round.segments) {
        Known& before =
            known.emplace_hint(known.end(), segment.number, known_[segment.number])->second;
        while (read != round.read.end() && read->segment < segment.number)
            ++read;
        if (read == round.read.end() || read->segment != segment.number)
            continue;
        if (read->finished && !before.whole)
            before.whole = round.now.steady;
        if (job.tasks.size() < most_looked && !round.busy.contains(segment.number) &&
            wants_look(before, segment, round.now))
            job.tasks.push_back(
                {{.to = *read,
                  .from = before.rest,
                  .clean = before.clean,
                  .least_age = before.whole ? seconds_since(*before.whole, round.now) : 0,
                  .most = most_},
                 segment.live_messages});
    }
    known_ = std::move(known);
    if (job.tasks.empty()) {
        next_choice_ = round.now.steady + base::seconds(lag_of(*periods_));
        return;
    }
    try {
        looks_ = aside(run, directory_, std::move(job));
    } catch (const base::Failure& failure) {
        tell_unknown(failure.what(), round.now);
    }
}

} // namespace spool
