// SPDX-License-Identifier: Apache-2.0
#include "handover/intake.h"

#include "base/failure.h"
#include "etsi/pdu.h"
#include "handover/file_parcels.h"
#include "handover/gaps.h"
#include "handover/ledger.h"
#include "handover/pdus.h"
#include "li/life.h"
#include "tap/layout.h"

#include <algorithm>
#include <utility>

namespace handover {

namespace {

constexpr std::size_t batch_size = 512;
// How long the process that took a mail may need until its record is there.
constexpr std::int64_t mail_may_follow = 2 * li::second;
// Of a login whose begin has been reported.
constexpr std::string_view begun = "begun/";
constexpr std::string_view queued = "queue/";
constexpr std::string_view session = "session/";

std::string named(std::string_view kind, std::string_view id)
{
    return std::string(kind).append(id);
}

std::string incoming(const Desk& desk)
{
    return tap::incoming_directory(desk.tkuev.spool);
}

} // namespace

bool Intake::round(std::int64_t now)
{
    const std::vector<std::string> files = tap::record_files(incoming(desk_));
    bool more = false;
    waits_ = false;
    for (const std::string& file : files)
        more = (!bad_.contains(file) && take_guarded(file, now)) || more;
    std::erase_if(places_, [&](const auto& place) {
        return std::ranges::find(files, place.first) == files.end();
    });
    return more;
}

// One file that cannot be read holds up no other.
bool Intake::take_guarded(const std::string& file, std::int64_t now)
{
    try {
        return take_file(file, now);
    } catch (const base::Failure& failure) {
        if (failure.remedy() != base::Remedy::fix_data)
            throw;
        bad_.insert(file);
        desk_.say(std::string("intake: ") + failure.what());
        return false;
    }
}

Intake::Place& Intake::place_of(const std::string& file)
{
    Place& place = places_[file];
    if (place.reader)
        return place;
    {
        db::HandoverWork work(desk_.store);
        place.known = work.place(file);
    }
    place.reader = std::make_unique<tap::RecordReader>(incoming(desk_), file, desk_.opener);
    place.reader->seek(place.known.position);
    sweep_file(desk_, file, place.known.first, place.known.position);
    return place;
}

std::vector<Intake::Opened> Intake::open_batch(tap::RecordReader& reader)
{
    std::vector<Opened> batch;
    while (batch.size() < batch_size) {
        auto record = reader.next();
        if (!record)
            break;
        Opened opened{*std::move(record), std::nullopt};
        if (auto event = li::decode(opened.record.event))
            opened.event = *std::move(event);
        batch.push_back(std::move(opened));
    }
    return batch;
}

bool Intake::take_file(const std::string& file, std::int64_t now)
{
    Place& place = place_of(file);
    const std::vector<Opened> batch = open_batch(*place.reader);
    if (batch.empty()) {
        remove_finished(file);
        return false;
    }
    db::HandoverWork::Place known = place.known;
    if (known.position == 0)
        known.first = batch.front().record.offset;
    try {
        db::HandoverWork work(desk_.store);
        waiting_.reset();
        stored_.reset();
        taps_.clear();
        outside_.clear();
        unreadable_ = 0;
        for (const Opened& opened : batch) {
            if (comes_too_early(work, opened, now)) {
                waits_ = true;
                place.reader->seek(opened.record.offset);
                break;
            }
            take(work, file, opened, now);
            known.position = opened.record.next;
        }
        if (known.position == place.known.position)
            return false;
        for (const auto& [measure, count] : outside_)
            note(work, measure, now, "outside", {{"records", std::to_string(count)}});
        for (const auto& [tap, taken] : taps_)
            work.put_highest_record(tap, taken.highest, now);
        work.put_place(file, known);
        work.commit();
    } catch (...) {
        places_.erase(file); // read again from where we were
        throw;
    }
    place.known = known;
    if (unreadable_ > 0)
        desk_.say("records that cannot be read: " + std::to_string(unreadable_));
    sweep_file(desk_, file, batch.front().record.offset, known.position);
    return true;
}

// A leg of a mail that we have not seen: who took the mail has another file, and with its
// record goes the correlation number, of the login perhaps.
bool Intake::comes_too_early(db::HandoverWork& work, const Opened& opened, std::int64_t now)
{
    if (!opened.event || opened.event->what != li::What::forwarded ||
        opened.event->queue_id.empty())
        return false;
    const li::Event& event = *opened.event;
    return event.time <= now && now - event.time < mail_may_follow &&
           !work.cin(event.measure, named(queued, event.queue_id)) &&
           !work.cin(event.measure, named(session, event.session));
}

void Intake::take(db::HandoverWork& work, const std::string& file, const Opened& opened,
                  std::int64_t now)
{
    if (!opened.event) {
        ++unreadable_;
        return;
    }
    if (!is_new(work, *opened.event, now))
        return;
    const auto measure = desk_.find(opened.event->measure);
    if (!measure) {
        ++unreadable_;
        return;
    }
    if (!li::covers(*measure, opened.event->time)) {
        ++outside_[measure->handle];
        return;
    }
    take_event(work, *measure, file, opened, now);
}

// A process writes its records in their order.  What was in its memory when it was killed
// is written once more by another, which cannot know how far the first one came.
bool Intake::is_new(db::HandoverWork& work, const li::Event& event, std::int64_t now)
{
    if (event.tap.empty())
        return true;
    const auto [at, first] = taps_.try_emplace(event.tap);
    Taken& taken = at->second;
    if (first)
        taken = {work.highest_record(event.tap), work.has_recovered(event.tap)};
    if (taken.recovered && work.is_recovered(event.tap, event.tap_number))
        return false;
    if (!event.recovered) {
        taken.highest = std::max(taken.highest, event.tap_number);
        return true;
    }
    if (event.tap_number <= taken.highest)
        return false;
    work.put_recovered(event.tap, event.tap_number, now);
    taken.recovered = true;
    return true;
}

std::uint32_t Intake::cin_of(db::HandoverWork& work, const li::Measure& measure,
                             const li::Event& event, std::int64_t now)
{
    const li::Handle& handle = measure.handle;
    const std::string by_session = named(session, event.session);
    const std::string by_queue = named(queued, event.queue_id);
    auto cin = work.cin(handle, by_session);
    if (!cin && !event.queue_id.empty())
        cin = work.cin(handle, by_queue);
    if (!cin)
        cin = work.take(handle, db::Count::cin, 0);
    if (!event.session.empty())
        work.put_cin(handle, by_session, *cin, now);
    if (!event.queue_id.empty())
        work.put_cin(handle, by_queue, *cin, now);
    return *cin;
}

void Intake::take_event(db::HandoverWork& work, const li::Measure& measure,
                        const std::string& file, const Opened& opened, std::int64_t now)
{
    const li::Event& event = *opened.event;
    const std::uint32_t cin = cin_of(work, measure, event, now);
    const std::string login = named(begun, event.session);
    const bool in_session = work.cin(measure.handle, login).has_value();
    if (event.what == li::What::login)
        work.put_cin(measure.handle, login, cin, now);

    db::HandoverItem item;
    item.measure = measure.handle;
    item.type = static_cast<std::uint8_t>(iri_type(event, measure.records, in_session));
    item.cin = cin;
    item.number = work.take(measure.handle, db::Count::iri, cin);
    item.numbers = 1;
    item.text = li::encode(event);
    const std::string lost = content_lost(work, measure, opened);
    const bool kept = lost.empty() && measure.scope == li::Scope::iri_and_cc &&
                      opened.record.content_size > 0;
    if (kept)
        item.name = content_name(desk_, work, measure, event, now);
    work.add(item);
    note(work, measure.handle, now, "record",
         {{"cin", std::to_string(cin)},
          {"number", std::to_string(item.number)},
          {"event", std::string(event_name(event.what))},
          {"time", std::to_string(event.time)},
          {"content", std::to_string(event.content_octets)}});
    if (event.events_lost > 0)
        add_gap(desk_, work, measure, event, cin,
                "events lost before this one: " + std::to_string(event.events_lost), now);
    if (!lost.empty())
        add_gap(desk_, work, measure, event, cin, lost, now);
    if (kept)
        take_content(work, measure, file, opened, item, now);
}

// Why it cannot be kept; empty: it can, or none was asked for.
std::string Intake::content_lost(db::HandoverWork& work, const li::Measure& measure,
                                 const Opened& opened)
{
    if (measure.scope != li::Scope::iri_and_cc)
        return {};
    if (!opened.event->content_lost.empty())
        return opened.event->content_lost;
    if (opened.record.content_size == 0)
        return {};
    const bool on_disc = is_on_disc(destination_of(measure, db::Stream::cc));
    return std::string(make_room(work, on_disc, opened.record.content_size));
}

void Intake::take_content(db::HandoverWork& work, const li::Measure& measure,
                          const std::string& file, const Opened& opened,
                          const db::HandoverItem& of, std::int64_t now)
{
    const li::Event& event = *opened.event;
    const tap::SealedRecord& record = opened.record;
    db::HandoverItem item;
    item.measure = measure.handle;
    item.stream = db::Stream::cc;
    item.cin = of.cin;
    item.name = of.name;
    // For a disc, too, until it is stored: then the server destroys it in its file.
    item.deadline = std::min(event.time, now) + desk_.tkuev.content_seconds * li::second;
    item.file = file;
    item.offset = record.offset;
    item.next = record.next;
    item.content_offset = record.content_offset;
    item.content_size = record.content_size;
    item.record = record.number;
    item.sealing = static_cast<std::uint8_t>(record.form);
    item.text = of.text;
    work.add(item);
}

Intake::Waiting Intake::count_contents(db::HandoverWork& work)
{
    Waiting out;
    for (const auto& [handle, octets] : work.content_bytes()) {
        const auto measure = desk_.find(handle);
        const bool on_disc =
            measure && is_on_disc(destination_of(*measure, db::Stream::cc));
        (on_disc ? out.for_discs : out.buffered) += octets;
    }
    return out;
}

// Counted when the first content of the batch comes, and what is stored when one comes for
// a disc: both look at every row.
std::string_view Intake::make_room(db::HandoverWork& work, bool on_disc,
                                   std::uint64_t octets)
{
    if (!waiting_)
        waiting_ = count_contents(work);
    if (on_disc && !stored_)
        stored_ = work.stored_content_bytes();
    std::uint64_t& there = on_disc ? waiting_->for_discs : waiting_->buffered;
    const std::uint64_t most = on_disc ? desk_.tkuev.disc_bytes : desk_.tkuev.content_bytes;
    const std::uint64_t stored = on_disc ? stored_.value_or(0) : 0;
    if (there + stored + octets > most)
        return on_disc ? "too much waits for discs" : "the buffer is full";
    there += octets;
    return {};
}

// Its process has ended, all of it was read, and nothing of it waits.
void Intake::remove_finished(const std::string& file)
{
    Place& place = places_.at(file);
    if (!place.reader->finished()) // asks nobody: so it is most of the time
        return;
    db::HandoverWork work(desk_.store, db::Commit::lazily);
    if (work.has_contents(file))
        return;
    if (const std::uint64_t torn = place.reader->left_over(); torn > 0)
        desk_.say("a record that a crash has torn: " + std::to_string(torn) + " octets");
    place.reader->remove();
    work.forget_file(file);
    work.commit();
    places_.erase(file);
}

} // namespace handover
