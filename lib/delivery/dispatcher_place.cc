// SPDX-License-Identifier: Apache-2.0
// delivery/dispatcher_place.cc - a message becomes jobs; jobs are ready or parked.
#include "base/clock.h"
#include "base/log.h"
#include "delivery/dispatcher.h"
#include "delivery/marks.h"

#include <algorithm>
#include <utility>

namespace delivery {

void Dispatcher::activate(const spool::Entry& entry, bool rerouted)
{
    auto envelope = reader_.envelope(entry.where());
    if (!envelope)
        return unreadable(entry.id(), envelope.error());
    activate(entry, {std::move(*envelope), nullptr, 0, 0}, rerouted);
}

// The log has lost it or shows damage.  Nothing is given up here: it is kept, with its
// envelope's state, for somebody to look at.
void Dispatcher::unreadable(spool::MessageId id, spool::ReadError error)
{
    const std::string_view reason =
        error == spool::ReadError::gone ? "gone from the log" : "damaged in the log";
    base::log(base::Level::error, "message-unreadable", id.text(), {{"reason", reason}});
    queue_.hold(id, spool::Hold::by_operator, reason);
}

AttemptPtr Dispatcher::admit(const spool::Entry& entry, spool::Message message)
{
    auto attempt = std::make_shared<Attempt>();
    attempt->id = entry.id();
    attempt->where = entry.where();
    attempt->message = std::move(message);
    attempt->message.envelope.id = entry.id();
    attempt->released = is_released(queue_.text(entry.reason()));
    attempt->due_at = entry.next_attempt();
    attempt->anew = tries_all(queue_, entry);
    active_[attempt->id] = attempt;
    return attempt;
}

void Dispatcher::activate(const spool::Entry& entry, spool::Message message, bool rerouted)
{
    if (is_active(entry.id()))
        return;
    const AttemptPtr attempt = admit(entry, std::move(message));
    const std::vector<std::uint32_t> waiting = to_try(queue_, entry);
    attempt->rerouted = rerouted;
    attempt->groups = 1; // until routing is over
    tell_replayed(attempt, entry);
    if (entry.expire_requested()) {
        for (const std::uint32_t i : waiting) {
            Settled settled;
            settled.recipient = i;
            settled.reason = without_marks(queue_.text(entry.reason(i)));
            attempt->settled.push_back(std::move(settled));
        }
        return group_over(attempt);
    }
    std::string trouble;
    bool expands = false;
    try {
        expands = needs_expansion(*attempt);
    } catch (const base::Failure& failure) {
        trouble = failure.what();
    }
    if (expands) {
        ++finishing_;
        loop_.spawn(attempt->id.text(), expand_message(attempt));
        return;
    }
    if (trouble.empty())
        route_or_wait(attempt, waiting);
    else
        unroutable(attempt, waiting, trouble);
    group_over(attempt);
}

// Tables that cannot be asked now are asked again later; what was decided for the first of
// the recipients does not count.
void Dispatcher::route_or_wait(const AttemptPtr& attempt,
                               const std::vector<std::uint32_t>& recipients)
{
    const std::size_t before = attempt->settled.size();
    std::string trouble;
    try {
        route(attempt, recipients);
    } catch (const base::Failure& failure) {
        trouble = failure.what();
    }
    if (trouble.empty())
        return;
    attempt->settled.resize(before);
    attempt->on_hold.clear();
    unroutable(attempt, recipients, trouble);
}

void Dispatcher::unroutable(const AttemptPtr& attempt,
                            const std::vector<std::uint32_t>& recipients,
                            const std::string& why)
{
    base::log(base::Level::warning, "routing-failed", attempt->id.text(),
              {{"reason", why}});
    wait_all(attempt, recipients, "routing: " + why);
}

void Dispatcher::wait_all(const AttemptPtr& attempt,
                          const std::vector<std::uint32_t>& recipients,
                          const std::string& reason)
{
    Job job;
    job.attempt = attempt;
    for (const std::uint32_t i : recipients)
        job.recipients.push_back({i, {}});
    settle_waiting(job, still_waits(reason, {4, 3, 0}));
}

// To the witness, when it is looked at first; a busy destination, a hold or new tables let
// it be looked at several times before an attempt is noted.  Again, if we die before that.
void Dispatcher::tell_replayed(const AttemptPtr& attempt, const spool::Entry& entry)
{
    if (witness_ == nullptr || attempt->envelope().origin != spool::Origin::replay ||
        entry.attempts() > 0 || !replays_told_.insert(attempt->id).second)
        return;
    if (replays_told_.size() > 2 * queue_.size()) // those that operators have deleted
        std::erase_if(replays_told_,
                      [this](spool::MessageId id) { return queue_.find(id) == nullptr; });
    tell_later([this, attempt] {
        witness_->replayed(attempt->envelope(), attempt->id.text(),
                           [&] { return forwarder_.content_of(*attempt); });
    });
}

// To the witness: what became of recipients without any next hop's words.
void Dispatcher::tell_untold(const Attempt& attempt,
                             const std::vector<std::uint32_t>& recipients,
                             li::Status status, const std::string& why,
                             smtp::EnhancedStatus code) const
{
    if (witness_ == nullptr || !witness_->concerns(attempt.envelope(), recipients))
        return;
    tap::Leg leg{.recipients = {},
                 .status = status,
                 .cause = {.layer = "connection",
                           .code = {},
                           .enhanced = code.kind != 0 ? code.text() : "",
                           .text = why},
                 .relay = {},
                 .tls = {}};
    for (const std::uint32_t i : recipients)
        leg.recipients.push_back(attempt.envelope().recipients[i].address);
    witness_->leg(attempt.envelope(), attempt.id.text(), leg);
}

void Dispatcher::fail_all(const AttemptPtr& attempt,
                          const std::vector<std::uint32_t>& recipients, std::string reason,
                          smtp::EnhancedStatus status)
{
    tell_untold(*attempt, recipients, li::Status::failed, reason, status);
    for (const std::uint32_t i : recipients) {
        Settled settled;
        settled.recipient = i;
        settled.state = spool::RecipientState::failed;
        settled.reason = reason;
        settled.status = status;
        attempt->settled.push_back(std::move(settled));
        base::log(base::Level::notice, "failed", attempt->id.text(),
                  {{"to", attempt->envelope().recipients[i].address},
                   {"from", attempt->envelope().sender},
                   {"relay", "none"},
                   {"reason", reason}});
    }
}

// All decisions first: a Failure of the tables leaves nothing half placed.
void Dispatcher::route(const AttemptPtr& attempt,
                       const std::vector<std::uint32_t>& recipients)
{
    const std::int64_t now = base::wall_seconds();
    std::vector<Job> jobs;
    for (const std::uint32_t i : recipients)
        route_recipient(attempt, i, now, jobs);
    for (Job& job : jobs)
        place(std::move(job), now);
}

void Dispatcher::route_recipient(const AttemptPtr& attempt, std::uint32_t index,
                                 std::int64_t now, std::vector<Job>& jobs)
{
    const spool::Recipient& recipient = attempt->envelope().recipients[index];
    Decision decision =
        router_->decide(attempt->envelope(), recipient.address, now, attempt->released);
    if (decision.kind == Decision::Kind::fail)
        return fail_all(attempt, {index}, std::move(decision.why), decision.status);
    if (decision.kind == Decision::Kind::hold) {
        attempt->on_hold.push_back(index);
        attempt->on_hold_why = std::move(decision.why);
        return;
    }
    auto job = std::find_if(jobs.begin(), jobs.end(), [&](const Job& one) {
        return one.next->key == decision.next->key;
    });
    if (job == jobs.end()) {
        jobs.emplace_back();
        job = std::prev(jobs.end());
        job->attempt = attempt;
        job->next = std::move(decision.next);
    }
    job->recipients.push_back({index, std::move(decision.address)});
}

Destination& Dispatcher::destination(const std::string& key)
{
    std::unique_ptr<Destination>& found = destinations_[key];
    if (found == nullptr)
        found =
            std::make_unique<Destination>(key, options_.health, options_.guard_failures);
    found->used = base::wall_seconds();
    return *found;
}

Destination* Dispatcher::find_destination(std::string_view key)
{
    if (key.empty())
        return nullptr;
    const auto found = destinations_.find(std::string(key));
    return found == destinations_.end() ? nullptr : found->second.get();
}

void Dispatcher::place(Job job, std::int64_t now)
{
    if (stopping_)
        return; // the end of an expansion that was under way
    Destination& at = destination(job.next->key);
    ++job.attempt->groups;
    if (at.must_park(now)) {
        park(std::move(job));
        return;
    }
    at.parked.forget(job.attempt->id);
    at.ready.push_back(std::move(job));
    stir(at);
}

// Its envelope is forgotten, its id waits.  A dead destination's reason becomes the
// message's reason; that a living one is busy is not worth a line.
void Dispatcher::park(Job job)
{
    Destination& at = destination(job.next->key);
    Attempt& attempt = *job.attempt;
    const spool::Entry* entry = queue_.find(attempt.id);
    at.parked.add(attempt.id, attempt.envelope().recipients.size() > 1);
    attempt.destination = at.key;
    for (const JobRecipient& one : job.recipients) {
        Settled settled;
        settled.recipient = one.index;
        settled.tried = false;
        settled.listed = true;
        settled.status = {4, 4, 1};
        std::string_view before;
        if (entry != nullptr)
            before = queue_.text(entry->reason(one.index));
        const bool known = entry != nullptr &&
                           queue_.text(entry->destination()) == at.key &&
                           without_marks(before) == at.health.why();
        settled.quiet = (!at.health.dead() || known) && !is_held_back(before);
        settled.reason = at.health.dead() ? at.health.why() : without_marks(before);
        attempt.settled.push_back(std::move(settled));
    }
    group_over(job.attempt);
}

void Dispatcher::park_all(Destination& at)
{
    std::deque<Job> jobs = std::exchange(at.ready, {});
    for (Job& job : jobs)
        park(std::move(job));
}

void Dispatcher::unpark(Destination& at)
{
    const std::int64_t now = base::wall_seconds();
    std::size_t most = std::min(at.parked.size(), Destination::ready_limit);
    for (; most > 0 && room() && !stopping_; --most) {
        if (at.ready.size() >= Destination::refill_below || at.must_park(now))
            return;
        const spool::MessageId id = at.parked.take();
        const bool placed = at.parked.forget(id);
        const spool::Entry* entry = queue_.find(id);
        if (entry == nullptr || entry->held())
            continue;
        const bool several = entry->recipients() > 1;
        if (several ? !placed : entry->next_attempt() > now)
            continue; // it has been tried since
        if (is_active(id))
            at.parked.add(id, several);
        else
            careful(id, Due::attempt, [&] { activate(*entry); });
    }
}

// Work has come to a destination.  All of them are pumped together when the batch that
// brought it is placed.
void Dispatcher::stir(Destination& at)
{
    if (std::find(stirred_.begin(), stirred_.end(), &at) != stirred_.end())
        return;
    if (stirred_.empty())
        post([this] { pump_stirred(); });
    stirred_.push_back(&at);
}

void Dispatcher::pump_stirred()
{
    for (Destination* one : std::exchange(stirred_, {}))
        pump(*one);
}

void Dispatcher::pump(Destination& at)
{
    const std::int64_t now = base::wall_seconds();
    while (!at.ready.empty() && !stopping_) {
        ConnectionPtr connection = take_idle(at, at.ready.front());
        if (connection == nullptr && (at.open >= at.health.allowed(now) || !take_slot(at)))
            return;
        start_courier(at, *at.take_ready(), std::move(connection));
    }
}

} // namespace delivery
