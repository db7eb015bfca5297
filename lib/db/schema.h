// SPDX-License-Identifier: Apache-2.0
// db/schema.h - the schema of sponts.db; db/admin.h has the way to it.
#pragma once

#include "db/sqlite.h"

namespace db {

// "spnt": tells sponts.db from other people's SQLite files (file(1) shows it).
inline constexpr int application_id = 0x73706e74;

// Throws Failure(fix_config) unless the database is of schema_version.
void require_version(const Sqlite& database);

} // namespace db
