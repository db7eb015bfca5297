// SPDX-License-Identifier: Apache-2.0
// report ...: sums over a time; without one, over the last 24 hours.
#include "base/clock.h"
#include "command.h"
#include "conf/journal_selection.h"
#include "db/journal_reports.h"
#include "output.h"
#include "report_print.h"

#include <string_view>
#include <vector>

namespace journalq {

namespace {

constexpr std::int64_t day = 86'400'000'000;
constexpr std::size_t usual_limit = 20;

db::ReportRange range_of(const Call& call)
{
    const std::int64_t now = base::wall_microseconds();
    const conf::JournalPeriod period = conf::read_period(call, now);
    const bool told = call.has("since") || call.has("until") || call.has("on");
    return {.from = told ? period.from : now - day,
            .to = period.to,
            .tenant = call.get("tenant")};
}

int put(const Call& call, const ReportTable& table)
{
    Output output;
    output.text() = report_text(table, call);
    output.put();
    return exit_done;
}

struct Report {
    const char* column; // what the lines are named by
    const char* count;  // what is counted; the octets come second
    // Of so many lines at most.
    std::vector<db::ReportLine> (*ask)(const db::JournalSearch& journal,
                                       const db::ReportRange& range, std::size_t limit);
    std::size_t limit = db::all_lines; // without --limit
    const char* note = "";
    const char* nothing = "-"; // for a line without a name
};

int report(const Call& call, const Report& what)
{
    require_one_of(call, {"json", "csv"});
    const db::ReportRange range = range_of(call);
    const std::size_t limit = limit_of(call, what.limit);
    ReportTable table{what.column, {what.count, "octets"}, {}, what.note, what.nothing};
    for (const db::ReportLine& line : what.ask(open_journal(source_of(call)), range, limit))
        table.rows.push_back({line.name,
                              {static_cast<std::int64_t>(line.count),
                               static_cast<std::int64_t>(line.octets)}});
    return put(call, table);
}

template <db::VolumeBy by>
std::vector<db::ReportLine> volumes(const db::JournalSearch& journal,
                                    const db::ReportRange& range, std::size_t limit)
{
    return db::volumes(journal, by, range, limit);
}

} // namespace

int report_senders(const Call& call)
{
    return report(call, {.column = "sender",
                         .count = "messages",
                         .ask = db::top_senders,
                         .limit = usual_limit,
                         .nothing = "<>"});
}

int report_recipients(const Call& call)
{
    return report(call, {.column = "recipient",
                         .count = "messages",
                         .ask = db::top_recipients,
                         .limit = usual_limit});
}

int report_clients(const Call& call)
{
    return report(call, {.column = "client",
                         .count = "messages",
                         .ask = db::top_clients,
                         .limit = usual_limit});
}

int report_hours(const Call& call)
{
    return report(call, {.column = "hour",
                         .count = "messages",
                         .ask = volumes<db::VolumeBy::hour>,
                         .note = " (UTC)"});
}

int report_days(const Call& call)
{
    return report(call, {.column = "day",
                         .count = "messages",
                         .ask = volumes<db::VolumeBy::day>,
                         .note = " (UTC)"});
}

int report_domains(const Call& call)
{
    return report(call, {.column = "domain",
                         .count = "messages",
                         .ask = volumes<db::VolumeBy::recipient_domain>});
}

int report_tenants(const Call& call)
{
    return report(
        call,
        {.column = "tenant", .count = "messages", .ask = volumes<db::VolumeBy::tenant>});
}

int report_refusals(const Call& call)
{
    return report(call,
                  {.column = "reason", .count = "refusals", .ask = db::refusals_by_reason});
}

int report_failures(const Call& call)
{
    return report(
        call, {.column = "answer", .count = "recipients", .ask = db::failures_by_answer});
}

int report_attachments(const Call& call)
{
    return report(
        call, {.column = "type", .count = "attachments", .ask = db::attachments_by_type});
}

int report_delays(const Call& call)
{
    require_one_of(call, {"json", "csv"});
    const db::ReportRange range = range_of(call);
    const db::DelayReport delays = db::delays(open_journal(source_of(call)), range);
    const auto known = [&](std::int64_t delay) {
        return delays.count > 0 ? std::optional(delay) : std::nullopt;
    };
    const ReportTable table{"of",
                            {"deliveries", "p50_ms", "p95_ms", "p99_ms"},
                            {{"arrival to delivery",
                              {static_cast<std::int64_t>(delays.count), known(delays.p50),
                               known(delays.p95), known(delays.p99)}}}};
    return put(call, table);
}

int report_logins(const Call& call)
{
    require_one_of(call, {"json", "csv"});
    const db::ReportRange range = range_of(call);
    const std::size_t limit = limit_of(call, usual_limit);
    ReportTable table{"client", {"refused", "accepted", "users"}, {}};
    for (const db::LoginLine& line :
         db::refused_logins(open_journal(source_of(call)), range, limit))
        table.rows.push_back({line.client,
                              {static_cast<std::int64_t>(line.refused),
                               static_cast<std::int64_t>(line.accepted),
                               static_cast<std::int64_t>(line.users)}});
    return put(call, table);
}

// What a log summary begins with: all that came in, what came of it, and all that did not.
int report_summary(const Call& call)
{
    require_one_of(call, {"json", "csv"});
    const db::ReportRange range = range_of(call);
    const db::JournalSearch journal = open_journal(source_of(call));
    ReportTable table{"what", {"count", "octets"}, {}};
    const auto section = [&](std::string_view of,
                             const std::vector<db::ReportLine>& lines) {
        for (const db::ReportLine& line : lines)
            table.rows.push_back({std::string(of) + ' ' + line.name,
                                  {static_cast<std::int64_t>(line.count),
                                   static_cast<std::int64_t>(line.octets)}});
    };
    section("accepted from", db::messages_by_origin(journal, range));
    section("recipients", db::recipients_by_outcome(journal, range));
    section("refused", db::refusals_by_reason(journal, range));
    section("logins", db::logins_by_outcome(journal, range));
    section("events lost by", db::losses_by_program(journal, range));
    return put(call, table);
}

} // namespace journalq
