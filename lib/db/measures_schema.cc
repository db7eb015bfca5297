// SPDX-License-Identifier: Apache-2.0
#include "db/measures_schema.h"

#include "db/measures.h"
#include "db/versions.h"

#include <unistd.h>

namespace db {

namespace {

constexpr SqlFile files[] = {
#include "sql-li.inc" // made by the Makefile from sql/li/*.sql
};

constexpr base::milliseconds patience{10'000};

constexpr Kind kind{.application_id = measures_application_id,
                    .version = measures_version,
                    .files = files,
                    .name = "a database of measures",
                    .migrate = "tkuev-ctl init",
                    .mode = 0600};

} // namespace

std::span<const SqlFile> measures_sql()
{
    return files;
}

void require_measures_version(const Sqlite& database)
{
    require_version(kind, database);
}

bool migrate_measures(const std::string& path)
{
    const Migration migration = migrate(kind, path, patience);
    return migration.from < migration.to;
}

bool has_boxes(const std::string& path)
{
    if (::access(path.c_str(), F_OK) != 0)
        return false;
    const Sqlite database(path, Access::write, patience);
    refuse_others(kind, database);
    return version_of(database) > 0 &&
           database.number("SELECT EXISTS (SELECT 1 FROM measures) OR"
                           " EXISTS (SELECT 1 FROM authorities) OR"
                           " EXISTS (SELECT 1 FROM test_accounts)") != 0;
}

} // namespace db
