// SPDX-License-Identifier: Apache-2.0
// db/versions.h - the versions of one kind of database, and the way from each to the last.
#pragma once

#include "db/admin.h"
#include "db/sql.h"
#include "db/sqlite.h"

#include <span>
#include <string_view>
#include <sys/types.h>

namespace db {

struct Kind {
    int application_id = 0; // tells it from other people's SQLite files
    int version = 0;        // PRAGMA user_version of the last
    // "0001-*.sql" and those that follow, then "schema.sql".
    std::span<const SqlFile> files;
    std::string_view name;    // "a journal"
    std::string_view migrate; // the command that does
    mode_t mode = 0640;       // of a file that is made
    Access access = Access::scrub;
};

// PRAGMA user_version; 0: nobody has made anything in it.
[[nodiscard]] int version_of(const Sqlite& database);

// Throws Failure: fix_data if it is another kind of database, fix_config if a newer program
// made it.
void refuse_others(const Kind& kind, const Sqlite& database);

// Makes the database or brings it to the last version, in one transaction.  Throws as
// refuse_others().
Migration migrate(const Kind& kind, const std::string& path, base::milliseconds patience);

// Throws Failure(fix_config) unless the database is of the last version; fix_data if the
// file is no database.  error(): not_a_database if it is something else, ENODATA if there
// is nothing in it.
void require_version(const Kind& kind, const Sqlite& database);

} // namespace db
