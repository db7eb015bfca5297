// SPDX-License-Identifier: Apache-2.0
// sponts import TABLE [FILE]: CSV into a table, all or nothing.
#include "base/failure.h"
#include "database.h"
#include "db/exchange.h"

#include <fmt/format.h>

#include <fstream>
#include <iostream>
#include <iterator>

namespace sponts {

namespace {

// About four million routes; the whole file is held in memory.
constexpr std::size_t max_input = 256U << 20;

std::string read_stream(std::istream& in, const std::string& name)
{
    std::string text;
    char piece[65536];
    while (in.read(piece, sizeof piece) || in.gcount() > 0) {
        text.append(piece, static_cast<std::size_t>(in.gcount()));
        if (text.size() > max_input)
            throw base::Failure(
                base::Remedy::fix_data,
                fmt::format("read {}: larger than {} bytes", name, max_input));
    }
    if (in.bad())
        base::fail_errno("read", name);
    return text;
}

std::string read_input(const std::string& name)
{
    if (name == "-")
        return read_stream(std::cin, "standard input");
    std::ifstream file(name, std::ios::binary);
    if (!file)
        base::fail_errno("open", name, base::Remedy::supply_input);
    return read_stream(file, name);
}

int report_bad(const std::string& name, const db::ImportResult& result)
{
    for (const db::BadRow& row : result.bad)
        std::cerr << (row.line == 0
                          ? fmt::format("sponts: {}: {}\n", name, row.why)
                          : fmt::format("sponts: {}:{}: {}\n", name, row.line, row.why));
    std::cerr << fmt::format(
        "sponts: {}: {} bad rows{}, nothing was imported\n", name, result.bad_rows,
        result.bad_rows > result.bad.size() ? fmt::format(" ({} shown)", result.bad.size())
                                            : "");
    return static_cast<int>(base::Remedy::fix_data);
}

} // namespace

int import_table(const Call& call)
{
    const std::string& table = call.operands.at(0);
    const std::string name = call.operands.size() > 1 ? call.operands[1] : "-";
    const db::ImportOptions options{.replace = call.has("replace"),
                                    .dry_run = call.has("dry-run")};
    const db::ImportResult result =
        db::import_csv(database_of(call), table, read_input(name), options);
    if (result.bad_rows > 0)
        return report_bad(name == "-" ? "standard input" : name, result);
    if (options.dry_run)
        std::cout << fmt::format(
            "{}: {} to add, {} to change, {} to remove, {} unchanged\n", table,
            result.added, result.changed, result.removed, result.unchanged);
    return EXIT_SUCCESS;
}

} // namespace sponts
