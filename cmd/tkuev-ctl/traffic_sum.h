// SPDX-License-Identifier: Apache-2.0
// tkuev-ctl/traffic_sum.h - how much was captured and handed over under a measure, for the
// bill.
//
// Pure: lines of a ledger in, sums out.
#pragma once

#include "handover/ledger.h"
#include "li/official_time.h"

#include <cstdint>
#include <span>

namespace tkuev {

struct Traffic {
    std::uint64_t records = 0;   // events of the target
    std::uint64_t content = 0;   // octets of mail in them
    std::uint64_t delivered = 0; // parcels: PDUs sent together, or a file
    std::uint64_t octets = 0;    // of these
    std::uint64_t destroyed = 0; // octets of content that were not handed over

    Traffic& operator+=(const Traffic& more);
    bool operator==(const Traffic&) const = default;
};

// Of what the ledger noted in begin <= time < end; for a record the time that it was taken
// over from the server counts, for a delivery that of its receipt.
[[nodiscard]] Traffic traffic_of(std::span<const handover::LedgerEntry> ledger,
                                 li::Time begin, li::Time end);

} // namespace tkuev
