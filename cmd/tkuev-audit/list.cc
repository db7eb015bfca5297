// SPDX-License-Identifier: Apache-2.0
// tkuev-audit list - the entries, by time or by Kennung (TKÜV § 17).
#include "audit/identities.h"
#include "desk.h"
#include "print.h"

#include <algorithm>
#include <iostream>

namespace tkuev_audit {

namespace {

// For who looks for a Kennung, case makes no other one of it, whatever the mail servers do.
li::Rules rules_of(const conf::Tkuev& settings)
{
    const std::string& separator = settings.detail_separator;
    return {.fold_case = true,
            .detail_separator = separator.empty() ? '\0' : separator.front()};
}

bool matches(const audit::Record& record, const Call& call, const li::Rules& rules)
{
    const std::int64_t time = audit::time_of(record);
    return (call.since == 0 || time >= call.since) &&
           (call.until == 0 || (time != 0 && time < call.until)) &&
           (call.reference.empty() || record.get("reference") == call.reference) &&
           (call.identity.empty() ||
            audit::has_identity(record.get("identity"), call.identity, rules));
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

struct Line {
    std::string identity; // that it is listed under
    const audit::Record* record;
};

// Each entry under each of its Kennungen, or under the one that is looked for.
std::vector<Line> by_identity(const std::vector<audit::Record>& records, const Call& call,
                              const li::Rules& rules)
{
    std::vector<Line> lines;
    for (const audit::Record& record : records) {
        std::vector<std::string> identities =
            call.identity.empty() ? audit::identities_of(record.get("identity"), rules)
                                  : std::vector{li::canonical_login(call.identity, rules)};
        if (identities.empty())
            identities.emplace_back(); // it has none
        for (std::string& identity : identities)
            lines.push_back({std::move(identity), &record});
    }
    std::ranges::sort(lines, {}, [](const Line& line) {
        return std::pair<std::string_view, std::uint64_t>(line.identity,
                                                          line.record->number);
    });
    return lines;
}

void print_by_identity(const std::vector<Line>& lines, const Call& call,
                       const Persons& persons)
{
    if (!call.json)
        std::cout << "UNDER\t" << columns();
    for (const auto& [identity, record] : lines)
        if (call.json)
            std::cout << json_of(*record, persons, {.under = identity});
        else
            std::cout << shown(identity) << '\t' << line_of(*record, persons);
}

} // namespace

int list(const Call& call)
{
    Desk desk(call, "log-list", {audit::Role::review});
    const Persons persons(desk.places(), call.key);
    const li::Rules rules = rules_of(desk.settings().tkuev);
    std::vector<audit::Record> records = desk.read().log.records;
    desk.note("done", call.reference, detail_of(call));
    std::erase_if(records,
                  [&](const audit::Record& it) { return !matches(it, call, rules); });
    if (call.by_identity) {
        print_by_identity(by_identity(records, call, rules), call, persons);
        return exit_done;
    }
    if (!call.json)
        std::cout << columns();
    for (const audit::Record& record : records)
        std::cout << (call.json ? json_of(record, persons) : line_of(record, persons));
    return exit_done;
}

} // namespace tkuev_audit
