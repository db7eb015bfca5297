// SPDX-License-Identifier: Apache-2.0
#include "spool/queue_keeper.h"

#include "base/clock.h"
#include "base/failure.h"
#include "base/log.h"
#include "spool/aside.h"
#include "spool/disk.h"
#include "spool/layout.h"
#include "spool/segments.h"
#include "spool/space.h"

#include <algorithm>

namespace spool {

namespace {

constexpr base::seconds pause_after_trouble{60};
constexpr base::seconds close_interval{60};
constexpr base::milliseconds look_time{50}; // in one round: no further look is begun

std::string delete_all(const std::string& directory,
                       const std::vector<SegmentNumber>& segments)
{
    try {
        delete_segments(directory, segments);
        return {};
    } catch (const base::Failure& failure) {
        return failure.what();
    }
}

// A disk that cannot be asked is not full.
std::uint64_t missing_space(const RetentionRules& rules, std::optional<std::uint64_t> free)
{
    if (rules.retention == 0 || !free)
        return 0;
    return rules.free_space - std::min(rules.free_space, *free);
}

} // namespace

SegmentKeeper::SegmentKeeper(std::string directory, const RetentionRules& rules,
                             std::int64_t segment_age, JournalWants wants)
    : directory_(std::move(directory)), rules_(rules), segment_age_(segment_age),
      carrier_(directory_), eraser_(directory_, rules), sweep_(directory_),
      wants_(std::move(wants))
{
}

void SegmentKeeper::work(const QueueCore& core, Follower& follower, std::uint64_t appended,
                         std::uint64_t synced, const DamagedSegments& damaged,
                         Writer& writer, const QueueCarrier::Actions& given,
                         const Moment& now)
{
    const QueueCarrier::Actions actions{
        given.begin, given.moved, [&] { next_carry_ = now.steady + pause_after_trouble; }};
    take_deleted(follower, now.steady);
    const std::optional<std::uint64_t> free = free_bytes(real_disk(), directory_);
    wants_.look(free);
    rules_.journal_backlog = wants_.backlog();
    carrier_.take_done(actions);
    const std::vector<Follower::Position> read = follower.positions();
    close_idle(read, now.steady);
    const std::vector<SegmentFacts> segments = facts(core, read, appended, synced, now);
    SegmentPlan plan =
        plan_segments(segments, rules_, now.wall, missing_space(rules_, free));
    std::set<SegmentNumber> busy = needed_for_copies(core);
    const std::set<SegmentNumber> dying = dying_of(segments, busy, damaged);
    const auto stays = [&](SegmentNumber segment) {
        return damaged.waits(segment) || busy.contains(segment);
    };
    std::erase_if(plan.remove, stays);
    std::erase_if(plan.unread, stays);
    wants_.see(segments);
    if (!plan.remove.empty() && deleting_.empty() && now.steady >= next_deletion_) {
        wants_.lose(plan.unread);
        start_deleting(plan.remove, now.steady);
    }
    if (!plan.carry.empty() && carrier_.idle() && now.steady >= next_carry_)
        start_carrying(core, plan.carry);
    carrier_.work(writer, actions);
    busy.insert(plan.remove.begin(), plan.remove.end());
    busy.insert(plan.carry.begin(), plan.carry.end());
    // What is damaged a person may still want to read, whether it could be set aside or
    // not.
    for (const SegmentFacts& one : segments)
        if (damaged.known(one.number))
            busy.insert(one.number);
    const std::vector<Follower::Position> filed = wants_.limit_always(read);
    erase(sweep_.work({core, segments, busy, filed, eraser_.idle(now), now}), appended);
    for (const SegmentFacts& one : segments)
        if (one.wanted)
            busy.insert(one.number);
    eraser_.work({core, segments, busy, dying, wants_.limit(read), appended, synced, now});
    look_at_smaller();
}

// What the journal has not read stays to_erase().
void SegmentKeeper::finish_erasing(const Follower& follower, std::uint64_t synced)
{
    wants_.look(free_bytes(real_disk(), directory_));
    eraser_.finish(wants_.limit(follower.positions()), synced);
}

// They go now, or as soon as the results are on the disk.
std::set<SegmentNumber> SegmentKeeper::dying_of(const std::vector<SegmentFacts>& segments,
                                                const std::set<SegmentNumber>& needed,
                                                const DamagedSegments& damaged) const
{
    std::set<SegmentNumber> dying;
    for (const SegmentFacts& one : segments)
        if (one.complete && one.live_messages == 0 && rules_.retention == 0 &&
            !one.wanted && !needed.contains(one.number) && !damaged.known(one.number))
            dying.insert(one.number);
    return dying;
}

// A copy may have been read, and its segment sealed, before the queue hears of it.
std::set<SegmentNumber> SegmentKeeper::needed_for_copies(const QueueCore& core) const
{
    std::set<SegmentNumber> needed;
    for (const MessageId id : carrier_.in_flight())
        if (const auto segment = core.segment_of_copy(id))
            needed.insert(*segment);
    return needed;
}

void SegmentKeeper::start_deleting(std::vector<SegmentNumber> segments,
                                   base::SteadyTime now)
{
    try {
        deletion_ = aside(delete_all, directory_, segments);
        deleting_ = std::move(segments);
    } catch (const base::Failure& failure) {
        deletion_failed(failure.what(), now);
    }
}

void SegmentKeeper::deletion_failed(std::string_view error, base::SteadyTime now)
{
    base::log(base::Level::warning, "segment-delete-failed", "-", {{"error", error}});
    next_deletion_ = now + pause_after_trouble;
}

// Their positions are forgotten only when they are gone for good (segments.h).
void SegmentKeeper::take_deleted(Follower& follower, base::SteadyTime now)
{
    if (!deletion_.valid() ||
        deletion_.wait_for(base::seconds(0)) != std::future_status::ready)
        return;
    const std::string error = deletion_.get();
    if (error.empty()) {
        for (const SegmentNumber segment : deleting_) {
            follower.forget(segment);
            known_.erase(segment);
            hopeless_.erase(segment);
        }
        carrier_.forget_deleted();
    } else {
        deletion_failed(error, now);
    }
    deleting_.clear();
}

std::vector<SegmentFacts> SegmentKeeper::facts(const QueueCore& core,
                                               const std::vector<Follower::Position>& read,
                                               std::uint64_t appended, std::uint64_t synced,
                                               const Moment& now)
{
    std::vector<SegmentFacts> all;
    const base::SteadyTime enough = base::Steady::now() + look_time;
    for (const Follower::Position& position : read) {
        SegmentFacts facts{.number = position.segment,
                           .complete = position.finished,
                           .wanted = position.finished && wants_.wants(position.segment)};
        if (const auto live = core.table.live().find(position.segment);
            live != core.table.live().end()) {
            facts.live_messages = live->second.messages;
            facts.live_bytes = live->second.bytes;
        }
        if (position.finished) {
            if (!known_.contains(position.segment) && base::Steady::now() >= enough)
                continue;
            const Known* const known = look(position.segment, now.steady);
            if (known == nullptr)
                continue;
            facts.size = known->size;
            facts.file = known->file;
            facts.changed =
                std::min(known->changed, now.wall - seconds_since(known->seen, now));
            facts.single = known->single;
        }
        if (position.finished)
            facts.results_safe =
                results_safe(known_[position.segment], facts, appended, synced);
        all.push_back(facts);
    }
    std::ranges::sort(all, {}, &SegmentFacts::number);
    return all;
}

// A copy can be read before it counts: then the segment is alive after it was not.
bool SegmentKeeper::results_safe(Known& known, const SegmentFacts& facts,
                                 std::uint64_t appended, std::uint64_t synced)
{
    if (facts.live_messages > 0) {
        known.results.reset();
        return false;
    }
    if (!known.results)
        known.results = appended;
    return synced >= *known.results;
}

// A complete segment does not change any more but by erasing: one look is enough.  Of many
// segments each round looks at some; nothing is done with the others until then.
const SegmentKeeper::Known* SegmentKeeper::look(SegmentNumber segment, base::SteadyTime now)
{
    const auto known = known_.find(segment);
    if (known != known_.end())
        return &known->second;
    try {
        const auto info = segment_info(directory_, segment);
        if (!info)
            return nullptr;
        return &(known_[segment] = {segment_room(directory_, *info), info->size,
                                    info->changed, std::nullopt, info->single, now});
    } catch (const base::Failure&) {
        return nullptr; // it cannot be opened now: nothing is done with it
    }
}

// One that cannot be looked at now counts as before until it can.
void SegmentKeeper::look_at_smaller()
{
    smaller_.merge(eraser_.take_smaller());
    std::erase_if(smaller_, [this](SegmentNumber segment) {
        const auto known = known_.find(segment);
        if (known == known_.end())
            return true;
        try {
            if (const auto info = segment_info(directory_, segment))
                known->second.size = segment_room(directory_, *info);
            return true;
        } catch (const base::Failure&) {
            return false;
        }
    });
}

// A shared segment that no inetd process writes to any more would stay open for ever.
void SegmentKeeper::close_idle(const std::vector<Follower::Position>& positions,
                               base::SteadyTime now)
{
    if (now < next_close_)
        return;
    next_close_ = now + close_interval;
    for (const Follower::Position& position : positions) {
        if (position.finished)
            continue;
        try {
            (void)seal_if_idle(directory_, position.segment, segment_age_);
        } catch (const base::Failure& failure) {
            base::log(base::Level::warning, "segment-close-failed", "-",
                      {{"error", failure.what()}});
        }
    }
}

void SegmentKeeper::start_carrying(const QueueCore& core,
                                   const std::vector<SegmentNumber>& segments)
{
    std::set<SegmentNumber> wanted(segments.begin(), segments.end());
    for (const SegmentNumber segment : hopeless_)
        wanted.erase(segment);
    if (wanted.empty())
        return;
    hopeless_.insert(wanted.begin(), wanted.end());
    core.table.for_each([&](const Entry& entry) {
        const Location where = entry.where();
        if (!wanted.contains(where.segment) || carrier_.gave_up(entry.id()))
            return;
        hopeless_.erase(where.segment);
        carrier_.add(entry.id(), where);
    });
}

} // namespace spool
