// SPDX-License-Identifier: Apache-2.0
#include "handover/notices.h"

#include "handover/file_parcels.h"
#include "handover/ledger.h"
#include "handover/outages.h"
#include "handover/publication.h"
#include "li/life.h"
#include "li/words.h"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

namespace handover {

namespace {

std::string_view name_of(li::Notice notice)
{
    switch (notice) {
    case li::Notice::set_up:
        return "set-up";
    case li::Notice::change:
        return "change";
    case li::Notice::end:
        return "end";
    case li::Notice::disturbance:
        return "disturbance";
    }
    return "";
}

bool takes_pdus(const li::Measure& measure)
{
    return !is_national(measure);
}

std::string fact_of(const li::Handle& measure)
{
    return "told/" + li::hex(measure);
}

// What an authority has been told: since when, until when, and the last change.
struct Told {
    li::Time activated = 0;
    li::Time end = 0;
    li::Time changed = 0; // missing in what older versions have written
    bool operator==(const Told&) const = default;
};

std::string text_of(const Told& told)
{
    return fmt::format("{} {} {}", told.activated, told.end, told.changed);
}

Told told_of(const std::string& text)
{
    Told told;
    std::istringstream(text) >> told.activated >> told.end >> told.changed;
    return told;
}

// Each is told by itself.
void tell_changes(Desk& desk, db::HandoverWork& work, const li::Measure& measure,
                  li::Time told, std::int64_t now)
{
    for (const li::Change& change : li::changes_after(measure, told, now))
        add_notice(desk, work, measure,
                   {.notice = li::Notice::change, .changed = change.time}, now);
}

// An end that became another one without an act of its own, by an original that came.
void tell_other_end(Desk& desk, db::HandoverWork& work, const li::Measure& measure,
                    std::int64_t now)
{
    add_notice(desk, work, measure, {.notice = li::Notice::change, .changed = now}, now);
}

// Of a measure that has taken effect; what was changed before that is told as well.
void tell_beginning(Desk& desk, db::HandoverWork& work, const li::Measure& measure,
                    std::int64_t now)
{
    add_notice(desk, work, measure,
               {.notice = li::Notice::set_up, .effective = took_effect(work, measure)},
               now);
    tell_changes(desk, work, measure, measure.life.activated, now);
}

void tell(Desk& desk, const db::StoredMeasure& stored, std::int64_t now)
{
    const li::Measure& measure = stored.measure;
    if (measure.life.activated == 0 || measure.life.forgotten != 0)
        return;
    const std::string fact = fact_of(measure.handle);
    const li::State state = li::state_at(measure, now);
    const bool over = state == li::State::expired || state == li::State::cancelled;
    const Told told{.activated = measure.life.activated,
                    .end = li::end_of(measure),
                    .changed = li::last_change(measure, now)};
    db::HandoverWork work(desk.store);
    const std::string before = work.fact(fact);
    const bool in_effect = took_effect(work, measure) != 0;
    const bool news = told_of(before) != told || outage_is_untold(work, measure.handle);
    if (before == "end" || (!over && (!in_effect || !news)))
        return;
    if (in_effect && before.empty())
        tell_beginning(desk, work, measure, now);
    else if (in_effect && told_of(before).changed < told.changed)
        tell_changes(desk, work, measure, told_of(before).changed, now);
    else if (in_effect && !over && told_of(before) != told)
        tell_other_end(desk, work, measure, now);
    tell_outage(desk, work, measure, now);
    if (over)
        add_notice(desk, work, measure, {.notice = li::Notice::end}, now);
    work.put_fact(fact, over ? "end" : text_of(told));
    work.commit();
}

} // namespace

bool told_of_end(db::HandoverWork& work, const li::Handle& measure)
{
    return work.fact(fact_of(measure)) == "end";
}

li::Time took_effect(db::HandoverWork& work, const li::Measure& measure)
{
    const li::Time published = first_published(work, measure.handle);
    return published == 0 ? 0 : std::max(published, measure.life.activated);
}

std::uint32_t next_notice_number(db::HandoverWork& work, const li::Handle& measure)
{
    return work.take(measure, db::Count::iri, 0);
}

void add_notice(Desk& desk, db::HandoverWork& work, const li::Measure& measure,
                const li::Occasion& occasion, std::int64_t now)
{
    if (!takes_pdus(measure))
        return;
    const std::uint32_t number = next_notice_number(work, measure.handle);
    auto pdu = li::notice_pdu(occasion, measure, desk.sender, number, now);
    if (!pdu) {
        note(work, measure.handle, now, "notice-failed",
             {{"kind", std::string(name_of(occasion.notice))}, {"why", pdu.error()}});
        return;
    }
    db::HandoverItem item;
    item.measure = measure.handle;
    item.form = db::HandoverItem::Form::pdu;
    item.number = number;
    item.numbers = 1;
    item.text = *std::move(pdu);
    work.add(item);
    note(work, measure.handle, now, "notice",
         {{"kind", std::string(name_of(occasion.notice))},
          {"number", std::to_string(number)}});
}

void add_notices(Desk& desk, std::int64_t now)
{
    for (const auto& [handle, stored] : *desk.measures())
        tell(desk, stored, now);
}

} // namespace handover
