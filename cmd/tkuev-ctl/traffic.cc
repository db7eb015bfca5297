// SPDX-License-Identifier: Apache-2.0
// tkuev-ctl traffic: what was captured and handed over, measure by measure, for the bill.
#include "base/failure.h"
#include "handed_over.h"
#include "li/words.h"
#include "office.h"
#include "print.h"
#include "text/json.h"
#include "traffic_sum.h"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <limits>

namespace tkuev {

namespace {

constexpr std::string_view counted[] = {"record", "receipt", "gap"};

struct Line {
    li::Measure measure;
    Traffic traffic;
};

struct Period {
    li::Time begin = 0;
    li::Time end = 0;
};

Period period_of(const Call& call)
{
    const Period period{.begin = time_option(call, "from", 0),
                        .end =
                            time_option(call, "to", std::numeric_limits<li::Time>::max())};
    if (period.begin >= period.end)
        throw base::Failure(base::Remedy::fix_arguments, "--from: must be before --to");
    return period;
}

constexpr auto row = "{:<8}  {:<25} {:>9} {:>14} {:>9} {:>14} {:>14}\n";

void print_row(std::string_view name, std::string_view reference, const Traffic& traffic)
{
    std::cout << fmt::format(row, name, reference, traffic.records, traffic.content,
                             traffic.delivered, traffic.octets, traffic.destroyed);
}

void print_text(const std::vector<Line>& lines)
{
    std::cout << fmt::format(row, "measure", "reference", "records", "content", "delivered",
                             "octets", "destroyed");
    Traffic all;
    for (const Line& line : lines) {
        print_row(short_name(line.measure), line.measure.reference, line.traffic);
        all += line.traffic;
    }
    if (lines.size() > 1)
        print_row("all", "", all);
}

void print_json(const std::vector<Line>& lines)
{
    std::string out;
    text::JsonWriter json(out);
    json.begin_array();
    for (const Line& line : lines)
        json.begin_object()
            .member("measure", li::hex(line.measure.handle))
            .member("reference", line.measure.reference)
            .member("authority", line.measure.authority)
            .member("test", line.measure.test)
            .member("records", line.traffic.records)
            .member("content", line.traffic.content)
            .member("delivered", line.traffic.delivered)
            .member("octets", line.traffic.octets)
            .member("destroyed", line.traffic.destroyed)
            .end_object();
    json.end_array();
    std::cout << out << '\n';
}

void print(const Call& call, const std::vector<Line>& lines)
{
    if (call.has("json"))
        print_json(lines);
    else
        print_text(lines);
}

// Of those whose ledger is sound; the others are refused.
li::Done print_traffic(const Call& call, Office& office, std::vector<li::Measure> measures,
                       const Period& period)
{
    write_ledgers(office);
    std::vector<Line> lines;
    std::string damaged;
    for (li::Measure& measure : measures) {
        const auto ledger = ledger_lines(office, measure, counted);
        if (ledger)
            lines.push_back(
                {std::move(measure), traffic_of(*ledger, period.begin, period.end)});
        else
            damaged += (damaged.empty() ? "" : "; ") + ledger.error();
    }
    print(call, lines);
    if (!damaged.empty())
        return std::unexpected(damaged);
    return {};
}

std::vector<li::Measure> all_by_reference(Office& office)
{
    std::vector<li::Measure> all = office.all();
    std::ranges::sort(all, [](const li::Measure& a, const li::Measure& b) {
        return std::pair(a.reference, a.handle) < std::pair(b.reference, b.handle);
    });
    return all;
}

} // namespace

int traffic(const Call& call)
{
    const Period period = period_of(call);
    Office office(call);
    if (call.operands.empty())
        return office.perform(entry_of("handover-traffic", ""), [&](const std::string&) {
            return print_traffic(call, office, all_by_reference(office), period);
        });
    const db::StoredMeasure stored = office.find(call.operands.front());
    return office.perform(entry_of("handover-traffic", stored.measure),
                          [&](const std::string&) {
                              return print_traffic(call, office, {stored.measure}, period);
                          });
}

} // namespace tkuev
