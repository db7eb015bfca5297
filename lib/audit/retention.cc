// SPDX-License-Identifier: Apache-2.0
// audit/retention.cc - see the header.
#include "audit/retention.h"

#include "li/official_time.h"

#include <algorithm>
#include <map>

namespace audit {

namespace {

constexpr std::int64_t million = 1'000'000;
constexpr std::int64_t day = 86400;
constexpr std::int64_t deletions_stay = 2 * 366 * day;
constexpr int grants_stay_years = 2;

std::int64_t seconds_of(const Record& record)
{
    return time_of(record) / million;
}

int year_of(std::int64_t epoch_seconds)
{
    return li::official_parts(epoch_seconds * million).year;
}

// When the first report about each quarter was written.
std::map<std::string, std::int64_t> reports_of(const Chain& log)
{
    std::map<std::string, std::int64_t> out;
    for (const Record& record : log.records)
        if (record.get("act") == "log-report" && record.get("outcome") == "done")
            out.try_emplace(record.get("reference"), seconds_of(record));
    return out;
}

// References of measures whose end, as last noted, is not over.  Times of one offset sort
// like text; an hour more or less at the change of summer time does no harm to a year.
std::set<std::string> running(const Chain& log, std::int64_t now)
{
    std::map<std::string, std::string> ends;
    for (const Record& record : log.records)
        if (!record.get("reference").empty() && !record.get("end").empty())
            ends[record.get("reference")] = record.get("end");
    std::set<std::string> out;
    const std::string today = li::official(now * million);
    for (const auto& [reference, end] : ends)
        if (end > today)
            out.insert(reference);
    return out;
}

void plan_log(Purge& plan, const Chain& log, const PurgeRules& rules)
{
    const auto reports = reports_of(log);
    std::set<std::string> kept = running(log, rules.now);
    kept.insert(rules.references.begin(), rules.references.end());
    std::set<std::string> unreported;
    for (const Record& record : log.records) {
        const std::int64_t time = seconds_of(record);
        if (record.deleted() || time > rules.now - rules.retention ||
            kept.contains(record.get("reference")) ||
            (record.get("act") == "log-purge" && time > rules.now - deletions_stay))
            continue;
        const auto report = reports.find(quarter_of(time));
        if (report == reports.end())
            unreported.insert(quarter_of(time));
        else if (report->second <= rules.now - rules.retention)
            plan.log.insert(record.number);
    }
    plan.unreported.assign(unreported.begin(), unreported.end());
}

void plan_grants(Purge& plan, const Chain& grants, std::int64_t now)
{
    using Key = std::pair<std::string, std::string>;
    std::map<Key, std::vector<std::uint64_t>> before;
    for (const Record& record : grants.records) {
        if (record.deleted())
            continue;
        auto& numbers = before[{record.get("user"), record.get("role")}];
        numbers.push_back(record.number);
        if (record.get("act") != "revoke")
            continue;
        if (year_of(seconds_of(record)) + grants_stay_years < year_of(now))
            plan.grants.insert(numbers.begin(), numbers.end());
        numbers.clear();
    }
}

} // namespace

Purge plan_purge(const Inspection& log, const PurgeRules& rules)
{
    Purge plan;
    plan_log(plan, log.log, rules);
    plan_grants(plan, log.grants, rules.now);
    plan.reach.log = plan.log.empty() ? 0 : *plan.log.rbegin();
    plan.reach.grants = plan.grants.empty() ? 0 : *plan.grants.rbegin();
    return plan;
}

std::string quarter_of(std::int64_t epoch_seconds)
{
    const li::OfficialParts time = li::official_parts(epoch_seconds * million);
    return std::to_string(time.year) + "-Q" + std::to_string((time.month + 2) / 3);
}

} // namespace audit
