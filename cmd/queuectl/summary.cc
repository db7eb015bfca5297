// SPDX-License-Identifier: Apache-2.0
// summary: how many messages wait for which domain, since when, and why.
//
// Needs no envelope, so it is quick however long the queue is.
#include "base/clock.h"
#include "command.h"
#include "print.h"
#include "select.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iostream>
#include <set>
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
        std::set<spool::TextNumber> domains;
        std::set<spool::TextNumber> why;
        for (std::uint32_t i = 0; i < entry.recipients(); ++i) {
            if (!entry.waits(i))
                continue;
            domains.insert(entry.domain(i));
            why.insert(entry.held() || entry.reason(i) == 0 ? entry.reason()
                                                            : entry.reason(i));
        }
        for (const spool::TextNumber domain : domains)
            destinations[domain].add(entry);
        for (const spool::TextNumber reason : why)
            reasons[reason].add(entry);
        all.add(entry);
        held += entry.held() ? 1 : 0;
        const auto age = std::ranges::find_if(
            ages, [&](const Age& one) { return now - entry.arrival() < one.below; });
        by_age[static_cast<std::size_t>(age - ages.begin())].add(entry);
    }
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
            printable(row.name));
}

Json json_rows(std::string_view key, const std::vector<Row>& rows)
{
    Json json = Json::array();
    for (const Row& row : rows)
        json.push_back({{key, row.name},
                        {"messages", row.tally.messages},
                        {"bytes", row.tally.bytes},
                        {"oldest", row.tally.oldest}});
    return json;
}

} // namespace

int summary(const Call& call)
{
    const std::string spool = call.spool_directory();
    const spool::QueueView view(spool);
    spool::Reader reader(spool);
    Sums sums;
    const std::int64_t now = base::wall_seconds();
    for (const spool::Entry* const entry : select(call, view, reader))
        sums.add(*entry, now);
    const auto destinations = rows_of(sums.destinations, view, "(no domain)");
    const auto reasons = rows_of(sums.reasons, view, "(not tried yet)");
    if (call.json) {
        std::cout << dump({{"messages", sums.all.messages},
                           {"bytes", sums.all.bytes},
                           {"held", sums.held},
                           {"destinations", json_rows("destination", destinations)},
                           {"ages", json_rows("age", rows_of_ages(sums))},
                           {"reasons", json_rows("reason", reasons)}})
                  << '\n';
        return exit_done;
    }
    std::cout << fmt::format("{} messages, {} bytes, {} held\n", sums.all.messages,
                             sums.all.bytes, sums.held);
    print_table("destination", destinations);
    print_table("age", rows_of_ages(sums));
    print_table("reason", reasons);
    return exit_done;
}

} // namespace queuectl
