// SPDX-License-Identifier: Apache-2.0
// report ...: sums over a time; without one, over the last 24 hours.
#include "base/clock.h"
#include "command.h"
#include "conf/journal_selection.h"
#include "db/journal_reports.h"
#include "output.h"
#include "report_print.h"

#include <functional>
#include <limits>

namespace journalq {

namespace {

constexpr std::int64_t day = 86'400'000'000;
constexpr std::size_t usual_limit = 20;
constexpr std::size_t all_lines = std::numeric_limits<std::size_t>::max() >> 1;

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

void add(ReportTable& table, const std::vector<db::ReportLine>& lines, std::size_t limit)
{
    for (const db::ReportLine& line : lines) {
        if (table.rows.size() == limit)
            return;
        table.rows.push_back({line.name,
                              {static_cast<std::int64_t>(line.count),
                               static_cast<std::int64_t>(line.octets)}});
    }
}

using Ask = std::function<std::vector<db::ReportLine>(
    const db::JournalSearch& journal, const db::ReportRange& range, std::size_t limit)>;

// `count`: what is counted; the octets come second.
int report(const Call& call, std::string_view name, std::string_view count,
           std::size_t otherwise, const Ask& ask)
{
    require_one_of(call, {"json", "csv"});
    const db::ReportRange range = range_of(call);
    const std::size_t limit = limit_of(call, otherwise);
    ReportTable table{std::string(name), {std::string(count), "octets"}, {}};
    if (name == "hour" || name == "day")
        table.note = " (UTC)";
    if (name == "sender")
        table.nothing = "<>";
    add(table, ask(open_journal(source_of(call)), range, limit), limit);
    return put(call, table);
}

Ask volume_by(db::VolumeBy by)
{
    return [by](const auto& journal, const auto& range, std::size_t) {
        return db::volumes(journal, by, range);
    };
}

template <class Function>
Ask without_limit(Function function)
{
    return [function](const auto& journal, const auto& range, std::size_t) {
        return function(journal, range);
    };
}

} // namespace

int report_senders(const Call& call)
{
    return report(call, "sender", "messages", usual_limit, db::top_senders);
}

int report_recipients(const Call& call)
{
    return report(call, "recipient", "messages", usual_limit, db::top_recipients);
}

int report_clients(const Call& call)
{
    return report(call, "client", "messages", usual_limit, db::top_clients);
}

int report_hours(const Call& call)
{
    return report(call, "hour", "messages", all_lines, volume_by(db::VolumeBy::hour));
}

int report_days(const Call& call)
{
    return report(call, "day", "messages", all_lines, volume_by(db::VolumeBy::day));
}

int report_domains(const Call& call)
{
    return report(call, "domain", "messages", all_lines,
                  volume_by(db::VolumeBy::recipient_domain));
}

int report_tenants(const Call& call)
{
    return report(call, "tenant", "messages", all_lines, volume_by(db::VolumeBy::tenant));
}

int report_refusals(const Call& call)
{
    return report(call, "reason", "refusals", all_lines,
                  without_limit(db::refusals_by_reason));
}

int report_failures(const Call& call)
{
    return report(call, "answer", "recipients", all_lines,
                  without_limit(db::failures_by_answer));
}

int report_attachments(const Call& call)
{
    return report(call, "type", "attachments", all_lines,
                  without_limit(db::attachments_by_type));
}

int report_delays(const Call& call)
{
    require_one_of(call, {"json", "csv"});
    const db::ReportRange range = range_of(call);
    const db::DelayReport delays = db::delays(open_journal(source_of(call)), range);
    const ReportTable table{
        "milliseconds",
        {"deliveries", "p50", "p95", "p99"},
        {{"arrival to delivery",
          {static_cast<std::int64_t>(delays.count), delays.p50, delays.p95, delays.p99}}}};
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
    return put(call, table);
}

} // namespace journalq
