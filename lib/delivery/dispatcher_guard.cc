// SPDX-License-Identifier: Apache-2.0
// delivery/dispatcher_guard.cc - refusals for ever that are not believed: who is asked, and
// who is held back.  Other recipients of the same message are not concerned: they are
// tried, reported and given up as if nothing were.
#include "base/clock.h"
#include "base/log.h"
#include "delivery/batch.h"
#include "delivery/dispatcher.h"
#include "delivery/marks.h"

#include <algorithm>
#include <utility>

namespace delivery {

namespace {

std::vector<std::uint32_t> refused_in(const Batch& batch)
{
    std::vector<std::uint32_t> out;
    for (const Batch::Slot& slot : batch.slots)
        if (slot.answer.kind == session::Answer::Kind::failed)
            for (const std::uint32_t i : slot.recipients)
                out.push_back(batch.job.recipients[i].index);
    return out;
}

} // namespace

void Dispatcher::judge_failure(Destination& at, Batch& batch, Settled settled)
{
    Attempt& attempt = *batch.job.attempt;
    const bool others_delivered =
        std::any_of(batch.slots.begin(), batch.slots.end(), [](const Batch::Slot& slot) {
            return slot.answer.kind == session::Answer::Kind::delivered;
        });
    settled.state = spool::RecipientState::failed;
    if (batch.job.next->hold_5xx && !others_delivered) {
        if (!batch.verdict)
            batch.verdict = ask_guard(at, attempt, refused_in(batch), settled.reason);
        settled.suspect = *batch.verdict == Guard::Verdict::suspect;
        if (*batch.verdict != Guard::Verdict::believe)
            settled.state = spool::RecipientState::waiting;
    }
    attempt.settled.push_back(std::move(settled));
}

// Once for a message and a conversation: the guard counts messages, not recipients.
Guard::Verdict Dispatcher::ask_guard(Destination& at, Attempt& attempt,
                                     std::vector<std::uint32_t> recipients,
                                     const std::string& reason)
{
    const std::int64_t now = base::wall_seconds();
    const Guard::Verdict verdict = at.guard.refused(attempt.id, recipients, now);
    if (verdict == Guard::Verdict::suspect)
        attempt.next_attempt = now + Guard::second_try;
    if (verdict == Guard::Verdict::hold || verdict == Guard::Verdict::tripped)
        attempt.held_back.insert(attempt.held_back.end(), recipients.begin(),
                                 recipients.end());
    if (verdict == Guard::Verdict::tripped)
        hold_suspects(at, reason);
    return verdict;
}

void Dispatcher::hold_suspects(Destination& at, const std::string& reason)
{
    const std::vector<Guard::Suspect> suspects = at.guard.take_suspects();
    base::log(base::Level::error, "guard-tripped", "-",
              {{"destination", at.key}, {"messages", suspects.size()}, {"reason", reason}});
    for (const Guard::Suspect& one : suspects) {
        const auto active = active_.find(one.id);
        if (active == active_.end()) {
            hold_back(one.id, one.recipients);
            continue;
        }
        std::vector<std::uint32_t>& to_come = active->second->held_back;
        to_come.insert(to_come.end(), one.recipients.begin(), one.recipients.end());
    }
}

// A message that nobody looks at now.  One that an operator wants to be tried or given up
// stays as it is: its turn comes next, and the note of an attempt would end the request.
void Dispatcher::hold_back(spool::MessageId id,
                           const std::vector<std::uint32_t>& recipients)
{
    const spool::Entry* entry = queue_.find(id);
    if (entry == nullptr || entry->held() || entry->requeued() || entry->expire_requested())
        return;
    std::vector<spool::Outcome> outcomes;
    for (const std::uint32_t i : recipients)
        if (i < entry->recipients() && entry->waits(i))
            outcomes.push_back(
                {i, spool::RecipientState::waiting,
                 marked_held_back(std::string(queue_.text(entry->reason(i))))});
    const std::string destination(queue_.text(entry->destination()));
    (void)queue_.note(id, outcomes, entry->next_attempt(), destination);
    if (going_on(queue_, *entry).empty())
        hold_by_guard(*entry);
}

// False: somebody is to be tried.  An old mark of a recipient that this attempt was to try
// counts no more, also when its turn has not come: an operator wanted it to be tried.
bool Dispatcher::hold_if_nobody_goes_on(const Attempt& attempt)
{
    const spool::Entry* entry = queue_.find(attempt.id);
    if (entry == nullptr || entry->held())
        return true;
    std::vector<std::uint32_t> left =
        attempt.anew ? waiting(*entry) : going_on(queue_, *entry);
    leave_out(left, attempt.on_hold);
    leave_out(left, attempt.held_back);
    if (!left.empty())
        return false;
    if (attempt.on_hold.empty())
        hold_by_guard(*entry);
    else
        hold(*entry, spool::Hold::by_operator, attempt.on_hold_why);
    return true;
}

void Dispatcher::hold_by_guard(const spool::Entry& entry)
{
    const std::string latest(queue_.text(entry.reason()));
    std::string why(without_marks(latest));
    if (is_released(latest))
        why = marked_released(std::move(why));
    hold(entry, spool::Hold::by_guard, why);
}

void Dispatcher::hold(const spool::Entry& entry, spool::Hold how, const std::string& why)
{
    queue_.hold(entry.id(), how, why);
    base::log(base::Level::notice, "held", entry.id().text(), {{"reason", why}});
}

} // namespace delivery
