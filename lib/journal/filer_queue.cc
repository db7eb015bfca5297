// SPDX-License-Identifier: Apache-2.0
// What the queue still knows of recipients that wait in the journal.
#include "base/clock.h"
#include "journal/filer.h"
#include "journal/refusal_words.h"
#include "spool/queue_results_told.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace journal {

namespace {

std::optional<db::Outcome> outcome_of(const spool::Change& change)
{
    if (change.what != spool::Change::What::result)
        return std::nullopt;
    switch (change.state) {
    case spool::RecipientState::waiting:
        break;
    case spool::RecipientState::delivered:
        return db::Outcome::delivered;
    case spool::RecipientState::failed:
        return db::Outcome::failed;
    case spool::RecipientState::expired:
        return db::Outcome::expired;
    case spool::RecipientState::deleted:
        return db::Outcome::deleted;
    case spool::RecipientState::forwarded:
        return db::Outcome::forwarded;
    }
    return std::nullopt;
}

// "host[192.0.2.1]:25: 250 2.0.0 ok"
void say(db::JournalResult& result, std::string_view reason)
{
    const std::size_t colon = reason.find(": ");
    result.reply = reason;
    if (colon != reason.npos && parts_of(reason.substr(colon + 2)).code != 0) {
        result.relay = reason.substr(0, colon);
        result.reply = reason.substr(colon + 2);
    }
    result.enhanced = parts_of(result.reply).enhanced;
}

struct Told {
    spool::Change change;
    std::string text; // of the change
};

constexpr std::size_t most_told = 5000; // in a batch

std::optional<db::JournalResult> result_of(const Told& told, spool::Reader& reader)
{
    const auto outcome = outcome_of(told.change);
    const auto envelope = reader.envelope(told.change.id.first_written());
    if (!outcome || !envelope || told.change.recipient >= envelope->recipients.size())
        return std::nullopt;
    db::JournalResult result;
    result.id = told.change.id;
    result.address = envelope->recipients[told.change.recipient].address;
    result.people.push_back(envelope->sender);
    for (const spool::Recipient& recipient : envelope->recipients)
        result.people.push_back(recipient.address);
    result.time = base::wall_microseconds();
    result.outcome = *outcome;
    result.fallback = true;
    say(result, told.text);
    return result;
}

void file_told(db::Journal& journal, const std::vector<Told>& all, spool::Reader& reader)
{
    db::JournalBatch batch(journal);
    for (const Told& told : all) {
        if (!batch.waits(told.change.id))
            continue;
        if (told.change.what == spool::Change::What::remove)
            batch.file(db::JournalDeletion{told.change.id, base::wall_microseconds()});
        else if (auto result = result_of(told, reader))
            batch.file(*std::move(result));
    }
    batch.commit();
}

} // namespace

void Filer::ask_queue()
{
    spool::Reader reader(options_.spool);
    std::vector<Told> all;
    spool::for_each_told(options_.spool, [&](const spool::Change& change) {
        if (change.what != spool::Change::What::remove && !outcome_of(change))
            return;
        all.push_back({change, std::string(change.text)});
        if (all.size() < most_told)
            return;
        file_told(journal_, all, reader);
        all.clear();
    });
    file_told(journal_, all, reader);
}

} // namespace journal
