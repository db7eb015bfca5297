// SPDX-License-Identifier: Apache-2.0
// summary: how many messages wait for which domain, since when, and why.
//
// Needs no envelope, so it is quick however long the queue is.
#include "base/clock.h"
#include "command.h"
#include "print.h"
#include "select.h"
#include "text/json.h"
#include "text/visible.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iostream>
#include <unordered_map>

namespace queuectl {

namespace {

struct Tally {
    std::uint64_t messages = 0;
    std::uint64_t bytes = 0;
    std::int64_t oldest = 0;

    void add(const spool::Entry& entry)
    {
        oldest = messages == 0 ? entry.arrival() : std::min(oldest, entry.arrival());
        ++messages;
        bytes += entry.size();
    }
};

struct Age {
    std::int64_t below; // seconds
    std::string_view name;
};
constexpr std::array<Age, 6> ages = {{{300, "under 5m"},
                                      {3600, "5m to 1h"},
                                      {4 * 3600, "1h to 4h"},
                                      {86400, "4h to 1d"},
                                      {3 * 86400, "1d to 3d"},
                                      {INT64_MAX, "over 3d"}}};

using Tallies = std::unordered_map<spool::TextNumber, Tally>;

struct Sums {
    Tally all;
    std::uint64_t held = 0;
    Tallies destinations;
    Tallies reasons;
    std::array<Tally, ages.size()> by_age;

    // A message counts once for each domain and reason it waits for.
    void add(const spool::Entry& entry, std::int64_t now)
    {
        for (std::uint32_t i = 0; i < entry.recipients(); ++i) {
            if (!entry.waits(i))
                continue;
            domains_.push_back(entry.domain(i));
            reasons_.push_back(entry.held() || entry.reason(i) == 0 ? entry.reason()
                                                                    : entry.reason(i));
        }
        add_once(destinations, domains_, entry);
        add_once(reasons, reasons_, entry);
        all.add(entry);
        held += entry.held() ? 1 : 0;
        const auto age = std::ranges::find_if(
            ages, [&](const Age& one) { return now - entry.arrival() < one.below; });
        by_age[static_cast<std::size_t>(age - ages.begin())].add(entry);
    }

private:
    static void add_once(Tallies& tallies, std::vector<spool::TextNumber>& numbers,
                         const spool::Entry& entry)
    {
        std::ranges::sort(numbers);
        const auto twice = std::ranges::unique(numbers);
        numbers.erase(twice.begin(), twice.end());
        for (const spool::TextNumber number : numbers)
            tallies[number].add(entry);
        numbers.clear();
    }

    std::vector<spool::TextNumber> domains_;
    std::vector<spool::TextNumber> reasons_;
};

struct Row {
    std::string name;
    Tally tally;
};

// Most messages first.
std::vector<Row> rows_of(const Tallies& tallies, const spool::QueueView& view,
                         std::string_view unnamed)
{
    std::vector<Row> rows;
    for (const auto& [number, tally] : tallies)
        rows.push_back(
            {number == 0 ? std::string(unnamed) : std::string(view.text(number)), tally});
    std::ranges::sort(rows, [](const Row& one, const Row& other) {
        return std::pair(other.tally.messages, one.name) <
               std::pair(one.tally.messages, other.name);
    });
    return rows;
}

std::vector<Row> rows_of_ages(const Sums& sums)
{
    std::vector<Row> rows;
    for (std::size_t i = 0; i < ages.size(); ++i)
        rows.push_back({std::string(ages[i].name), sums.by_age[i]});
    return rows;
}

void print_table(std::string_view title, const std::vector<Row>& rows)
{
    std::cout << fmt::format("\n{:>10} {:>12}  {:<25}  {}\n", "messages", "bytes", "oldest",
                             title);
    for (const Row& row : rows)
        std::cout << fmt::format(
            "{:>10} {:>12}  {:<25}  {}\n", row.tally.messages, row.tally.bytes,
            row.tally.messages == 0 ? "-" : base::rfc3339(row.tally.oldest),
            text::visible(row.name));
}

void write_rows(text::JsonWriter& json, std::string_view list, std::string_view key,
                const std::vector<Row>& rows)
{
    json.key(list).begin_array();
    for (const Row& row : rows)
        json.begin_object()
            .member(key, row.name)
            .member("messages", row.tally.messages)
            .member("bytes", row.tally.bytes)
            .member("oldest", row.tally.oldest)
            .end_object();
    json.end_array();
}

struct Report {
    Tally all;
    std::uint64_t held;
    std::vector<Row> destinations;
    std::vector<Row> by_age;
    std::vector<Row> reasons;
};

std::string json_of(const Report& report)
{
    std::string out;
    text::JsonWriter json(out);
    json.begin_object()
        .member("messages", report.all.messages)
        .member("bytes", report.all.bytes)
        .member("held", report.held);
    write_rows(json, "destinations", "destination", report.destinations);
    write_rows(json, "ages", "age", report.by_age);
    write_rows(json, "reasons", "reason", report.reasons);
    json.end_object();
    out += '\n';
    return out;
}

void print(const Report& report)
{
    std::cout << fmt::format("{} messages, {} bytes, {} held\n", report.all.messages,
                             report.all.bytes, report.held);
    print_table("destination", report.destinations);
    print_table("age", report.by_age);
    print_table("reason", report.reasons);
}

} // namespace

int summary(const Call& call)
{
    const std::string spool = call.spool_directory();
    const spool::QueueView view(spool);
    spool::Sweep sweep(spool);
    Sums sums;
    const std::int64_t now = base::wall_seconds();
    for_each_meant(call, view, sweep,
                   [&](const spool::Entry& entry) { sums.add(entry, now); });
    const Report report{sums.all, sums.held,
                        rows_of(sums.destinations, view, "(no domain)"), rows_of_ages(sums),
                        rows_of(sums.reasons, view, "(not tried yet)")};
    if (call.json)
        std::cout << json_of(report);
    else
        print(report);
    return exit_done;
}

} // namespace queuectl
