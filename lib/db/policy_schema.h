// SPDX-License-Identifier: Apache-2.0
// db/policy_schema.h - the schema of policy.db and the way to it, as db/schema.h has it for
// sponts.db.
#pragma once

#include "db/admin.h"
#include "db/sql.h"
#include "db/sqlite.h"

#include <span>

namespace db {

inline constexpr int policy_version = 1;
inline constexpr int policy_application_id = 0x73706c70; // "splp"

// The files of sql/policy/, sorted by name; "schema.sql" is the last.
[[nodiscard]] std::span<const SqlFile> policy_sql();

// Makes the database (mode 0640) or brings it to policy_version, in one transaction; throws
// as migrate() does.
Migration migrate_policy(const std::string& path,
                         base::milliseconds patience = write_patience);

// Throws Failure(fix_config) unless the database is of policy_version.
void require_policy_version(const Sqlite& database);

} // namespace db
