// SPDX-License-Identifier: Apache-2.0
// db/versions.h - the versions of one kind of database, and the way from each to the last.
// sponts.db has db/schema.h.
#pragma once

#include "db/admin.h"
#include "db/sql.h"
#include "db/sqlite.h"

#include <span>
#include <string_view>

namespace db {

struct Kind {
    int application_id = 0; // tells it from other people's SQLite files
    int version = 0;        // PRAGMA user_version of the last
    // "0001-*.sql" and those that follow, then "schema.sql".
    std::span<const SqlFile> files;
    std::string_view name;    // "a journal"
    std::string_view migrate; // the command that does
};

// Makes the database (mode 0640; deleted rows leave nothing in it) or brings it to the last
// version, in one transaction; throws as migrate() of db/admin.h does.
Migration migrate(const Kind& kind, const std::string& path, base::milliseconds patience);

// Throws Failure(fix_config) unless the database is of the last version.
void require_version(const Kind& kind, const Sqlite& database);

} // namespace db
