// SPDX-License-Identifier: Apache-2.0
#include "journal/settle.h"

#include "base/clock.h"
#include "journal/queue_result.h"
#include "spool/queue.h"
#include "spool/reader.h"

#include <vector>

namespace journal {

namespace {

constexpr std::size_t piece = 1000; // messages in a batch

// Those of its recipients that wait no more.
void file_ends(db::JournalBatch& batch, const spool::QueueView& queue,
               const spool::Entry& entry, spool::Reader& reader)
{
    const auto envelope = reader.envelope(entry.where());
    if (!envelope || envelope->recipients.size() != entry.recipients())
        return;
    for (std::uint32_t i = 0; i < entry.recipients(); ++i)
        if (const auto outcome = outcome_of(entry.state(i)))
            batch.file(queue_result(*envelope, i, *outcome, queue.text(entry.reason(i)),
                                    base::wall_microseconds()));
}

} // namespace

std::uint64_t settle(const std::string& spool, db::Journal& journal)
{
    const spool::QueueView queue(spool);
    spool::Reader reader(spool);
    std::uint64_t unknown = 0;
    db::JournalKey after = 0;
    for (;;) {
        const std::vector<db::Journal::Waiting> waiting = journal.waiting(after, piece);
        if (waiting.empty())
            return unknown;
        after = waiting.back().key;
        db::JournalBatch batch(journal);
        for (const db::Journal::Waiting& one : waiting) {
            if (const spool::Entry* const entry = queue.find(one.id)) {
                file_ends(batch, queue, *entry, reader);
                continue;
            }
            batch.give_up(one.key);
            ++unknown;
        }
        batch.commit();
    }
}

} // namespace journal
