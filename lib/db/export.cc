// SPDX-License-Identifier: Apache-2.0
#include "db/exchange.h"
#include "db/schema.h"
#include "db/store.h"
#include "text/csv.h"

#include <fmt/format.h>

namespace db {

namespace {

constexpr std::size_t piece = 65536;
constexpr base::milliseconds patience{10'000};

std::string order_of(const Table& table)
{
    std::string keys;
    for (const Column& column : table.columns)
        if (column.key)
            keys += (keys.empty() ? "" : ", ") + std::string(column.name);
    return keys;
}

} // namespace

std::string table_names()
{
    std::string names;
    for (const Table& table : all_tables())
        names += (names.empty() ? "" : ", ") + std::string(table.name);
    return names;
}

void export_csv(const std::string& database, std::string_view name,
                const std::function<void(std::string_view)>& write)
{
    const Table* table = find_table(name);
    if (table == nullptr)
        throw base::Failure(base::Remedy::fix_arguments,
                            fmt::format("export {}: there are {}", name, table_names()));
    const Sqlite connection(database, Access::read, patience);
    require_version(connection);
    Statement rows =
        connection.prepare(select_all(*table) + " ORDER BY " + order_of(*table));

    std::string out;
    std::vector<std::string_view> fields;
    for (const Column& column : table->columns)
        fields.push_back(column.name);
    text::append_csv(out, fields);
    while (rows.step()) {
        for (std::size_t i = 0; i < fields.size(); ++i)
            fields[i] = rows.text(static_cast<int>(i));
        text::append_csv(out, fields);
        if (out.size() >= piece) {
            write(out);
            out.clear();
        }
    }
    write(out);
}

} // namespace db
