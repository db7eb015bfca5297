// SPDX-License-Identifier: Apache-2.0
#include "li/life.h"

#include "li/words.h"

#include <algorithm>
#include <array>

namespace li {

namespace {

constexpr auto none = State::awaiting_approval;
constexpr auto approved = State::awaiting_provisioning;

// What leads where.  Confirming and extending leave a measure in its state.
constexpr Step table[] = {
    {Act::approve, none, approved},
    {Act::reject, none, State::rejected},
    {Act::reject, approved, State::rejected},
    {Act::invalidate, none, State::invalid},
    {Act::invalidate, approved, State::invalid},
    {Act::activate, approved, State::active},
    {Act::activate, State::error, State::active},
    {Act::confirm, none, none},
    {Act::confirm, approved, approved},
    {Act::confirm, State::active, State::active},
    {Act::confirm, State::suspended, State::suspended},
    {Act::confirm, State::error, State::error},
    {Act::extend, approved, approved},
    {Act::extend, State::active, State::active},
    {Act::extend, State::suspended, State::suspended},
    {Act::extend, State::error, State::error},
    {Act::suspend, State::active, State::suspended},
    {Act::suspend, State::error, State::suspended},
    {Act::resume, State::suspended, State::active},
    {Act::end, none, State::cancelled},
    {Act::end, approved, State::cancelled},
    {Act::end, State::active, State::cancelled},
    {Act::end, State::suspended, State::cancelled},
    {Act::end, State::error, State::cancelled},
    {Act::fail, State::active, State::error},
};

// Nothing leads out of these.
bool is_final(State state)
{
    return std::ranges::none_of(table,
                                [&](const Step& step) { return step.from == state; });
}

bool came_ahead(const Order& order)
{
    return order.channel != Channel::original && order.original_received == 0;
}

// Its original did not come in time.  An extension like that may be ordered again.
bool lapsed(const Order& order, Time now)
{
    return came_ahead(order) && now >= order.received + advance_copy;
}

// How many orders count, from the first; those behind them have lapsed.
std::size_t orders_that_count(const Measure& measure, Time now)
{
    std::size_t count = measure.orders.size();
    while (count > 1 && lapsed(measure.orders[count - 1], now))
        --count;
    return count;
}

void note(Measure& measure, Change change)
{
    measure.life.changed = change.time;
    measure.life.changes.push_back(std::move(change));
}

std::unexpected<Refusal> refused(std::string why)
{
    return std::unexpected(std::move(why));
}

std::string moment(Time time)
{
    return official(time);
}

Done enter(Measure& measure, Act act, Time now)
{
    if (Done may = allowed(measure, act, now); !may)
        return may;
    for (const Step& step : table)
        if (step.act == act && step.from == measure.life.state) {
            measure.life.state = step.to;
            if (is_final(step.to))
                measure.life.proposals.clear();
            break;
        }
    return {};
}

void close_pause(Measure& measure, Time now)
{
    if (!measure.life.pauses.empty() && measure.life.pauses.back().to == 0)
        measure.life.pauses.back().to = now;
}

bool paused(const Measure& measure, Time time)
{
    return std::ranges::any_of(measure.life.pauses, [&](const Pause& pause) {
        return time >= pause.from && (pause.to == 0 || time < pause.to);
    });
}

} // namespace

std::span<const Step> steps()
{
    return table;
}

std::string_view name(Act act)
{
    static constexpr std::array<std::string_view, 10> names = {
        "approve", "reject",  "invalidate", "activate", "confirm",
        "extend",  "suspend", "resume",     "end",      "fail"};
    return names[static_cast<std::size_t>(act)];
}

Time begin_of(const Measure& measure)
{
    return measure.orders.empty() ? 0 : measure.orders.front().begin;
}

Time ordered_end(const Measure& measure)
{
    return measure.orders.empty() ? 0 : measure.orders.back().end;
}

Time extended_from(const Measure& measure, Time now)
{
    const std::size_t count = orders_that_count(measure, now);
    return count == 0 ? 0 : measure.orders[count - 1].end;
}

std::optional<Time> original_due(const Measure& measure, Time now)
{
    for (const Order& order : measure.orders)
        if (came_ahead(order))
            return lapsed(order, now) ? std::nullopt
                                      : std::optional(order.received + advance_copy);
    return std::nullopt;
}

Time end_of(const Measure& measure)
{
    Time end = 0;
    for (const Order& order : measure.orders) {
        if (came_ahead(order))
            return std::min(order.end, std::max(end, order.received + advance_copy));
        end = order.end;
    }
    return end;
}

bool provisional(const Measure& measure)
{
    return std::ranges::any_of(measure.orders, came_ahead);
}

State state_at(const Measure& measure, Time now)
{
    const State stored = measure.life.state;
    return !is_final(stored) && now >= end_of(measure) ? State::expired : stored;
}

bool covers(const Measure& measure, Time time)
{
    const Life& life = measure.life;
    return life.activated != 0 && time >= std::max(life.activated, begin_of(measure)) &&
           time < end_of(measure) && (life.ended == 0 || time < life.ended) &&
           !paused(measure, time);
}

bool may_cover(const Measure& measure, Time now)
{
    const State state = state_at(measure, now);
    return state == State::active || state == State::error;
}

bool holds_reference(const Measure& measure)
{
    const State state = measure.life.state;
    const bool turned_down =
        state == State::rejected || state == State::invalid || state == State::cancelled;
    return measure.life.activated != 0 || !turned_down;
}

std::optional<Time> next_change(const Measure& measure, Time now)
{
    const State state = state_at(measure, now);
    if (is_final(state))
        return std::nullopt;
    const Time begin = begin_of(measure);
    if (may_cover(measure, now) && now < begin && begin < end_of(measure))
        return begin;
    return end_of(measure);
}

Done allowed(const Measure& measure, Act act, Time now)
{
    const State state = state_at(measure, now);
    const auto possible = [&](const Step& step) {
        return step.act == act && step.from == state;
    };
    if (std::ranges::any_of(table, possible))
        return {};
    std::string why = "cannot ";
    why += name(act);
    why += ": the measure is ";
    why += name(state);
    if (measure.life.ended != 0)
        why += " since " + moment(measure.life.ended);
    else if (state == State::expired)
        why += " since " + moment(end_of(measure));
    return refused(std::move(why));
}

Done approve(Measure& measure, Time now, std::string_view person, const Rulings& rulings)
{
    if (Done may = allowed(measure, Act::approve, now); !may)
        return may;
    if (rulings.second_person && person == measure.life.entered_by)
        return refused("cannot approve: somebody else than who entered it must");
    if (Done done = enter(measure, Act::approve, now); !done)
        return done;
    measure.life.approved = now;
    measure.life.approved_by = person;
    return {};
}

Done reject(Measure& measure, Time now, std::string_view person, std::string_view reason,
            bool invalid)
{
    if (Done done = enter(measure, invalid ? Act::invalidate : Act::reject, now); !done)
        return done;
    measure.life.ended = now;
    measure.life.ended_by = person;
    measure.life.end_reason = reason;
    return {};
}

Done activate(Measure& measure, Time now, std::string_view person)
{
    if (Done done = enter(measure, Act::activate, now); !done)
        return done;
    measure.life.end_reason.clear();
    if (measure.life.activated == 0) { // else it comes back from an error
        measure.life.activated = now;
        measure.life.activated_by = person;
    }
    return {};
}

Done confirm(Measure& measure, Time now, Time arrived)
{
    if (Done may = allowed(measure, Act::confirm, now); !may)
        return may;
    if (!provisional(measure))
        return refused("cannot confirm: the original is here already");
    if (arrived > now)
        return refused("cannot confirm: the original comes in the future");
    for (Order& order : measure.orders)
        if (came_ahead(order)) {
            if (arrived < order.received)
                return refused("cannot confirm: the original came before its copy");
            if (arrived >= order.received + advance_copy)
                return refused("cannot confirm: the original came after more than a week");
        }
    for (Order& order : measure.orders)
        if (came_ahead(order))
            order.original_received = arrived;
    return {};
}

Done extend(Measure& measure, Time now, Order order)
{
    if (Done may = allowed(measure, Act::extend, now); !may)
        return may;
    measure.orders.resize(orders_that_count(measure, now));
    if (provisional(measure))
        return refused("cannot extend: the original of the order before is not here");
    const Time end = ordered_end(measure);
    order.begin = end;
    if (order.end <= end)
        return refused("cannot extend: it ends at " + moment(end) + " anyway");
    if (order.end > add_months(end, longest_period))
        return refused("cannot extend: by three months at most, until " +
                       moment(add_months(end, longest_period)));
    note(measure, {.kind = ChangeKind::extension,
                   .time = now,
                   .old_end = end,
                   .new_end = order.end,
                   .court = order.court,
                   .file_number = order.file_number});
    measure.orders.push_back(std::move(order));
    return {};
}

Done redirect(Measure& measure, Time now, const Measure& to)
{
    if (!next_change(measure, now))
        return refused("cannot redirect: the measure has ended");
    const auto content = [](const Measure& it) { return it.cc.value_or(it.iri); };
    const bool form = measure.profile != to.profile;
    note(measure, {.kind = ChangeKind::redirection,
                   .time = now,
                   .iri = form || measure.iri != to.iri,
                   .cc = form || content(measure) != content(to)});
    measure.profile = to.profile;
    measure.iri = to.iri;
    measure.cc = to.cc;
    return {};
}

Done suspend(Measure& measure, Time now)
{
    if (Done done = enter(measure, Act::suspend, now); !done)
        return done;
    measure.life.end_reason.clear(); // of an error
    measure.life.pauses.push_back({.from = now});
    note(measure, {.kind = ChangeKind::suspension, .time = now});
    return {};
}

Done resume(Measure& measure, Time now)
{
    if (Done done = enter(measure, Act::resume, now); !done)
        return done;
    close_pause(measure, now);
    note(measure, {.kind = ChangeKind::resumption, .time = now});
    return {};
}

Done end(Measure& measure, Time now, std::string_view person, std::string_view reason)
{
    if (Done done = enter(measure, Act::end, now); !done)
        return done;
    close_pause(measure, now);
    measure.life.ended = now;
    measure.life.ended_by = person;
    measure.life.end_reason = reason;
    return {};
}

Done fail(Measure& measure, Time now, std::string_view reason)
{
    if (Done done = enter(measure, Act::fail, now); !done)
        return done;
    measure.life.end_reason = reason;
    return {};
}

Done forget(Measure& measure, Time now)
{
    if (measure.life.forgotten != 0)
        return refused("cannot forget: it was done at " + moment(measure.life.forgotten));
    if (!is_final(measure.life.state))
        return refused(next_change(measure, now)
                           ? "cannot forget: the measure has not ended"
                           : "cannot forget: its end is not written down; settle does it");
    Measure left;
    left.handle = measure.handle;
    left.reference = std::move(measure.reference);
    left.authority = std::move(measure.authority);
    left.test = measure.test;
    left.life.state = measure.life.state;
    left.life.activated = measure.life.activated;
    left.life.ended = measure.life.ended;
    left.life.proposals = std::move(measure.life.proposals);
    left.life.forgotten = now;
    measure = std::move(left);
    return {};
}

bool settle(Measure& measure, Time now)
{
    const State state = state_at(measure, now);
    if (state == measure.life.state)
        return false;
    measure.life.state = state;
    measure.life.proposals.clear();
    measure.life.ended = end_of(measure);
    measure.life.end_reason =
        end_of(measure) < ordered_end(measure) ? "original-missing" : "period-over";
    return true;
}

} // namespace li
