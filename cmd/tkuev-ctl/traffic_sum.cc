// SPDX-License-Identifier: Apache-2.0
#include "traffic_sum.h"

#include "text/words.h"

#include <string_view>

namespace tkuev {

namespace {

std::uint64_t number(const handover::LedgerEntry& entry, std::string_view name)
{
    return text::number_in<std::uint64_t>(entry.get(name)).value_or(0);
}

} // namespace

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
            sum.content += number(entry, "content");
        } else if (entry.act == "receipt") {
            ++sum.delivered;
            sum.octets += number(entry, "octets");
        } else if (entry.act == "gap") {
            sum.destroyed += number(entry, "octets");
        }
    }
    return sum;
}

} // namespace tkuev
