// SPDX-License-Identifier: Apache-2.0
// db/table.h - the tables that people fill, described for import, export and Writer:
// columns in order, what may stand in them, what stands there if nothing is said.
//
// A row here is a vector of texts in the order of the columns, in stored form.  Rows with
// the same first column are a group: a route, an address, or a single row elsewhere.
#pragma once

#include "db/fields.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace db {

enum class Kind : std::uint8_t { text, number, reference }; // reference: empty is NULL

using Row = std::vector<std::string>;

struct Column {
    std::string_view name;
    Checked (*check)(std::string_view text);
    std::string_view otherwise; // default, in stored form
    bool key = false;
    bool needed = false; // has no default
    Kind kind = Kind::text;
    // Where the default depends on the rest of the row; `otherwise` is empty then.
    std::string_view (*otherwise_for)(const Row& row) = nullptr;
};

struct Table {
    std::string_view name;
    std::span<const Column> columns;
    // What the columns of a row must keep together, the rows of a group among each other;
    // empty: nothing is wrong.
    std::string (*check_row)(const Row& row);
    std::string (*check_group)(std::span<const Row* const> rows);
    // Rows of a group with the same word here are replaced together by an import: the
    // routes of one service.
    std::string_view (*part)(const Row& row);

    [[nodiscard]] std::size_t column(std::string_view column_name) const; // or npos
    // The key columns of a row as one text.
    [[nodiscard]] std::string key(const Row& row) const;
    // Gives columns that hold nothing their default, if that depends on the rest of the
    // row: only those of the key, or all.
    void complete(Row& row, bool keys_only) const;
};

inline constexpr std::size_t no_column = static_cast<std::size_t>(-1);

// domains, routes, addresses, users, tenants, system_users; nullptr for any other name.
[[nodiscard]] const Table* find_table(std::string_view name);
[[nodiscard]] std::span<const Table> all_tables();

} // namespace db
