// SPDX-License-Identifier: Apache-2.0
// audit/measure_entry.cc - see the header.
#include "audit/measure_entry.h"

#include "li/life.h"
#include "li/words.h"

namespace audit {

Entry entry_of(const std::string& act, const li::Measure& measure,
               const std::string& destination)
{
    Entry entry;
    entry.act = act;
    entry.reference = measure.reference;
    for (const li::Identity& identity : measure.identities)
        entry.identity += (entry.identity.empty() ? "" : ", ") + identity.entered;
    entry.begin = li::official(li::begin_of(measure));
    entry.end = li::official(li::ordered_end(measure));
    entry.destination = destination;
    entry.detail = "measure=" + li::hex(measure.handle);
    entry.test = measure.test;
    return entry;
}

} // namespace audit
