// SPDX-License-Identifier: Apache-2.0
#include "handover/notices.h"

#include "handover/file_parcels.h"
#include "handover/ledger.h"
#include "li/life.h"
#include "li/words.h"

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

// What an authority has been told: since when, until when.
std::string told_text(const li::Measure& measure)
{
    return std::to_string(measure.life.activated) + " " +
           std::to_string(li::end_of(measure));
}

void tell(Desk& desk, const db::StoredMeasure& stored, std::int64_t now)
{
    const li::Measure& measure = stored.measure;
    if (measure.life.activated == 0)
        return;
    const std::string fact = "told/" + li::hex(measure.handle);
    const li::State state = li::state_at(measure, now);
    const bool over = state == li::State::expired || state == li::State::cancelled;
    const std::string due = over ? "end" : told_text(measure);
    db::HandoverWork work(desk.store);
    const std::string before = work.fact(fact);
    if (before == due || before == "end")
        return;
    if (before.empty())
        add_notice(desk, work, measure, li::Notice::set_up, {}, now);
    if (over)
        add_notice(desk, work, measure, li::Notice::end, {}, now);
    else if (!before.empty())
        add_notice(desk, work, measure, li::Notice::change, {}, now);
    work.put_fact(fact, due);
    work.commit();
}

} // namespace

std::uint32_t next_notice_number(db::HandoverWork& work, const li::Handle& measure)
{
    return work.take(measure, db::Count::iri, 0);
}

void add_notice(Desk& desk, db::HandoverWork& work, const li::Measure& measure,
                li::Notice notice, const li::Disturbance& disturbance, std::int64_t now)
{
    if (!takes_pdus(measure))
        return;
    const std::uint32_t number = next_notice_number(work, measure.handle);
    auto pdu = li::notice_pdu(notice, measure, desk.sender, disturbance, number, now);
    if (!pdu) {
        note(work, measure.handle, now, "notice-failed",
             {{"kind", std::string(name_of(notice))}, {"why", pdu.error()}});
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
         {{"kind", std::string(name_of(notice))}, {"number", std::to_string(number)}});
}

void add_notices(Desk& desk, std::int64_t now)
{
    for (const auto& [handle, stored] : *desk.measures())
        tell(desk, stored, now);
}

} // namespace handover
