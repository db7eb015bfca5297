// SPDX-License-Identifier: Apache-2.0
// handover/parcels.h - from what is owed to what is carried: numbers, PDUs, checks, and
// what came of it.
//
//     items chosen, contents opened     nothing has happened
//     transaction: numbers, parcel      PDUs can be made again with the same numbers
//     transaction: checks, ledger       now it may be sent
//     delivered: transaction            receipt in the ledger, nothing owed any more
//     contents emptied on the disk      done again after a crash
//
// Threads: each measure and stream belongs to one at a time.
#pragma once

#include "handover/content_files.h"
#include "handover/courier.h"
#include "handover/desk.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace handover {

struct Loaded {
    std::shared_ptr<const li::Measure> measure;
    db::HandoverParcel row;
    std::vector<db::HandoverItem> items;
    std::string octets;
    Contents contents = Contents::events;
};

// The next parcel of a measure: the one that was made before and not delivered, or a new
// one.  Nothing: there is nothing to carry.
[[nodiscard]] std::optional<Loaded> next_parcel(Desk& desk, ContentFiles& files,
                                                const li::Handle& measure,
                                                db::Stream stream, std::int64_t now);

// Notes what came of it.  Delivered: nothing of it is owed any more, and its contents may
// be emptied.
// Only of a parcel that is owed, once.
void settle(Desk& desk, const Loaded& loaded, const Outcome& outcome, std::int64_t now);
// It was neither delivered nor destroyed meanwhile.
[[nodiscard]] bool is_owed(Desk& desk, const Loaded& loaded);

} // namespace handover
