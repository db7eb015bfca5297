// SPDX-License-Identifier: Apache-2.0
// audit/retention.cc - see the header.
#include "audit/retention.h"

#include "audit/escape.h"
#include "audit/measure_entry.h"
#include "audit/refusal.h"
#include "li/official_time.h"

#include <algorithm>
#include <map>
#include <optional>
#include <ranges>

namespace audit {

namespace {

constexpr std::int64_t million = 1'000'000;
constexpr std::int64_t day = 86400;
constexpr std::int64_t deletions_stay = 2 * 366 * day;
constexpr int grants_stay_years = 2;
constexpr std::string_view report_begin = "up to entry ";

std::int64_t seconds_of(const Record& record)
{
    return time_of(record) / million;
}

int year_of(std::int64_t epoch_seconds)
{
    return li::official_parts(epoch_seconds * million).year;
}

struct Report {
    std::int64_t time = 0;
    std::uint64_t last = 0; // entry that it has seen
};
using Reports = std::multimap<std::string, Report>; // by quarter

// What was written since the log was read for it, a report knows nothing of.
std::uint64_t last_seen_by(const Record& report)
{
    std::string_view detail = report.get("detail");
    if (!detail.starts_with(report_begin))
        return 0;
    detail.remove_prefix(report_begin.size());
    return number_of(take_until(detail, ',')).value_or(0);
}

Reports reports_of(const Chain& log)
{
    Reports out;
    for (const Record& record : log.records)
        if (record.get("act") == "log-report" && record.get("outcome") == "done")
            out.emplace(record.get("reference"),
                        Report{seconds_of(record), last_seen_by(record)});
    return out;
}

// When the first report that has seen it was written.
std::optional<std::int64_t> reported(const Record& record, const Reports& reports)
{
    std::optional<std::int64_t> first;
    const auto [begin, end] = reports.equal_range(quarter_of(seconds_of(record)));
    for (const auto& [quarter, report] : std::ranges::subrange(begin, end))
        if (record.number <= report.last && (!first || report.time < *first))
            first = report.time;
    return first;
}

// Entries about the log do not count: looking for a reference is one with it.
std::vector<std::string> unknown_of(const std::set<std::string>& references,
                                    const Chain& log)
{
    std::set<std::string> left = references;
    for (const Record& record : log.records)
        if (!record.get("act").starts_with("log-"))
            left.erase(record.get("reference"));
    return {left.begin(), left.end()};
}

// References of measures whose end, as last noted, is not over.  Several authorities may
// have given the same, and an order that was only looked at ends no measure, nor does what
// somebody says who has no role.  Times of one offset sort like text; an hour more or less
// at the change of summer time does no harm to a year.
std::set<std::string> running(const Chain& log, std::int64_t now)
{
    std::map<std::pair<std::string, std::string>, std::string> ends;
    for (const Record& record : log.records)
        if (!record.get("reference").empty() && !record.get("end").empty() &&
            !said_without_role(record.get("detail")))
            ends[{record.get("reference"), measure_in(record.get("detail"))}] =
                record.get("end");
    std::set<std::string> out;
    const std::string today = li::official(now * million);
    for (const auto& [which, end] : ends)
        if (end > today)
            out.insert(which.first);
    return out;
}

void plan_log(Purge& plan, const Chain& log, const PurgeRules& rules)
{
    const Reports reports = reports_of(log);
    std::set<std::string> kept = running(log, rules.now);
    kept.insert(rules.references.begin(), rules.references.end());
    std::set<std::string> unreported;
    for (const Record& record : log.records) {
        const std::int64_t time = seconds_of(record);
        if (record.deleted() || time > rules.now - rules.retention ||
            kept.contains(record.get("reference")) ||
            (record.get("act") == "log-purge" && time > rules.now - deletions_stay))
            continue;
        const auto report = reported(record, reports);
        if (!report)
            unreported.insert(quarter_of(time));
        else if (*report <= rules.now - rules.retention)
            plan.log.insert(record.number);
    }
    plan.unreported.assign(unreported.begin(), unreported.end());
    plan.unknown = unknown_of(rules.references, log);
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

std::string report_detail(std::uint64_t last, std::string_view seed)
{
    return std::string(report_begin) + std::to_string(last) + ", seed " + std::string(seed);
}

std::string quarter_of(std::int64_t epoch_seconds)
{
    const li::OfficialParts time = li::official_parts(epoch_seconds * million);
    return std::to_string(time.year) + "-Q" + std::to_string((time.month + 2) / 3);
}

} // namespace audit
