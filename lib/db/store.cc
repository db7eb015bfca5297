// SPDX-License-Identifier: Apache-2.0
#include "db/store.h"

#include "db/schema.h"

#include <fmt/format.h>

#include <charconv>

namespace db {

namespace {

// A checkpoint every 4000 pages: rarely enough to be cheap, often enough that -wal stays
// below about 16 MB.
constexpr const char* settings = "PRAGMA synchronous = FULL;"
                                 "PRAGMA wal_autocheckpoint = 4000;"
                                 "PRAGMA foreign_keys = ON";

// The words are ours: column and table names of table.cc, never anything from outside.
std::string list(const Table& table, bool keys_only, std::string_view form,
                 std::string_view between)
{
    std::string out;
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
        if (keys_only && !table.columns[i].key)
            continue;
        if (!out.empty())
            out += between;
        out += fmt::format(fmt::runtime(form), table.columns[i].name, i + 1);
    }
    return out;
}

std::string upsert(const Table& table)
{
    return fmt::format("INSERT INTO {} ({}) VALUES ({}) ON CONFLICT ({}) DO UPDATE SET {}",
                       table.name, list(table, false, "{0}", ", "),
                       list(table, false, "?{1}", ", "), list(table, true, "{0}", ", "),
                       list(table, false, "{0} = excluded.{0}", ", "));
}

void bind(Statement& statement, const Table& table, const Row& row, bool keys_only)
{
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
        const Column& column = table.columns[i];
        const int index = static_cast<int>(i) + 1;
        if (keys_only && !column.key)
            continue;
        if (column.kind == Kind::reference && row[i].empty()) {
            statement.bind_null(index);
        } else if (column.kind == Kind::number) {
            std::int64_t value = 0;
            std::from_chars(row[i].data(), row[i].data() + row[i].size(), value);
            statement.bind(index, value);
        } else {
            statement.bind(index, row[i]);
        }
    }
}

} // namespace

Session::Session(const std::string& path, base::milliseconds patience)
    : database_(path, Access::write, patience), ticket_(path, patience)
{
    require_version(database_);
    database_.run(settings);
    transaction_ = std::make_unique<Transaction>(database_);
}

void Session::commit()
{
    transaction_->commit();
    // Into the file itself, while we have the ticket: readers that may not write -shm read
    // the whole of -wal each time.  What cannot be moved now is moved by the next one.
    database_.run("PRAGMA wal_checkpoint(PASSIVE)");
}

std::string select_all(const Table& table)
{
    return fmt::format("SELECT {} FROM {}", list(table, false, "{0}", ", "), table.name);
}

Row read_row(const Table& table, const Statement& statement)
{
    Row row;
    row.reserve(table.columns.size());
    for (std::size_t i = 0; i < table.columns.size(); ++i)
        row.emplace_back(statement.text(static_cast<int>(i))); // NULL reads as empty
    return row;
}

Store::Store(const Sqlite& database, const Table& table)
    : table_(&table), database_(&database),
      select_(database.prepare(
          fmt::format("{} WHERE {} = ?1", select_all(table), table.columns[0].name))),
      put_(database.prepare(upsert(table))),
      remove_(database.prepare(fmt::format("DELETE FROM {} WHERE {}", table.name,
                                           list(table, true, "{0} = ?{1}", " AND "))))
{
}

std::vector<Row> Store::group(std::string_view name)
{
    std::vector<Row> rows;
    select_.bind(1, name);
    while (select_.step())
        rows.push_back(read_row(*table_, select_));
    return rows;
}

std::vector<std::string> Store::groups() const
{
    std::vector<std::string> names;
    Statement all =
        database_->prepare(fmt::format("SELECT DISTINCT {0} FROM {1} ORDER BY {0}",
                                       table_->columns[0].name, table_->name));
    while (all.step())
        names.emplace_back(all.text(0));
    return names;
}

void Store::put(const Row& row)
{
    bind(put_, *table_, row, false);
    put_.run();
}

void Store::remove(const Row& row)
{
    bind(remove_, *table_, row, true);
    remove_.run();
}

} // namespace db
