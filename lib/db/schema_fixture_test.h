// SPDX-License-Identifier: Apache-2.0
// db/schema_fixture_test.h - what each kind of database promises of its schema, and SQL by
// hand.
#pragma once

#include "db/fixture_test.h"
#include "db/sql.h"

#include <doctest/doctest.h>
#include <fstream>
#include <span>
#include <string>
#include <string_view>

namespace db::testing {

inline void by_hand(const std::string& path, const std::string& sql)
{
    Sqlite(path, Access::write, base::milliseconds{1000}).run(sql);
}

// What is no file is made one, empty; then these are run in it.
inline void run_files(const std::string& path, std::span<const SqlFile> files)
{
    std::ofstream(path, std::ios::app).close();
    for (const SqlFile& file : files)
        by_hand(path, std::string(file.text));
}

// What sqlite_master holds, without comments and with single spaces.
inline std::string shape(const std::string& path)
{
    const Sqlite database(path, Access::read, base::milliseconds{1000});
    std::string out;
    Statement rows = database.prepare(
        "SELECT type, name, coalesce(sql, '') FROM sqlite_master ORDER BY type, name");
    while (rows.step()) {
        out += std::string(rows.text(0)) + ' ' + std::string(rows.text(1)) + ' ';
        bool comment = false;
        const std::string_view sql = rows.text(2);
        for (std::size_t i = 0; i < sql.size(); ++i) {
            comment = comment ? sql[i] != '\n' : sql.substr(i).starts_with("--");
            const bool space = comment || sql[i] == ' ' || sql[i] == '\n';
            if (!space)
                out += sql[i];
            else if (out.back() != ' ')
                out += ' ';
        }
        out += '\n';
    }
    return out;
}

// There is one migration for each version, and the schema is the last file.
inline void check_files(std::span<const SqlFile> files, int version)
{
    REQUIRE(files.size() == static_cast<std::size_t>(version) + 1);
    CHECK(files.back().name == "schema.sql");
    for (int i = 1; i <= version; ++i)
        CHECK(std::stoi(std::string(files[static_cast<std::size_t>(i - 1)].name)) == i);
}

// The schema and the migrations make the same database, with this table.
inline void check_both_ways(std::span<const SqlFile> files, const std::string& table)
{
    const Folder folder;
    run_files(folder.file("once"), files.last(1));
    run_files(folder.file("in-steps"), files.first(files.size() - 1));
    CHECK(shape(folder.file("once")) == shape(folder.file("in-steps")));
    CHECK(shape(folder.file("once")).contains("table " + table + " "));
}

} // namespace db::testing
