// SPDX-License-Identifier: Apache-2.0
// delivery/dispatcher_results.cc - the answers to one job: noted, logged, judged.
#include "base/clock.h"
#include "base/log.h"
#include "delivery/batch.h"
#include "delivery/dispatcher.h"
#include "delivery/result_line.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace delivery {

namespace {

using Kind = session::Answer::Kind;

constexpr base::milliseconds conversation_goes_on{2};

void log_line(const Batch& batch, const ResultLine& line)
{
    const spool::Envelope& envelope = batch.job.attempt->envelope();
    const auto spent =
        std::chrono::duration_cast<base::milliseconds>(base::Steady::now() - batch.started);
    const std::int64_t age = (base::wall_microseconds() - envelope.arrival) / 1000;
    const std::string id = batch.job.attempt->id.text();
    const Connection& connection = batch.connection;
    if (line.kind == Kind::delivered)
        base::log(base::Level::info, "delivered", id,
                  {{"to", line.to},
                   {"original", line.original},
                   {"from", envelope.sender},
                   {"recipients", line.count},
                   {"size", batch.job.attempt->message.size},
                   {"relay", connection.relay},
                   {"delay-ms", age},
                   {"spent-ms", spent.count()},
                   {"tls", connection.tls},
                   {"reply", line.reason}});
    else if (line.kind == Kind::failed)
        base::log(base::Level::notice, "failed", id,
                  {{"to", line.to},
                   {"original", line.original},
                   {"from", envelope.sender},
                   {"recipients", line.count},
                   {"relay", connection.relay},
                   {"reason", line.reason}});
    else
        base::log(base::Level::notice, "deferred", id,
                  {{"to", line.to},
                   {"original", line.original},
                   {"from", envelope.sender},
                   {"recipients", line.count},
                   {"relay", connection.relay},
                   {"reason", line.reason}});
}

// A refusal for ever that is not believed has not failed anybody.
Kind outcome_of(const Batch& batch, const session::Answer& answer)
{
    const bool believed =
        batch.verdict.value_or(Guard::Verdict::believe) == Guard::Verdict::believe;
    return answer.kind == Kind::failed && !believed ? Kind::deferred : answer.kind;
}

// Once it is decided what becomes of them.
void log_results(const Batch& batch)
{
    const spool::Envelope& envelope = batch.job.attempt->envelope();
    std::vector<ResultLine> lines;
    const std::string prefix = batch.connection.relay + ": ";
    for (const Batch::Slot& slot : batch.slots) {
        std::string reason = batch.reason(slot.answer);
        if (reason.starts_with(prefix))
            reason.erase(0, prefix.size());
        const Kind outcome = outcome_of(batch, slot.answer);
        for (const std::uint32_t i : slot.recipients) {
            const JobRecipient& recipient = batch.job.recipients[i];
            add_to_line(lines, outcome, reason, recipient.address,
                        envelope.recipients[recipient.index].address);
        }
    }
    for (const ResultLine& line : lines)
        log_line(batch, line);
}

li::Status status_of(Kind outcome)
{
    return outcome == Kind::delivered ? li::Status::succeeded
           : outcome == Kind::failed  ? li::Status::failed
                                      : li::Status::unknown;
}

li::Cause cause_of(const Batch& batch, const session::Answer& answer)
{
    const bool said = answer.reply.code != 0;
    return {.layer = said ? "protocol" : "connection",
            .code = said ? std::to_string(answer.reply.code) : "",
            .enhanced = answer.status.kind != 0 ? answer.status.text() : "",
            .text = batch.reason(answer)};
}

// One for each answer.
std::vector<tap::Leg> legs_of(const Batch& batch)
{
    const spool::Envelope& envelope = batch.job.attempt->envelope();
    std::vector<tap::Leg> legs;
    for (const Batch::Slot& slot : batch.slots) {
        tap::Leg leg{.recipients = {},
                     .status = status_of(outcome_of(batch, slot.answer)),
                     .cause = cause_of(batch, slot.answer),
                     .relay = batch.connection.relay,
                     .tls = batch.connection.tls == "none" ? "" : batch.connection.tls,
                     .time = base::wall_microseconds()};
        for (const std::uint32_t i : slot.recipients)
            leg.recipients.push_back(
                envelope.recipients[batch.job.recipients[i].index].address);
        legs.push_back(std::move(leg));
    }
    return legs;
}

Settled settled_of(const Batch& batch, const JobRecipient& recipient,
                   const session::Answer& answer)
{
    Settled out;
    out.recipient = recipient.index;
    out.reason = batch.reason(answer);
    out.status = answer.status;
    if (answer.kind == Kind::unanswered || answer.kind == Kind::next_transaction)
        out.status = {4, 4, 2};
    if (answer.own_words.empty() && answer.reply.code != 0) {
        out.host = batch.connection.host;
        out.diagnostic = answer.reply.text();
    }
    return out;
}

} // namespace

