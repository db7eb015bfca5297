// SPDX-License-Identifier: Apache-2.0
// delivery/dispatcher_settle.cc - an attempt is over: reports, then results, then when to
// try again.
//
// The order is the promise: a report is on the disk before the result it tells of is noted.
// Dying in between sends it twice, never not at all.
#include "base/clock.h"
#include "base/log.h"
#include "delivery/dispatcher.h"
#include "delivery/marks.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace delivery {

namespace {

using spool::RecipientState;

constexpr std::size_t most_reports = 64; // at once: each has a message in memory
constexpr std::int64_t overdue_pause = 60;

std::vector<Settled> in_state(const Attempt& attempt, RecipientState state)
{
    std::vector<Settled> out;
    for (const Settled& one : attempt.settled)
        if (one.state == state)
            out.push_back(one);
    return out;
}

bool any_in(const Attempt& attempt, RecipientState state)
{
    return std::any_of(attempt.settled.begin(), attempt.settled.end(),
                       [&](const Settled& one) { return one.state == state; });
}

// A recipient that the guard holds back waits for an operator.
bool is_held_back(const Attempt& attempt, const Settled& one)
{
    const std::vector<std::uint32_t>& all = attempt.held_back;
    return one.state == RecipientState::waiting &&
           std::find(all.begin(), all.end(), one.recipient) != all.end();
}

std::vector<Settled> still_going(const Attempt& attempt)
{
    std::vector<Settled> out = in_state(attempt, RecipientState::waiting);
    std::erase_if(out, [&](const Settled& one) { return is_held_back(attempt, one); });
    return out;
}

// Whoever it waits for stands in the list of a destination.
bool is_only_listed(const Attempt& attempt)
{
    bool any = false;
    for (const Settled& one : attempt.settled) {
        if (one.state != RecipientState::waiting || is_held_back(attempt, one))
            continue;
        if (!one.listed)
            return false;
        any = true;
    }
    return any;
}

// A later time of its own would keep it from being tried when we start again, which is all
// that is left of those lists then.
void write_that_it_is_listed(Attempt& attempt, const spool::Entry& entry, std::int64_t now)
{
    if (entry.next_attempt() > now)
        for (Settled& one : attempt.settled)
            one.quiet = one.quiet && !one.listed;
}

std::vector<spool::Outcome> outcomes_of(Attempt& attempt)
{
    std::vector<spool::Outcome> out;
    for (Settled& one : attempt.settled) {
        const bool held_back = is_held_back(attempt, one);
        if (one.quiet && !held_back)
            continue;
        if (held_back)
            one.reason = marked_held_back(std::move(one.reason));
        if (one.state == RecipientState::waiting && attempt.released)
            one.reason = marked_released(std::move(one.reason));
        out.push_back({one.recipient, one.state, std::move(one.reason)});
    }
    return out;
}

std::int64_t arrival_of(const Attempt& attempt)
{
    return attempt.envelope().arrival / 1000000;
}

} // namespace

void Dispatcher::settle_waiting(const Job& job, Settled how)
{
    if (job.next != nullptr)
        job.attempt->destination = job.next->key;
    for (const JobRecipient& one : job.recipients) {
        how.recipient = one.index;
        job.attempt->settled.push_back(how);
    }
}

void Dispatcher::group_over(const AttemptPtr& attempt)
{
    if (--attempt->groups == 0 && !attempt->withdrawn)
        finish(attempt);
}

// Nothing to settle, mostly: everybody has got it, and that was noted at once.
void Dispatcher::finish(const AttemptPtr& attempt)
{
    if (attempt->settled.empty())
        return conclude(attempt);
    const std::int64_t now = base::wall_seconds();
    const bool expires = expire_if_due(*attempt, now);
    const bool reports = expires || any_in(*attempt, RecipientState::failed) ||
                         any_in(*attempt, RecipientState::delivered) ||
                         notice_due(*attempt, now);
    if (!reports)
        return conclude(attempt);
    ++finishing_;
    ++attempt->busy;
    if (reporting_ >= most_reports) {
        to_report_.push_back(attempt);
        return;
    }
    ++reporting_;
    begin_report(attempt);
}

void Dispatcher::begin_report(AttemptPtr attempt)
{
    std::string id = attempt->id.text();
    loop_.spawn(std::move(id), report_and_conclude(std::move(attempt)));
}

net::Task<void> Dispatcher::report_and_conclude(AttemptPtr attempt)
{
    std::string trouble;
    try {
        co_await report_all(attempt);
    } catch (const std::exception& failure) {
        trouble = failure.what();
    }
    if (trouble.empty()) {
        conclude(attempt);
    } else {
        active_.erase(attempt->id);
        put_off(attempt->id, Due::attempt, trouble);
    }
    --attempt->busy;
    --finishing_;
    report_next();
    check_stopped();
}

// A dialogue that is started here runs at once, within the one that ends; many reports that
// wait for nothing would stand on the stack together.
void Dispatcher::report_next()
{
    if (to_report_.empty()) {
        --reporting_;
        return;
    }
    AttemptPtr next = std::move(to_report_.front());
    to_report_.pop_front();
    post([this, next = std::move(next)] { begin_report(next); });
}

