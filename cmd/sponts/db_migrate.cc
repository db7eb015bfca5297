// SPDX-License-Identifier: Apache-2.0
// sponts db migrate: makes the database, the journal, or the one of what logins teach, or
// brings it to the schema of this program.
#include "database.h"
#include "db/admin.h"
#include "db/journal_schema.h"
#include "db/policy_schema.h"

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

struct Which {
    std::string path;
    db::Migration (*migrate)(const std::string& path, base::milliseconds patience);
};

Which which_one(const Call& call)
{
    const auto path = [&](const std::string& configured) {
        return call.has("database") ? call.get("database") : configured;
    };
    const auto settings = [&] {
        return call.has("database") ? conf::Settings{} : conf::read_settings(call.config);
    };
    if (call.has("journal"))
        return {path(settings().journal.database), &db::migrate_journal};
    if (call.has("policy"))
        return {path(settings().ums.database), &db::migrate_policy};
    return {database_of(call), &db::migrate};
}

} // namespace

int db_migrate(const Call& call)
{
    const auto [path, migrate] = which_one(call);
    const db::Migration done = migrate(path, db::write_patience);
    if (done.from == 0)
        std::cerr << fmt::format("sponts: made {}\n", path);
    else if (done.from != done.to)
        std::cerr << fmt::format("sponts: {}: schema version {} is now {}\n", path,
                                 done.from, done.to);
    return EXIT_SUCCESS;
}

} // namespace sponts
