// SPDX-License-Identifier: Apache-2.0
// db/journal_schema.h - the schema of journal.db and the way to it, as db/schema.h has it
// for sponts.db.
#pragma once

#include "db/admin.h"
#include "db/sql.h"
#include "db/sqlite.h"

#include <span>

namespace db {

inline constexpr int journal_version = 2;
inline constexpr int journal_application_id = 0x73706c6a; // "splj"

// The files of sql/journal/, sorted by name; "schema.sql" is the last.
[[nodiscard]] std::span<const SqlFile> journal_sql();

// Makes the database (mode 0640) or brings it to journal_version, in one transaction;
// throws as migrate() does.
Migration migrate_journal(const std::string& path,
                          base::milliseconds patience = write_patience);

// Throws Failure(fix_config) unless the database is of journal_version.
void require_journal_version(const Sqlite& database);

// For who was told of the file by a user, not by a configuration: fix_data if it is no
// journal, supply_input if there is nothing in it.
void require_journal(const Sqlite& database);

} // namespace db
