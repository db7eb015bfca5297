// SPDX-License-Identifier: Apache-2.0
#include "db/journal_reports.h"

#include "db/journal_tenants.h"
#include "text/words.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <span>
#include <tuple>
#include <utility>

namespace db {

namespace {

// In all queries ?1 to ?2 are the keys, ?3 is the tenant or empty, ?4 how many lines.  "+"
// keeps the planner from following an index through all times.  Tenants are asked for by
// the row's own number.
constexpr std::string_view of_tenant =
    "(?3 = '' OR +{}.tenant IN (SELECT id FROM labels"
    " WHERE instr(char(9) || text || char(9), char(9) || ?3 || char(9)) > 0))";

// Accepted messages: not those of whom only results are filed so far.
constexpr std::string_view of_messages =
    "m.key >= ?1 AND m.key < ?2 AND +m.kind = 0 AND +m.known = 1 AND ";

constexpr std::string_view senders_query =
    "SELECT coalesce(a.address, ''), count(*) AS n, sum(m.size) FROM messages m"
    " LEFT JOIN addresses a ON a.id = m.sender"
    " WHERE {messages}"
    " GROUP BY +m.sender ORDER BY n DESC, 1 LIMIT ?4";

constexpr std::string_view recipients_query =
    "SELECT a.address, count(*) AS n, sum(m.size) FROM messages m"
    " CROSS JOIN recipients r CROSS JOIN addresses a"
    " WHERE {messages}"
    " AND r.message = m.key AND a.id = r.address"
    " GROUP BY +r.address ORDER BY n DESC, 1 LIMIT ?4";

std::string times_query(std::string_view format)
{
    return fmt::format(
        "SELECT strftime('{}', (m.key >> 10) / 1000000, 'unixepoch') AS time,"
        " count(*), sum(m.size) FROM messages m WHERE {{messages}}"
        " GROUP BY time ORDER BY time LIMIT ?4",
        format);
}
constexpr std::string_view hours = "%Y-%m-%dT%H";
constexpr std::string_view days = "%Y-%m-%d";

constexpr std::string_view domains_query =
    "SELECT d.name, count(DISTINCT m.key) AS n,"
    " sum(CASE WHEN EXISTS (SELECT 1 FROM recipients e WHERE e.message = m.key"
    "     AND +e.domain = r.domain AND e.address < r.address) THEN 0 ELSE m.size END)"
    " FROM messages m CROSS JOIN recipients r CROSS JOIN domains d"
    " WHERE {messages}"
    " AND r.message = m.key AND d.id = r.domain"
    " GROUP BY +r.domain ORDER BY n DESC, 1 LIMIT ?4";

constexpr std::string_view tenants_query =
    "SELECT coalesce(t.text, ''), count(*) AS n, sum(m.size) FROM messages m"
    " LEFT JOIN labels t ON t.id = m.tenant"
    " WHERE {messages}"
    " GROUP BY +m.tenant LIMIT ?4";

constexpr std::string_view reasons_query =
    "SELECT coalesce(l.text, ''), count(*) AS n, sum(m.size) FROM refusals f"
    " CROSS JOIN messages m LEFT JOIN labels l ON l.id = f.reason"
    " WHERE f.message >= ?1 AND f.message < ?2 AND m.key = f.message"
    " AND {tenant}"
    " GROUP BY +f.reason ORDER BY n DESC, 1 LIMIT ?4";

constexpr std::string_view types_query =
    "SELECT coalesce(l.text, ''), count(*) AS n, sum(f.size) FROM attachments f"
    " CROSS JOIN messages m LEFT JOIN labels l ON l.id = coalesce(f.found, f.declared)"
    " WHERE f.message >= ?1 AND f.message < ?2 AND m.key = f.message"
    " AND {tenant}"
    " GROUP BY coalesce(f.found, f.declared) ORDER BY n DESC, 1 LIMIT ?4";

constexpr std::string_view clients_query =
    "SELECT c.address, count(*) AS n, sum(m.size) FROM messages m"
    " CROSS JOIN clients c"
    " WHERE {messages} AND c.id = m.client"
    " GROUP BY c.address ORDER BY n DESC, 1 LIMIT ?4";

constexpr std::string_view failures_query =
    "SELECT trim(coalesce(r.enhanced, '') || ' ' || coalesce(l.text, '')) AS answer,"
    " count(*) AS n, sum(m.size) FROM recipients r CROSS JOIN messages m"
    " LEFT JOIN labels l ON l.id = r.relay"
    " WHERE r.message >= ?1 AND r.message < ?2 AND m.key = r.message AND +m.kind = 0"
    " AND (+r.result IN (2, 3) OR (+r.result = 0 AND r.attempts > 0))"
    " AND {tenant}"
    " GROUP BY answer ORDER BY n DESC, 1 LIMIT ?4";

constexpr std::string_view origins_query =
    "SELECT m.origin, count(*), sum(m.size) FROM messages m"
    " WHERE {messages}"
    " GROUP BY +m.origin ORDER BY 1 LIMIT ?4";

constexpr std::string_view outcomes_query =
    "SELECT r.result, count(*), 0 FROM recipients r CROSS JOIN messages m"
    " WHERE r.message >= ?1 AND r.message < ?2 AND m.key = r.message AND +m.kind = 0"
    " AND {tenant}"
    " GROUP BY +r.result ORDER BY 1 LIMIT ?4";

constexpr std::string_view login_outcomes_query =
    "SELECT g.result, count(*), 0 FROM logins g WHERE g.key >= ?1 AND g.key < ?2"
    " AND {login_tenant}"
    " GROUP BY +g.result ORDER BY 1 LIMIT ?4";

constexpr std::string_view losses_query =
    "SELECT coalesce(p.text, ''), sum(x.events) AS n, 0 FROM losses x"
    " LEFT JOIN labels p ON p.id = x.program"
    " WHERE x.key >= ?1 AND x.key < ?2 AND ?3 = ''"
    " GROUP BY +x.program ORDER BY n DESC, 1 LIMIT ?4";

constexpr std::string_view logins_query =
    "SELECT coalesce(c.address, ''), sum(g.result = 1) AS n, sum(g.result = 0),"
    " count(DISTINCT g.account) FROM logins g LEFT JOIN clients c ON c.id = g.client"
    " WHERE g.key >= ?1 AND g.key < ?2"
    " AND {login_tenant}"
    " GROUP BY c.address HAVING n > 0 ORDER BY n DESC, 1 LIMIT ?4";

constexpr std::string_view delays_query =
    "SELECT (r.last - (r.message >> 10)) / 1000 AS delay, count(*) AS n FROM recipients r"
    " CROSS JOIN messages m WHERE r.message >= ?1 AND r.message < ?2 AND m.key = r.message"
    " AND +r.result = 1 AND +m.known = 1"
    " AND {tenant}"
    " GROUP BY delay ORDER BY delay LIMIT ?4";

std::string whole(std::string_view query)
{
    const std::string tenant = fmt::format(of_tenant, 'm');
    return fmt::format(fmt::runtime(query), fmt::arg("tenant", tenant),
                       fmt::arg("login_tenant", fmt::format(of_tenant, 'g')),
                       fmt::arg("messages", std::string(of_messages) + tenant));
}

Statement ask(const JournalSearch& journal, std::string_view sql, const ReportRange& range,
              std::size_t limit)
{
    Statement rows = journal.database().prepare(whole(sql));
    rows.bind(1, first_key(range.from));
    rows.bind(2,
              range.to > 0 ? first_key(range.to) : std::numeric_limits<JournalKey>::max());
    rows.bind(3, range.tenant).bind(4, static_cast<std::int64_t>(limit));
    return rows;
}

std::vector<ReportLine> lines(const JournalSearch& journal, std::string_view sql,
                              const ReportRange& range, std::size_t limit = all_lines)
{
    Statement rows = ask(journal, sql, range, limit);
    std::vector<ReportLine> all;
    while (rows.step())
        all.push_back({std::string(rows.text(0)),
                       static_cast<std::uint64_t>(rows.number(1)),
                       static_cast<std::uint64_t>(rows.number(2))});
    return all;
}

// Their names are places in a table of words.
std::vector<ReportLine> worded(std::vector<ReportLine> all,
                               std::span<const std::string_view> words)
{
    for (ReportLine& line : all)
        if (const auto place = text::number_in<std::size_t>(line.name);
            place && *place < words.size())
            line.name = words[*place];
    return all;
}

// A message of several tenants counts for each of them.
std::vector<ReportLine> by_tenant(const JournalSearch& journal, const ReportRange& range,
                                  std::size_t limit)
{
    std::map<std::string, ReportLine, std::less<>> sums;
    const auto add = [&](std::string_view tenant, const ReportLine& line) {
        if (!range.tenant.empty() && tenant != range.tenant)
            return;
        ReportLine& sum = sums[std::string(tenant)];
        sum.count += line.count;
        sum.octets += line.octets;
    };
    for (const ReportLine& line : lines(journal, tenants_query, range)) {
        if (line.name.empty())
            add({}, line);
        for_each_tenant(line.name, [&](std::string_view tenant) { add(tenant, line); });
    }
    std::vector<ReportLine> all;
    for (auto& [tenant, sum] : sums)
        all.push_back({tenant, sum.count, sum.octets});
    std::ranges::sort(all, [](const ReportLine& a, const ReportLine& b) {
        return std::tie(b.count, a.name) < std::tie(a.count, b.name);
    });
    all.resize(std::min(all.size(), limit));
    return all;
}

} // namespace

std::vector<ReportLine> top_senders(const JournalSearch& journal, const ReportRange& range,
                                    std::size_t limit)
{
    return lines(journal, senders_query, range, limit);
}

std::vector<ReportLine> top_recipients(const JournalSearch& journal,
                                       const ReportRange& range, std::size_t limit)
{
    return lines(journal, recipients_query, range, limit);
}

std::vector<ReportLine> volumes(const JournalSearch& journal, VolumeBy by,
                                const ReportRange& range, std::size_t limit)
{
    switch (by) {
    case VolumeBy::hour:
        return lines(journal, times_query(hours), range, limit);
    case VolumeBy::day:
        return lines(journal, times_query(days), range, limit);
    case VolumeBy::recipient_domain:
        return lines(journal, domains_query, range, limit);
    case VolumeBy::tenant:
        break;
    }
    return by_tenant(journal, range, limit);
}

std::vector<ReportLine> refusals_by_reason(const JournalSearch& journal,
                                           const ReportRange& range, std::size_t limit)
{
    return lines(journal, reasons_query, range, limit);
}

std::vector<ReportLine> attachments_by_type(const JournalSearch& journal,
                                            const ReportRange& range, std::size_t limit)
{
    return lines(journal, types_query, range, limit);
}

std::vector<ReportLine> top_clients(const JournalSearch& journal, const ReportRange& range,
                                    std::size_t limit)
{
    return lines(journal, clients_query, range, limit);
}

std::vector<ReportLine> failures_by_answer(const JournalSearch& journal,
                                           const ReportRange& range, std::size_t limit)
{
    return lines(journal, failures_query, range, limit);
}

std::vector<ReportLine> messages_by_origin(const JournalSearch& journal,
                                           const ReportRange& range)
{
    return worded(lines(journal, origins_query, range), origin_words);
}

std::vector<ReportLine> recipients_by_outcome(const JournalSearch& journal,
                                              const ReportRange& range)
{
    return worded(lines(journal, outcomes_query, range), outcome_words);
}

std::vector<ReportLine> logins_by_outcome(const JournalSearch& journal,
                                          const ReportRange& range)
{
    return worded(lines(journal, login_outcomes_query, range), login_outcome_words);
}

std::vector<ReportLine> losses_by_program(const JournalSearch& journal,
                                          const ReportRange& range)
{
    return lines(journal, losses_query, range);
}

std::vector<LoginLine> refused_logins(const JournalSearch& journal,
                                      const ReportRange& range, std::size_t limit)
{
    Statement rows = ask(journal, logins_query, range, limit);
    std::vector<LoginLine> all;
    while (rows.step())
        all.push_back({std::string(rows.text(0)),
                       static_cast<std::uint64_t>(rows.number(1)),
                       static_cast<std::uint64_t>(rows.number(2)),
                       static_cast<std::uint64_t>(rows.number(3))});
    return all;
}

// The smallest delay that so many percent do not exceed.
DelayReport delays(const JournalSearch& journal, const ReportRange& range)
{
    Statement rows = ask(journal, delays_query, range, all_lines);
    std::vector<std::pair<std::int64_t, std::uint64_t>> counts;
    DelayReport report;
    while (rows.step()) {
        counts.emplace_back(rows.number(0), static_cast<std::uint64_t>(rows.number(1)));
        report.count += counts.back().second;
    }
    const auto percentile = [&](std::uint64_t percent) {
        const std::uint64_t needed = (report.count * percent + 99) / 100;
        std::uint64_t seen = 0;
        for (const auto& [delay, count] : counts)
            if ((seen += count) >= needed)
                return delay;
        return std::int64_t{0};
    };
    report.p50 = percentile(50);
    report.p95 = percentile(95);
    report.p99 = percentile(99);
    return report;
}

std::vector<std::string> report_queries()
{
    std::vector<std::string> all{whole(times_query(hours)), whole(times_query(days))};
    for (const std::string_view query :
         {senders_query, recipients_query, domains_query, tenants_query, reasons_query,
          types_query, delays_query, clients_query, failures_query, origins_query,
          outcomes_query, login_outcomes_query, logins_query, losses_query})
        all.push_back(whole(query));
    return all;
}

} // namespace db
