// SPDX-License-Identifier: Apache-2.0
// spool/pending.h - a message that was handed in and waits for its sync.
#pragma once

#include "spool/draft.h"
#include "spool/record.h"

#include <memory>
#include <utility>

namespace spool {

struct Pending {
    std::unique_ptr<Draft::State> draft;
    Envelope envelope;
    bool keep_id = false; // carried forward
    CommitDone done;

    RecordText text = {}; // the rest is filled in while it is written
    Committed committed = {};

    // Fixes the place: the id, unless it has one, and everything that depends on it.
    void place(const RecordPlace& where)
    {
        committed.location = {where.segment, where.offset};
        committed.id = keep_id ? envelope.id : MessageId(committed.location);
        draft->fill_in(committed.id);
        place_record(text, where, committed.id, static_cast<std::uint32_t>(draft->size()),
                     draft->sum());
    }
};

} // namespace spool
