// SPDX-License-Identifier: Apache-2.0
// db/exchange.h - tables as CSV, in and out.
//
// Import is all or nothing: with one bad row nothing is written, and every bad row is told.
// It works by groups (db/table.h): the rows of a route or address in the file replace those
// the database has; groups that are not in the file stay, unless `replace` is given.  The
// routes of a pattern for mail, POP3 and IMAP are three.
#pragma once

#include "db/admin.h"

#include <cstdint>
#include <functional>
#include <vector>

namespace db {

// So many bad rows are told one by one; the rest is counted.
inline constexpr std::size_t max_told = 100;

struct BadRow {
    std::size_t line = 0; // of the file, from 1; 0: no line of it
    std::string why;
};

struct ImportOptions {
    bool replace = false; // remove what the file does not name
    bool dry_run = false; // do everything but commit
    base::milliseconds patience = write_patience;
    // Asked of what stands in the first column, of each group once: what is odd about it,
    // though it may stand there; empty: nothing.
    std::function<std::string(const std::string& name)> doubt{};
};

struct ImportResult {
    std::uint64_t added = 0;
    std::uint64_t changed = 0;
    std::uint64_t removed = 0;
    std::uint64_t unchanged = 0;
    std::vector<BadRow> odd{};  // what doubt() has said, at most max_told
    std::vector<BadRow> bad;    // at most max_told, in the order of the file
    std::uint64_t bad_rows = 0; // all of them; not 0: nothing was written
};

// `table` is one of table_names(); anything else is Failure(fix_arguments).
[[nodiscard]] ImportResult import_csv(const std::string& database, std::string_view table,
                                      std::string_view csv,
                                      const ImportOptions& options = {});

// Hands out the whole table as CSV, header first, in pieces: one consistent state.
void export_csv(const std::string& database, std::string_view table,
                const std::function<void(std::string_view)>& write);

// "domains, routes, addresses, users, tenants, system_users"
[[nodiscard]] std::string table_names();

} // namespace db
