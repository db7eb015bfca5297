// SPDX-License-Identifier: Apache-2.0
// db/csv_rows.h - a CSV file as rows of a table, each value checked by itself.  What rows
// must keep together, and with the database, is import.cc's business.
#pragma once

#include "db/exchange.h"
#include "db/table.h"

namespace db {

class Complaints {
public:
    void add(std::size_t line, std::string why);
    [[nodiscard]] std::uint64_t count() const { return count_; }
    // In the order of the file.
    [[nodiscard]] std::vector<BadRow> told() const;

private:
    std::vector<BadRow> told_;
    std::uint64_t count_ = 0;
};

struct FileRow {
    std::size_t line = 0;
    Row row;                   // in stored form; see Table::complete()
    std::string password;      // table users, column "password": never stored
    bool new_password = false; // password_hash and scram are made from one
};

struct FileRows {
    std::vector<bool> given; // for each column: the file has it
    std::vector<FileRow> rows;
};

// No rows if the header does not fit.
[[nodiscard]] FileRows read_rows(const Table& table, std::string_view csv,
                                 Complaints& complaints);

} // namespace db
