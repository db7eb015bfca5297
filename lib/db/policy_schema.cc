// SPDX-License-Identifier: Apache-2.0
#include "db/policy_schema.h"

#include "db/versions.h"

namespace db {

namespace {

constexpr SqlFile files[] = {
#include "sql-policy.inc" // made by the Makefile from sql/policy/*.sql
};

constexpr Kind kind{.application_id = policy_application_id,
                    .version = policy_version,
                    .files = files,
                    .name = "a database of what logins have taught",
                    .migrate = "sponts db migrate --policy"};

} // namespace

std::span<const SqlFile> policy_sql()
{
    return files;
}

Migration migrate_policy(const std::string& path, base::milliseconds patience)
{
    return migrate(kind, path, patience);
}

void require_policy_version(const Sqlite& database)
{
    require_version(kind, database);
}

} // namespace db
