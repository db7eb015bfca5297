// SPDX-License-Identifier: Apache-2.0
// tkuev-audit list - the entries, by time or by Kennung (TKÜV § 17).
#include "desk.h"
#include "print.h"

#include <algorithm>
#include <iostream>

namespace tkuev_audit {

namespace {

bool matches(const audit::Record& record, const Call& call)
{
    const std::int64_t time = audit::time_of(record);
    return (call.since == 0 || time >= call.since) &&
           (call.until == 0 || (time != 0 && time < call.until)) &&
           (call.reference.empty() || record.get("reference") == call.reference) &&
           (call.identity.empty() || record.get("identity") == call.identity);
}

// What was looked for, as the log will tell it.
std::string detail_of(const Call& call)
{
    std::string out = call.by_identity ? "by identity" : "by time";
    if (!call.identity.empty())
        out += ", identity " + call.identity;
    if (!call.key.empty())
        out += ", with persons";
    return out;
}

} // namespace

int list(const Call& call)
{
    Desk desk(call, "log-list", {audit::Role::review});
    const Persons persons(desk.places(), call.key);
    std::vector<audit::Record> records = desk.read().log.records;
    desk.note("done", call.reference, detail_of(call));
    std::erase_if(records, [&](const audit::Record& it) { return !matches(it, call); });
    if (call.by_identity)
        std::ranges::sort(records, {}, [](const audit::Record& it) {
            return std::pair<std::string_view, std::uint64_t>(it.get("identity"),
                                                              it.number);
        });
    if (!call.json)
        std::cout << columns();
    for (const audit::Record& record : records)
        std::cout << (call.json ? json_of(record, persons) : line_of(record, persons));
    return exit_done;
}

} // namespace tkuev_audit
