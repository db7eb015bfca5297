// SPDX-License-Identifier: Apache-2.0
// db/schema.h - versions of the schema and the way from one to the next.
#pragma once

#include "db/sqlite.h"

namespace db {

// "spnt": tells sponts.db from other people's SQLite files (file(1) shows it).
inline constexpr int application_id = 0x73706e74;

// Throws Failure(fix_config) unless the database is of schema_version.
void require_version(const Sqlite& database);

// The two ways to schema_version, inside a transaction of the caller.
void create_schema(const Sqlite& database);
void run_migrations(const Sqlite& database, int from);

} // namespace db
