// SPDX-License-Identifier: Apache-2.0
// What the queue still knows of recipients that wait in the journal.
#include "base/clock.h"
#include "journal/filer.h"
#include "journal/queue_result.h"
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
    return journal::outcome_of(change.state);
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
    return queue_result(*envelope, told.change.recipient, *outcome, told.text,
                        base::wall_microseconds());
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