void Dispatcher::finish_job(Destination& at, Batch& batch)
{
    const bool ours =
        batch.trouble && batch.trouble->kind == session::Trouble::Kind::policy;
    if (ours) // a message that our disk cannot read says nothing about the server
        base::log(base::Level::error, "queue-trouble", batch.job.attempt->id.text(),
                  {{"error", batch.trouble->text}});
    else if (batch.trouble)
        conversation_failed(at, batch);
    else if (at.health.dead())
        base::log(base::Level::notice, "destination-alive", "-", {{"destination", at.key}});
    if (!batch.trouble)
        at.health.succeeded();
    take_answers(at, batch);
    log_results(batch);
    if (witness_ != nullptr)
        tell_legs(batch);
    group_over(batch.job.attempt);
    if (at.health.dead())
        park_all(at);
}

void Dispatcher::tell_legs(const Batch& batch)
{
    tell_later([this, attempt = batch.job.attempt, legs = legs_of(batch)] {
        for (const tap::Leg& leg : legs)
            witness_->leg(attempt->envelope(), attempt->id.text(), leg);
    });
}

// The next hop is not to notice by a clock whether there is anything to tell: what it hears
// next, be it QUIT or another MAIL, comes first.
void Dispatcher::tell_later(std::move_only_function<void()> tell)
{
    untold_.emplace_back(base::Steady::now() + conversation_goes_on, std::move(tell));
    if (!std::exchange(telling_, true))
        loop_.spawn("-", tell_when_due());
}

net::Task<void> Dispatcher::tell_when_due()
{
    while (!untold_.empty()) {
        const auto wait = untold_.front().first - base::Steady::now();
        co_await net::sleep_for(loop_, std::chrono::ceil<base::milliseconds>(wait));
        while (!untold_.empty() && untold_.front().first <= base::Steady::now())
            tell_first();
    }
    telling_ = false;
}

void Dispatcher::tell_first()
{
    auto tell = std::move(untold_.front().second);
    untold_.pop_front();
    tell();
}

void Dispatcher::conversation_failed(Destination& at, const Batch& batch)
{
    const std::int64_t now = base::wall_seconds();
    const bool was_dead = at.health.dead();
    const std::string why = batch.connection.relay + ": " + batch.trouble->text;
    at.health.failed(now, why, at.working > 0 ? at.working - 1 : 0);
    if (at.health.dead() && !was_dead)
        base::log(base::Level::warning, "destination-dead", "-",
                  {{"destination", at.key},
                   {"reason", why},
                   {"probe", at.health.probe_at() - now}});
}

// What was delivered is noted at once, before anything else is waited for: that keeps the
// window for duplicates small.  Only a success report comes before it.
void Dispatcher::take_answers(Destination& at, Batch& batch)
{
    Attempt& attempt = *batch.job.attempt;
    const bool dsn = batch.connection.client->capabilities().dsn;
    const bool lmtp = batch.connection.lmtp;
    std::vector<spool::Outcome> delivered;
    bool any = false;
    for (const Batch::Slot& slot : batch.slots) {
        if (slot.answer.kind != Kind::delivered)
            continue;
        any = true;
        for (const std::uint32_t i : slot.recipients) {
            const std::uint32_t index = batch.job.recipients[i].index;
            const std::uint8_t notify = attempt.envelope().recipients[index].notify;
            const bool reports = (notify & spool::notify_success) != 0 && (lmtp || !dsn);
            if (!reports) {
                delivered.push_back(
                    {index, spool::RecipientState::delivered, batch.reason(slot.answer)});
                continue;
            }
            Settled settled = settled_of(batch, batch.job.recipients[i], slot.answer);
            settled.state = spool::RecipientState::delivered;
            settled.relayed = !lmtp;
            attempt.settled.push_back(std::move(settled));
        }
    }
    if (any)
        at.guard.delivered();
    if (!delivered.empty() &&
        queue_.note(attempt.id, delivered,
                    base::wall_seconds() + options_.schedule.pause(1), at.key))
        forget_finished(attempt.id);
    for (const Batch::Slot& slot : batch.slots)
        if (slot.answer.kind != Kind::delivered)
            for (const std::uint32_t i : slot.recipients)
                take_answer(at, batch, batch.job.recipients[i], slot.answer);
}

void Dispatcher::take_answer(Destination& at, Batch& batch, const JobRecipient& recipient,
                             const session::Answer& answer)
{
    Settled settled = settled_of(batch, recipient, answer);
    batch.job.attempt->destination = at.key;
    if (answer.kind == Kind::failed)
        return judge_failure(at, batch, std::move(settled));
    batch.job.attempt->settled.push_back(std::move(settled));
}

} // namespace delivery
