// SPDX-License-Identifier: Apache-2.0
// db/store.h - reading and writing the rows of any db::Table, and the transaction around
// it.
#pragma once

#include "db/sqlite.h"
#include "db/table.h"
#include "db/ticket.h"

#include <memory>

namespace db {

// One write transaction: the ticket, a connection, BEGIN.  Rolled back unless committed.
class Session {
public:
    // The database must exist and be of schema_version.
    Session(const std::string& path, base::milliseconds patience);
    void commit();
    [[nodiscard]] const Sqlite& database() const { return database_; }

private:
    Sqlite database_; // first: a missing file must not leave a ticket behind
    Ticket ticket_;
    std::unique_ptr<Transaction> transaction_;
};

class Store {
public:
    Store(const Sqlite& database, const Table& table);

    // The rows whose first column is `name`.
    [[nodiscard]] std::vector<Row> group(std::string_view name);
    // The first columns of all rows, each once, in order.
    [[nodiscard]] std::vector<std::string> groups() const;
    // Adds the row, or changes the one with its key.
    void put(const Row& row);
    void remove(const Row& row);

private:
    const Table* table_;
    const Sqlite* database_;
    Statement select_;
    Statement put_;
    Statement remove_;
};

// "SELECT name, verify, ... FROM domains", to be continued by WHERE or ORDER BY.
[[nodiscard]] std::string select_all(const Table& table);
[[nodiscard]] Row read_row(const Table& table, const Statement& statement);

} // namespace db
