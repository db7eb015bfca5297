// SPDX-License-Identifier: Apache-2.0
// sponts import TABLE [FILE]: CSV into a table, all or nothing.
#include "base/failure.h"
#include "base/file.h"
#include "database.h"
#include "db/exchange.h"

#include <fmt/format.h>

#include <array>
#include <iostream>
#include <pwd.h>
#include <unistd.h>

namespace sponts {

namespace {

// About four million routes; the whole file is held in memory.
constexpr std::size_t max_input = 256U << 20;

std::string read_input(const std::string& name)
{
    const bool standard = name == "-";
    std::string text = standard
                           ? base::read_all(STDIN_FILENO, "standard input",
                                            base::Remedy::check_disk, max_input)
                           : base::read_file(name, base::Remedy::supply_input, max_input);
    if (text.size() > max_input)
        throw base::Failure(base::Remedy::fix_data,
                            fmt::format("read {}: larger than {} bytes",
                                        standard ? "standard input" : name, max_input));
    return text;
}

std::string text_of(const std::string& name, const db::BadRow& row)
{
    return row.line == 0 ? fmt::format("sponts: {}: {}\n", name, row.why)
                         : fmt::format("sponts: {}:{}: {}\n", name, row.line, row.why);
}

// Users come and go, and one file may be for several machines.
std::string doubt_user(const std::string& name)
{
    constexpr uid_t nobody = 65'534;
    std::array<char, 16'384> space{};
    passwd entry{};
    passwd* found = nullptr;
    (void)::getpwnam_r(name.c_str(), &entry, space.data(), space.size(), &found);
    if (found == nullptr)
        return fmt::format("name: there is no user \"{}\" on this machine", name);
    if (found->pw_uid == 0)
        return fmt::format("name: \"{}\" is root, who needs no row", name);
    if (found->pw_uid == nobody)
        return fmt::format("name: \"{}\" is refused, whatever stands here", name);
    return {};
}

int report_bad(const std::string& name, const db::ImportResult& result)
{
    for (const db::BadRow& row : result.bad)
        std::cerr << text_of(name, row);
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
    const std::string input = call.operands.size() > 1 ? call.operands[1] : "-";
    const std::string name = input == "-" ? "standard input" : input;
    db::ImportOptions options{.replace = call.has("replace"),
                              .dry_run = call.has("dry-run")};
    if (table == "system_users")
        options.doubt = doubt_user;
    const db::ImportResult result =
        db::import_csv(database_of(call), table, read_input(input), options);
    if (result.bad_rows > 0)
        return report_bad(name, result);
    for (const db::BadRow& row : result.odd)
        std::cerr << text_of(name, row);
    if (options.dry_run)
        std::cout << fmt::format(
            "{}: {} to add, {} to change, {} to remove, {} unchanged\n", table,
            result.added, result.changed, result.removed, result.unchanged);
    return EXIT_SUCCESS;
}

} // namespace sponts
