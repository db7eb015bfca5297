// SPDX-License-Identifier: Apache-2.0
#include "handover/parcels.h"

#include "base/failure.h"
#include "handover/content_file.h"
#include "handover/discs.h"
#include "handover/file_parcels.h"
#include "handover/gaps.h"
#include "handover/ledger.h"
#include "handover/pdus.h"
#include "seal/digest.h"
#include "seal/envelope.h"
#include "tap/layout.h"
#include "tap/record_reader.h"

#include <algorithm>
#include <map>
#include <utility>

namespace handover {

namespace {

constexpr int most_items = 256;
constexpr std::uint64_t most_octets = 10u << 20; // of content, unless one alone is larger

using Items = std::vector<db::HandoverItem>;
using ContentTexts = std::map<std::int64_t, std::string>; // by item

// As many as go at once.
void cut(Items& items)
{
    std::uint64_t octets = 0;
    for (std::size_t i = 0; i < items.size(); ++i) {
        octets += items[i].content_size;
        if (octets > most_octets && i > 0) {
            items.resize(i);
            return;
        }
    }
}

li::Event event_of(const db::HandoverItem& item)
{
    auto event = li::decode(item.text);
    if (!event)
        throw base::Failure(base::Remedy::fix_data,
                            "handover.db: an event that cannot be read: " + event.error());
    return *std::move(event);
}

// Contents of the items; those that are gone become gaps and leave the list.
ContentTexts open_contents(Desk& desk, ContentFiles& files, const li::Measure& measure,
                           Items& items, std::int64_t now)
{
    ContentTexts texts;
    Items there;
    for (db::HandoverItem& item : items) {
        if (auto text = files.read(item)) {
            texts[item.id] = *std::move(text);
            there.push_back(std::move(item));
            continue;
        }
        db::HandoverWork work(desk.store);
        work.remove(item.id);
        add_gap(desk, work, measure, event_of(item), item.cin,
                "destroyed before it was taken", now, item.name);
        work.commit();
    }
    items = std::move(there);
    return texts;
}

Contents contents_of(db::Stream stream, const Items& items)
{
    if (stream == db::Stream::iri)
        return Contents::events;
    bool from = false;
    bool to = false;
    for (const db::HandoverItem& item : items)
        (event_of(item).direction == li::Direction::from_target ? from : to) = true;
    return from && to ? Contents::content_both
           : from     ? Contents::content_from
                      : Contents::content_to;
}

// A content that is a file of its own may have its name: the document of its event names
// it.
std::string file_name(const Desk& desk, db::HandoverWork& work, const Loaded& loaded,
                      std::int64_t now)
{
    const db::HandoverItem& first = loaded.items.front();
    if (first.stream == db::Stream::cc && !first.name.empty())
        return first.name;
    return next_name(desk, work, loaded.contents, now);
}

// Takes the numbers; from here on they stay with the items.
void number(Desk& desk, Loaded& loaded, const ContentTexts& texts, std::int64_t now)
{
    // Lazily: nothing leaves before the checks, or the document, are on the disk, and these
    // numbers with them.  A message has neither.
    const bool message =
        is_national(*loaded.measure) && loaded.row.stream == db::Stream::cc;
    db::HandoverWork work(desk.store, message ? db::Commit::to_disk : db::Commit::lazily);
    loaded.row.made = now;
    if (is_file(destination_of(*loaded.measure, loaded.row.stream)))
        loaded.row.name = file_name(desk, work, loaded, now);
    loaded.row.id = work.add(loaded.row);
    for (db::HandoverItem& item : loaded.items) {
        item.parcel = loaded.row.id;
        if (item.numbers == 0) {
            item.numbers = is_national(*loaded.measure)
                               ? 1
                               : pdus_of_content(texts.at(item.id).size());
            item.number = work.take(item.measure, db::Count::cc, item.cin, item.numbers);
        }
        work.change(item);
    }
    work.commit();
}

std::vector<PduPlace> encode(const Desk& desk, Loaded& loaded, const ContentTexts& texts)
{
    std::vector<PduPlace> places;
    std::size_t size = 0;
    for (const auto& [id, text] : texts)
        size += text.size() + 512;
    loaded.octets.reserve(size);
    for (const db::HandoverItem& item : loaded.items) {
        if (item.form == db::HandoverItem::Form::pdu)
            loaded.octets += item.text; // notices belong to no communication
        else if (item.stream == db::Stream::iri)
            places.push_back(
                append_event(loaded.octets, *loaded.measure, desk.sender, event_of(item),
                             static_cast<etsi::IriType>(item.type), item.cin, item.number));
        else
            append_content(loaded.octets, places, *loaded.measure, desk.sender,
                           event_of(item), texts.at(item.id), item.cin, item.number);
    }
    return places;
}

void note_pdus(db::HandoverWork& work, const Loaded& loaded,
               const std::vector<PduPlace>& places, std::int64_t now)
{
    const bool iri = loaded.row.stream == db::Stream::iri;
    for (const PduPlace& place : places)
        note(work, loaded.row.measure, now, "pdu",
             {{"parcel", std::to_string(loaded.row.id)},
              {"stream", iri ? "iri" : "cc"},
              {"cin", std::to_string(place.cin)},
              {"number", std::to_string(place.number)},
              {"octets", std::to_string(place.size)},
              {"sha256", seal::hex(place.digest)}});
}

// The numbers of checks, while they are made and signed without keeping others from the
// database; nobody else takes numbers of this stream meanwhile.
class CheckNumbers {
public:
    CheckNumbers(Desk& desk, const Loaded& loaded, const std::vector<PduPlace>& places)
        : measure_(loaded.row.measure),
          count_(loaded.row.stream == db::Stream::iri ? db::Count::iri_check
                                                      : db::Count::cc_check)
    {
        db::HandoverWork work(desk.store, db::Commit::lazily);
        for (const PduPlace& place : places)
            if (!series_.contains(place.cin))
                series_[place.cin] = {work.next(measure_, count_, place.cin), 0};
    }
    std::uint32_t next(std::uint32_t cin)
    {
        Series& series = series_.at(cin);
        return static_cast<std::uint32_t>(series.first + series.taken++);
    }
    void take(db::HandoverWork& work) const
    {
        for (const auto& [cin, series] : series_)
            if (work.take(measure_, count_, cin, series.taken) != series.first)
                throw base::Failure(base::Remedy::try_later,
                                    "numbers: somebody else takes them, too");
    }

private:
    struct Series {
        std::int64_t first = 0;
        std::uint32_t taken = 0;
    };
    const li::Handle& measure_;
    db::Count count_;
    std::map<std::uint32_t, Series> series_; // by CIN
};

// Makes the checks and keeps them: what is sent again is the same.
void add_checks(Desk& desk, Loaded& loaded, const std::vector<PduPlace>& places,
                std::int64_t now)
{
    const bool iri = loaded.row.stream == db::Stream::iri;
    CheckNumbers numbers(desk, loaded, places);
    const CheckNumber next = [&](std::uint32_t cin) { return numbers.next(cin); };
    const SignOctets sign = [&](std::string_view octets) {
        return seal::sign_raw(octets, desk.opener.key);
    };
    append_checks(loaded.row.text, loaded.octets, places,
                  iri ? etsi::DataType::iri : etsi::DataType::cc, *loaded.measure,
                  desk.sender, loaded.row.made, next, sign);
    if (iri) // all of it is kept: the measure may change before it is sent again
        loaded.row.text.insert(0, loaded.octets);
    loaded.row.checks = 1;
    db::HandoverWork work(desk.store);
    numbers.take(work);
    work.change(loaded.row);
    note_pdus(work, loaded, places, now);
    work.commit();
}

// The document is kept: the measure or the mapping may change before it is sent again.
void make_document(Desk& desk, Loaded& loaded)
{
    if (loaded.row.checks == 0) {
        loaded.row.text = national_document(desk, *loaded.measure, loaded.items);
        loaded.row.checks = 1;
        db::HandoverWork work(desk.store);
        work.change(loaded.row);
        work.commit();
    }
    loaded.octets = loaded.row.text;
}

// A document of events, or one message.
void make_national(Desk& desk, Loaded& loaded, const ContentTexts& texts)
{
    if (loaded.row.stream == db::Stream::iri)
        return make_document(desk, loaded);
    const db::HandoverItem& item = loaded.items.front();
    const std::string& content = texts.at(item.id);
    const bool sealed =
        item.sealing == static_cast<std::uint8_t>(tap::ContentForm::authority);
    loaded.octets = sealed ? content : message_of(event_of(item), content);
}

// Of one that was made before: its items, or none.
std::optional<Loaded> made_before(Desk& desk, const li::Handle& measure, db::Stream stream)
{
    Loaded loaded;
    db::HandoverWork work(desk.store, db::Commit::lazily);
    auto parcels = work.parcels(measure, stream);
    if (parcels.empty())
        return std::nullopt;
    loaded.row = std::move(parcels.front());
    loaded.items = work.in_parcel(loaded.row.id);
    return loaded;
}

// How many items a parcel may have.
int most_of(const Desk& desk, const li::Handle& handle, db::Stream stream)
{
    const auto measure = desk.find(handle);
    if (!measure || !is_national(*measure))
        return most_items;
    if (stream == db::Stream::cc)
        return 1;
    return static_cast<int>(std::min<std::size_t>(read_mapping(desk).batch(), most_items));
}

std::optional<Loaded> new_one(Desk& desk, const li::Handle& measure, db::Stream stream)
{
    const int most = most_of(desk, measure, stream);
    Loaded loaded;
    loaded.row.measure = measure;
    loaded.row.stream = stream;
    db::HandoverWork work(desk.store, db::Commit::lazily);
    loaded.items = work.waiting(measure, stream, most);
    cut(loaded.items);
    return loaded.items.empty() ? std::nullopt : std::optional(std::move(loaded));
}

// Some of its contents are gone: its PDUs go with others, under their numbers.
void break_up(Desk& desk, const Loaded& loaded)
{
    db::HandoverWork work(desk.store);
    for (db::HandoverItem item : loaded.items) {
        item.parcel = 0;
        work.change(item);
    }
    work.remove_parcel(loaded.row.id);
    work.commit();
}

bool load(Desk& desk, ContentFiles& files, Loaded& loaded, std::int64_t now)
{
    const std::size_t before = loaded.items.size();
    ContentTexts texts;
    if (loaded.row.stream == db::Stream::cc)
        texts = open_contents(desk, files, *loaded.measure, loaded.items, now);
    const bool known = loaded.row.id != 0;
    if (known && (loaded.items.size() != before || loaded.items.empty())) {
        break_up(desk, loaded);
        return false;
    }
    if (loaded.items.empty())
        return false;
    if (!known)
        number(desk, loaded, texts, now);
    const bool iri = loaded.row.stream == db::Stream::iri;
    if (is_national(*loaded.measure)) {
        make_national(desk, loaded, texts);
        return true;
    }
    if (loaded.row.checks == 0)
        add_checks(desk, loaded, encode(desk, loaded, texts), now);
    else if (!iri)
        (void)encode(desk, loaded, texts);
    if (iri)
        loaded.octets = loaded.row.text;
    else
        loaded.octets += loaded.row.text;
    return true;
}

void note_attempt(db::HandoverWork& work, const Loaded& loaded, const Attempt& attempt,
                  std::int64_t now)
{
    note(work, loaded.row.measure, now, "attempt",
         {{"parcel", std::to_string(loaded.row.id)},
          {"name", loaded.row.name},
          {"peer", attempt.peer},
          {"why", attempt.trouble}});
}

// Host by host; the last is that of the outcome itself.
void note_attempts(Desk& desk, const Loaded& loaded, const Outcome& outcome,
                   std::int64_t now)
{
    db::HandoverWork work(desk.store);
    for (const Attempt& attempt : outcome.earlier)
        note_attempt(work, loaded, attempt, now);
    note_attempt(work, loaded, {outcome.peer, outcome.trouble}, now);
    work.commit();
}

// Of the contents that are emptied when their receipt is on the disk.
std::string destroyed_with(const Loaded& loaded)
{
    std::uint64_t octets = 0;
    for (const db::HandoverItem& item : loaded.items)
        octets += event_of(item).content_octets;
    return std::to_string(octets);
}

void note_receipt(Desk& desk, const Loaded& loaded, const Outcome& outcome,
                  std::int64_t now)
{
    const std::string digest = seal::hex(seal::sha256(loaded.octets));
    db::HandoverWork work(desk.store);
    for (const Attempt& attempt : outcome.earlier)
        note_attempt(work, loaded, attempt, now);
    LedgerFields fields{{"parcel", std::to_string(loaded.row.id)},
                        {"name", loaded.row.name},
                        {"octets", std::to_string(loaded.octets.size())},
                        {"sha256", digest},
                        {"peer", outcome.peer},
                        {"by", outcome.receipt}};
    const bool content = loaded.row.stream == db::Stream::cc;
    if (content)
        fields.emplace_back("destroyed", destroyed_with(loaded));
    note(work, loaded.row.measure, now, "receipt", fields);
    if (content)
        note_recovery(desk, work, *loaded.measure, now);
    work.remove_parcel(loaded.row.id);
    work.commit();
}

} // namespace

std::optional<Loaded> next_parcel(Desk& desk, ContentFiles& files,
                                  const li::Handle& measure, db::Stream stream,
                                  std::int64_t now)
{
    for (;;) {
        auto loaded = made_before(desk, measure, stream);
        if (!loaded)
            loaded = new_one(desk, measure, stream);
        if (!loaded)
            return std::nullopt;
        loaded->measure = desk.find(measure);
        if (!loaded->measure)
            return std::nullopt;
        loaded->contents = contents_of(stream, loaded->items);
        if (load(desk, files, *loaded, now))
            return loaded;
    }
}

void settle(Desk& desk, const Loaded& loaded, const Outcome& outcome, std::int64_t now)
{
    if (outcome.result == Outcome::Result::delivered)
        return note_receipt(desk, loaded, outcome, now);
    if (outcome.result == Outcome::Result::stored)
        return note_stored(desk, loaded, now);
    note_attempts(desk, loaded, outcome, now);
}

bool is_owed(Desk& desk, const Loaded& loaded)
{
    db::HandoverWork work(desk.store);
    return std::ranges::any_of(
        work.parcels(loaded.row.measure, loaded.row.stream),
        [&](const auto& parcel) { return parcel.id == loaded.row.id; });
}

} // namespace handover
