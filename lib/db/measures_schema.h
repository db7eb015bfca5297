// SPDX-License-Identifier: Apache-2.0
// db/measures_schema.h - the schema of measures.db and the way to it, as db/schema.h has it
// for sponts.db.
#pragma once

#include "db/sql.h"
#include "db/sqlite.h"

#include <span>

namespace db {

inline constexpr int measures_application_id = 0x73706c69; // "spli"

// The files of sql/li/, sorted by name; "schema.sql" is the last.
[[nodiscard]] std::span<const SqlFile> measures_sql();

// Throws Failure(fix_config) unless the database is of measures_version.
void require_measures_version(const Sqlite& database);

} // namespace db
