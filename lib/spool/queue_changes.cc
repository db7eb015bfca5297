// SPDX-License-Identifier: Apache-2.0
// Everything that changes the queue: a line in the results, and the same in memory.
#include "base/clock.h"
#include "spool/queue_state.h"

#include <algorithm>
#include <vector>

namespace spool {

Applied Queue::State::apply(std::string& lines, const Change& change)
{
    append_line(lines, change);
    const std::lock_guard guard(mutex);
    return core.apply(change);
}

Applied Queue::State::apply_results(std::string& lines, const Entry& entry,
                                    std::span<const Outcome> outcomes)
{
    const MessageId id = entry.id();
    Applied applied = Applied::changed;
    for (const Outcome& outcome : outcomes) {
        if (applied == Applied::finished || outcome.recipient >= entry.recipients())
            break;
        const std::string reason = one_line(outcome.reason);
        applied = apply(lines, {.id = id,
                                .what = Change::What::result,
                                .state = outcome.state,
                                .recipient = outcome.recipient,
                                .text = reason});
    }
    return applied;
}

void Queue::State::change(const Change& change)
{
    if (core.table.find(change.id) == nullptr)
        return;
    std::string lines;
    (void)apply(lines, change);
    write(lines);
}

void Queue::State::write(std::string_view lines)
{
    if (together > 0)
        gathered += lines;
    else
        results.append(lines);
}

Queue::Together::Together(Queue& queue) : queue_(queue)
{
    ++queue_.state_->together;
}

Queue::Together::~Together()
{
    State& state = *queue_.state_;
    if (--state.together == 0 && !state.gathered.empty())
        state.results.append(std::exchange(state.gathered, {}));
}

bool Queue::note(MessageId id, std::span<const Outcome> outcomes, std::int64_t next_attempt,
                 std::string_view destination)
{
    const Entry* const entry = find(id);
    if (entry == nullptr)
        return false;
    const std::uint32_t attempts = entry->attempts() + 1;
    std::string lines;
    const Applied applied = state_->apply_results(lines, *entry, outcomes);
    if (applied != Applied::finished) {
        const std::string where = one_line(destination);
        (void)state_->apply(lines, {.id = id,
                                    .what = Change::What::attempt,
                                    .attempts = attempts,
                                    .when = next_attempt,
                                    .text = where});
    }
    state_->write(lines);
    return applied == Applied::finished;
}

void Queue::restate(MessageId id, std::span<const Outcome> outcomes)
{
    const Entry* const entry = find(id);
    if (entry == nullptr || outcomes.empty())
        return;
    std::string lines;
    (void)state_->apply_results(lines, *entry, outcomes);
    state_->write(lines);
}

void Queue::note_delay_notice(MessageId id)
{
    state_->change({.id = id, .what = Change::What::delay_notice});
}

void Queue::hold(MessageId id, Hold how, std::string_view reason)
{
    if (how == Hold::none)
        return release(id);
    const std::string text = one_line(reason);
    state_->change({.id = id, .what = Change::What::hold, .hold = how, .text = text});
}

void Queue::release(MessageId id)
{
    const Entry* const entry = find(id);
    if (entry != nullptr && entry->held())
        state_->change(
            {.id = id, .what = Change::What::release, .when = base::wall_seconds()});
}

void Queue::retry_at(MessageId id, std::int64_t when)
{
    state_->change({.id = id, .what = Change::What::retry, .when = when});
}

void Queue::requeue(MessageId id)
{
    state_->change({.id = id, .what = Change::What::requeue, .when = base::wall_seconds()});
}

void Queue::remove(MessageId id)
{
    state_->change({.id = id, .what = Change::What::remove});
}

std::vector<std::uint32_t> Queue::withdraw(MessageId id,
                                           std::span<const std::uint32_t> recipients)
{
    const Entry* const entry = find(id);
    if (entry == nullptr)
        return {};
    std::vector<std::uint32_t> waiting;
    for (const std::uint32_t i : recipients)
        if (i < entry->recipients() && entry->waits(i) &&
            std::ranges::find(waiting, i) == waiting.end())
            waiting.push_back(i);
    std::vector<Outcome> outcomes;
    for (const std::uint32_t i : waiting)
        outcomes.push_back({i, RecipientState::deleted, "withdrawn"});
    restate(id, outcomes);
    return waiting;
}

void Queue::expire(MessageId id)
{
    state_->change({.id = id, .what = Change::What::expire, .when = base::wall_seconds()});
}

} // namespace spool
