// SPDX-License-Identifier: Apache-2.0
// sponts db migrate: makes the database, or the journal, or brings it to the schema of
// this program.
#include "database.h"
#include "db/admin.h"
#include "db/journal_schema.h"

#include <fmt/format.h>

#include <iostream>

namespace sponts {

std::string database_of(const Call& call)
{
    if (call.has("database"))
        return call.get("database");
    return conf::read_settings(call.config).general.database;
}

namespace {

std::string journal_of(const Call& call)
{
    if (call.has("database"))
        return call.get("database");
    return conf::read_settings(call.config).journal.database;
}

} // namespace

int db_migrate(const Call& call)
{
    const bool journal = call.has("journal");
    const std::string path = journal ? journal_of(call) : database_of(call);
    const db::Migration done = journal ? db::migrate_journal(path) : db::migrate(path);
    if (done.from == 0)
        std::cerr << fmt::format("sponts: made {}\n", path);
    else if (done.from != done.to)
        std::cerr << fmt::format("sponts: {}: schema version {} is now {}\n", path,
                                 done.from, done.to);
    return EXIT_SUCCESS;
}

} // namespace sponts
