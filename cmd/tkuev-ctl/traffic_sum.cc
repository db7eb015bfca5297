// SPDX-License-Identifier: Apache-2.0
#include "traffic_sum.h"

namespace tkuev {

Traffic& Traffic::operator+=(const Traffic& more)
{
    records += more.records;
    content += more.content;
    delivered += more.delivered;
    octets += more.octets;
    destroyed += more.destroyed;
    return *this;
}

Traffic traffic_of(std::span<const handover::LedgerEntry> ledger, li::Time begin,
                   li::Time end)
{
    Traffic sum;
    for (const handover::LedgerEntry& entry : ledger) {
        if (entry.time < begin || entry.time >= end)
            continue;
        if (entry.act == "record") {
            ++sum.records;
            sum.content += entry.number_in("content");
        } else if (entry.act == "receipt") {
            ++sum.delivered;
            sum.octets += entry.number_in("octets");
        } else if (entry.act == "gap") {
            sum.destroyed += entry.number_in("octets");
        }
    }
    return sum;
}

} // namespace tkuev
