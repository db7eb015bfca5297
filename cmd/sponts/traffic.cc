// SPDX-License-Identifier: Apache-2.0
// sponts traffic [LOG-FILE ...]: what the log says was carried for each tenant.
#include "base/failure.h"
#include "database.h"
#include "db/admin.h"
#include "db/directory.h"
#include "traffic_count.h"
#include "traffic_input.h"
#include "traffic_print.h"

#include <fmt/format.h>

#include <iostream>
#include <unistd.h>

namespace sponts {

namespace {

using By = TrafficSums::By;

[[noreturn]] void refuse(std::string_view option, std::string_view why)
{
    throw base::Failure(base::Remedy::fix_arguments, fmt::format("--{}: {}", option, why));
}

By by_of(const Call& call)
{
    const std::string word = call.get("by");
    if (!call.has("by") || word == "tenant")
        return By::tenant;
    if (word != "domain")
        refuse("by", "is tenant or domain, not " + word);
    return By::domain;
}

void read_time(const Call& call, std::string_view option, li::Time& time)
{
    if (!call.has(option))
        return;
    const auto read = li::parse_time(call.get(option));
    if (!read)
        refuse(option, read.error().english);
    time = *read;
}

Period period_of(const Call& call)
{
    Period period;
    read_time(call, "from", period.from);
    read_time(call, "to", period.to);
    if (period.from >= period.to)
        refuse("to", "is not after --from");
    return period;
}

TrafficSums::FindDomain own_domains(db::Directory& directory)
{
    return [&directory](std::string_view name) -> std::optional<OwnDomain> {
        std::optional<db::Domain> domain = directory.domain(name);
        if (!domain)
            return std::nullopt;
        return OwnDomain{std::move(domain->tenant), std::move(domain->name)};
    };
}

void read_all(const Call& call, TrafficCount& count)
{
    const LineTaker taker{.line = [&count](std::string_view line) { count.line(line); },
                          .broken_line = [&count] { count.broken_line(); }};
    if (call.operands.empty())
        read_lines(STDIN_FILENO, "standard input", taker);
    for (const std::string& file : call.operands)
        if (file == "-")
            read_lines(STDIN_FILENO, "standard input", taker);
        else
            read_lines(file, taker);
}

void say_what_was_skipped(const TrafficCount& count)
{
    std::string text;
    if (count.not_understood() > 0)
        text = fmt::format("{} not understood", count.not_understood());
    if (count.without_time() > 0)
        text += fmt::format("{}{} without a time", text.empty() ? "" : ", ",
                            count.without_time());
    if (!text.empty())
        std::cerr << "sponts: lines skipped: " << text << '\n';
}

} // namespace

int traffic(const Call& call)
{
    const By by = by_of(call);
    const Period period = period_of(call);
    const std::string database = database_of(call);
    db::check_database(database); // before much is read for nothing
    db::Directory directory(database);
    TrafficSums sums(by, own_domains(directory));
    TrafficCount count(sums, period);
    read_all(call, count);
    const std::vector<TrafficRow> rows = sums.rows();
    std::cout << (call.has("json") ? traffic_json(rows, by) : traffic_table(rows, by));
    if (!std::cout.flush())
        base::fail_errno("write", "standard output");
    say_what_was_skipped(count);
    return EXIT_SUCCESS;
}

} // namespace sponts
