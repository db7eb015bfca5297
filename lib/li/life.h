// SPDX-License-Identifier: Apache-2.0
// li/life.h - what may be done with a measure, and when it captures.
//
// Pure: the time is always told.  A measure ends by itself in three ways that do not need
// each other: whoever asks state_at() or covers() hears of it; next_change() says when a
// timer is due; and somebody may end it.
#pragma once

#include "li/measure.h"

#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace li {

inline constexpr int longest_period = 3;      // calendar months, StPO § 100e (1)
inline constexpr Time advance_copy = 7 * day; // TKÜV § 12 (2): until the original comes

enum class Act : std::uint8_t {
    approve,
    reject,
    invalidate, // the order turned out to be void
    activate,
    confirm, // the original has come
    extend,
    suspend,
    resume,
    end,
    fail, // it is not carried out, or not wholly; what can be goes on
};

struct Step {
    Act act;
    State from;
    State to;
};
// Everything that is possible; what is not in it is refused.
[[nodiscard]] std::span<const Step> steps();

// Of the order, as far as it reaches: the end of an advance copy without its original is a
// week after it came, unless an order before it reaches further.
[[nodiscard]] Time begin_of(const Measure& measure);
[[nodiscard]] Time end_of(const Measure& measure);
// The end that ends_of() would have if all originals were here.
[[nodiscard]] Time ordered_end(const Measure& measure);
// Where the next extension goes on: an extension whose original did not come in time counts
// no more.
[[nodiscard]] Time extended_from(const Measure& measure, Time now);
// By when the first original must be here that is still missing; nothing: none is, or it is
// too late for it.
[[nodiscard]] std::optional<Time> original_due(const Measure& measure, Time now);
// Some order is an advance copy still.
[[nodiscard]] bool provisional(const Measure& measure);

[[nodiscard]] State state_at(const Measure& measure, Time now);
// The record of this time belongs to the authority: armed, within the period, not paused.
[[nodiscard]] bool covers(const Measure& measure, Time time);
// Whether it is, or may still become, one that covers() says yes to: to be published.
[[nodiscard]] bool may_cover(const Measure& measure, Time now);
// When state_at() or covers() next changes by itself after `now`.
[[nodiscard]] std::optional<Time> next_change(const Measure& measure, Time now);

// Its reference is not free for another: something was, or may be, handed over under it.
[[nodiscard]] bool holds_reference(const Measure& measure);

// One line why not, for a person.
using Refusal = std::string;
using Done = std::expected<void, Refusal>;

// Each changes the measure only if it may be done.  `person` is who does it.
[[nodiscard]] Done allowed(const Measure& measure, Act act, Time now);
struct Rulings {
    bool second_person = false;
};
[[nodiscard]] Done approve(Measure& measure, Time now, std::string_view person,
                           const Rulings& rulings);
[[nodiscard]] Done reject(Measure& measure, Time now, std::string_view person,
                          std::string_view reason, bool invalid);
[[nodiscard]] Done activate(Measure& measure, Time now, std::string_view person);
// The originals of all orders that came as advance copies.
[[nodiscard]] Done confirm(Measure& measure, Time now, Time arrived);
[[nodiscard]] Done extend(Measure& measure, Time now, Order order);
// What is captured goes where that of `to` goes, in its form.
[[nodiscard]] Done redirect(Measure& measure, Time now, const Measure& to);
[[nodiscard]] Done suspend(Measure& measure, Time now);
[[nodiscard]] Done resume(Measure& measure, Time now);
[[nodiscard]] Done end(Measure& measure, Time now, std::string_view person,
                       std::string_view reason);
// A mark for people: it stays armed and published, so that it is carried out as soon as
// that is possible, and ends when it would.  activate() takes the mark away.
[[nodiscard]] Done fail(Measure& measure, Time now, std::string_view reason);
// Destroys the order of a measure whose end is written down: who was watched, by whose
// word, whereto it went.  What stays is that its number was given, and by whom.
[[nodiscard]] Done forget(Measure& measure, Time now);
// Writes down an end by time: the state that state_at() says.  True if that is news.
[[nodiscard]] bool settle(Measure& measure, Time now);

[[nodiscard]] std::string_view name(Act act);

} // namespace li
