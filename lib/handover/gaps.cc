// SPDX-License-Identifier: Apache-2.0
#include "handover/gaps.h"

#include "base/failure.h"
#include "etsi/pdu.h"
#include "handover/ledger.h"
#include "handover/notices.h"
#include "li/words.h"
#include "tap/layout.h"
#include "tap/record_reader.h"

#include <algorithm>

namespace handover {

namespace {

std::string fact_of(const li::Measure& measure)
{
    return "disturbed/" + li::hex(measure.handle);
}

std::string last_gap_of(const li::Handle& measure)
{
    return "gap/" + li::hex(measure);
}

li::Event gap_of(const li::Event& event, std::string_view why, std::int64_t now)
{
    li::Event gap = event;
    gap.what = li::What::gap;
    gap.status = li::Status::failed;
    gap.time = now;
    gap.cause = {.layer = "limit", .code = {}, .enhanced = {}, .text = std::string(why)};
    return gap;
}

li::Disturbance disturbance_since(std::int64_t begin)
{
    li::Disturbance out;
    out.kind = "Uebermittlung gestoert";
    out.effect = "Inhalte verworfen (TKUeV Paragraph 10)";
    out.begin = begin;
    return out;
}

// What is in a parcel with one that goes is free for another parcel; numbers stay.
void dissolve(db::HandoverWork& work, std::int64_t parcel)
{
    for (db::HandoverItem& item : work.in_parcel(parcel)) {
        item.parcel = 0;
        work.change(item);
    }
    work.remove_parcel(parcel);
}

void empty_on_disk(const Desk& desk, const db::HandoverItem& item)
{
    try {
        tap::RecordReader reader(tap::incoming_directory(desk.tkuev.spool), item.file,
                                 desk.opener);
        reader.empty(item.offset, item.next);
    } catch (const base::Failure& failure) {
        if (failure.error() != ENOENT)
            throw;
    }
}

// Content first, then the word that it is gone: if we die in between, it is missed and
// becomes a gap all the same.
void destroy(Desk& desk, const db::HandoverItem& item, std::int64_t now)
{
    empty_on_disk(desk, item);
    const auto event = li::decode(item.text);
    const auto measure = desk.find(item.measure);
    db::HandoverWork work(desk.store);
    if (item.parcel != 0)
        dissolve(work, item.parcel); // again for its neighbours: nothing is left then
    work.remove(item.id);
    if (event && measure)
        add_gap(desk, work, *measure, *event, item.cin, "not delivered in time", now,
                item.name);
    work.commit();
}

std::vector<db::HandoverItem> overdue(Desk& desk, std::int64_t now)
{
    db::HandoverWork work(desk.store);
    work.limit_deadlines(now + desk.tkuev.content_seconds * li::second);
    auto found = work.overdue(now);
    work.commit();
    return found;
}

} // namespace

void add_gap(Desk& desk, db::HandoverWork& work, const li::Measure& measure,
             const li::Event& event, std::uint32_t cin, std::string_view why,
             std::int64_t now, const std::string& name)
{
    const li::Event gap = gap_of(event, why, now);
    db::HandoverItem item;
    item.measure = measure.handle;
    item.type = static_cast<std::uint8_t>(etsi::IriType::report);
    item.cin = cin;
    item.number = work.take(measure.handle, db::Count::iri, cin);
    item.numbers = 1;
    item.text = li::encode(gap);
    item.name = name;
    work.add(item);
    note(work, measure.handle, now, "gap",
         {{"cin", std::to_string(cin)},
          {"why", std::string(why)},
          {"captured", std::to_string(event.time)},
          {"octets", std::to_string(event.content_octets)},
          {"sha256", seal::hex(event.content_digest)}});
    work.put_fact(last_gap_of(measure.handle), std::to_string(now));
    if (!work.fact(fact_of(measure)).empty())
        return;
    work.put_fact(fact_of(measure), std::to_string(now));
    add_notice(desk, work, measure,
               {.notice = li::Notice::disturbance, .disturbance = disturbance_since(now)},
               now);
}

std::int64_t last_gap(db::HandoverWork& work, const li::Handle& measure)
{
    const std::string last = work.fact(last_gap_of(measure));
    return last.empty() ? 0 : std::stoll(last);
}

void note_recovery(Desk& desk, db::HandoverWork& work, const li::Measure& measure,
                   std::int64_t now)
{
    const std::string since = work.fact(fact_of(measure));
    if (since.empty())
        return;
    work.put_fact(fact_of(measure), "");
    li::Disturbance disturbance = disturbance_since(std::stoll(since));
    disturbance.recovered = now;
    add_notice(desk, work, measure,
               {.notice = li::Notice::disturbance, .disturbance = disturbance}, now);
}

void destroy_overdue(Desk& desk, std::int64_t now)
{
    const auto held = desk.hold_contents();
    for (const db::HandoverItem& item : overdue(desk, now))
        if (!desk.is_carried(item.measure))
            destroy(desk, item, now);
}

void destroy_overdue(Desk& desk, const li::Handle& measure, std::int64_t now)
{
    for (const db::HandoverItem& item : overdue(desk, now))
        if (item.measure == measure)
            destroy(desk, item, now);
}

void sweep_file(Desk& desk, const std::string& file, std::uint64_t from, std::uint64_t to)
{
    std::vector<db::HandoverItem> kept;
    {
        db::HandoverWork work(desk.store);
        kept = work.contents_of(file, from);
    }
    tap::RecordReader reader(tap::incoming_directory(desk.tkuev.spool), file, desk.opener);
    std::uint64_t hole = from; // where it begins
    const auto empty_until = [&](std::uint64_t end) {
        if (std::min(end, to) > hole)
            reader.empty(hole, std::min(end, to));
    };
    for (const db::HandoverItem& item : kept) {
        if (item.next <= hole)
            continue;
        empty_until(item.offset);
        hole = item.next;
    }
    empty_until(to);
}

} // namespace handover