net::Task<void> Dispatcher::report_all(AttemptPtr attempt)
{
    std::vector<Settled> failed = in_state(*attempt, RecipientState::failed);
    for (Settled& one : in_state(*attempt, RecipientState::expired))
        failed.push_back(std::move(one));
    const bool told =
        co_await reporter_.report(attempt, smtp::Action::failed, std::move(failed), 0);
    if (!told) { // the disk does not take the bounce: nothing has failed yet
        for (Settled& one : attempt->settled)
            if (one.state == RecipientState::failed || one.state == RecipientState::expired)
                one.state = RecipientState::waiting;
    }
    std::vector<Settled> delivered = in_state(*attempt, RecipientState::delivered);
    (void)co_await reporter_.report(attempt, smtp::Action::delivered, std::move(delivered),
                                    0);
    if (notice_due(*attempt, base::wall_seconds())) {
        const std::int64_t until = options_.schedule.expiry(
            arrival_of(*attempt), attempt->envelope().sender.empty());
        const bool noticed = co_await reporter_.report(attempt, smtp::Action::delayed,
                                                       still_going(*attempt), until);
        if (noticed)
            remember_notice(attempt->id);
    }
}

// Waiting recipients of a message that is too old, or that an operator gives up.  A first
// attempt is always made: a message that was never tried has no reason to show.
bool Dispatcher::expire_if_due(Attempt& attempt, std::int64_t now)
{
    const spool::Entry* entry = queue_.find(attempt.id);
    if (entry == nullptr)
        return false;
    const std::int64_t expiry =
        options_.schedule.expiry(arrival_of(attempt), attempt.envelope().sender.empty());
    if (!entry->expire_requested() && now < expiry)
        return false;
    bool any = false;
    for (Settled& one : attempt.settled) {
        const bool never_tried = !one.tried && one.reason.empty();
        const bool kept = never_tried || one.suspect || is_held_back(attempt, one);
        if (one.state != RecipientState::waiting || (kept && !entry->expire_requested()))
            continue;
        one.state = RecipientState::expired;
        one.status = {4, 4, 7};
        one.quiet = false;
        any = true;
        tell_untold(attempt, {one.recipient}, li::Status::failed, one.reason, one.status);
        base::log(base::Level::notice, "expired", attempt.id.text(),
                  {{"to", attempt.envelope().recipients[one.recipient].address},
                   {"from", attempt.envelope().sender},
                   {"reason", one.reason}});
    }
    return any;
}

void Dispatcher::remember_notice(spool::MessageId id)
{
    queue_.note_delay_notice(id);
    if (options_.schedule.notices.size() < 2)
        return;
    noticed_[id] = base::wall_seconds();
    if (noticed_.size() > 2 * queue_.size()) // those that operators have deleted
        std::erase_if(noticed_, [this](const auto& one) {
            return queue_.find(one.first) == nullptr;
        });
}

// It has left the queue.
void Dispatcher::forget_finished(spool::MessageId id)
{
    noticed_.erase(id);
    replays_told_.erase(id);
}

bool Dispatcher::notice_due(const Attempt& attempt, std::int64_t now) const
{
    const spool::Entry* entry = queue_.find(attempt.id);
    if (entry == nullptr || attempt.envelope().sender.empty() ||
        still_going(attempt).empty())
        return false;
    const std::int64_t arrival = arrival_of(attempt);
    std::int64_t told = arrival; // when they last heard of it
    if (entry->delay_noticed()) {
        if (options_.schedule.notices.size() < 2)
            return false;
        const auto known = noticed_.find(attempt.id);
        told = known == noticed_.end() ? known_since_ : known->second;
    }
    const auto next = options_.schedule.next_notice(arrival, told);
    return next && *next <= now;
}

void Dispatcher::conclude(const AttemptPtr& attempt)
{
    active_.erase(attempt->id);
    const spool::Entry* entry = queue_.find(attempt->id);
    if (entry == nullptr)
        return;
    const std::int64_t now = base::wall_seconds();
    const bool only_listed = is_only_listed(*attempt);
    if (only_listed && !attempt->next_attempt)
        write_that_it_is_listed(*attempt, *entry, now);
    const std::int64_t next = attempt->next_attempt.value_or(
        only_listed ? spool::when_destination_lives
                    : now + options_.schedule.pause(entry->attempts() + 1));
    const std::vector<spool::Outcome> outcomes = outcomes_of(*attempt);
    if (!outcomes.empty() &&
        queue_.note(attempt->id, outcomes, next, attempt->destination)) {
        forget_finished(attempt->id);
        return;
    }
    if (!hold_if_nobody_goes_on(*attempt))
        plan(*attempt, *queue_.find(attempt->id), next, only_listed);
}

// The first notice or end after `now`.
std::int64_t Dispatcher::next_milestone(std::int64_t arrival, bool null_sender,
                                        bool noticed, std::int64_t now) const
{
    std::int64_t when = options_.schedule.expiry(arrival, null_sender);
    if (const auto notice = options_.schedule.next_notice(arrival, noticed ? now : 0);
        notice && !null_sender)
        when = std::min(when, *notice);
    // Long over, and it could not be given up: it has never been tried.
    return when < now - 1 ? now + overdue_pause : std::max(when, now + 1);
}

void Dispatcher::plan(const Attempt& attempt, const spool::Entry& entry,
                      std::int64_t next_attempt, bool only_listed)
{
    const std::int64_t now = base::wall_seconds();
    const bool null_sender = attempt.envelope().sender.empty();
    const std::int64_t when =
        next_milestone(arrival_of(attempt), null_sender, entry.delay_noticed(), now);
    if (!only_listed || attempt.due_again)
        timetable_.add(std::max(next_attempt, now + 1), attempt.id, Due::attempt);
    // Where it stands in the timetable it is passed over when its time has been changed.
    const bool has_place = attempt.rerouted && entry.next_attempt() == attempt.due_at;
    if (only_listed ? !has_place : when < next_attempt)
        timetable_.add(when, attempt.id, Due::milestone);
}

} // namespace delivery
