// SPDX-License-Identifier: Apache-2.0
#include "db/schema.h"

#include "db/admin.h"
#include "db/versions.h"

namespace db {

namespace {

Kind kind()
{
    return {.application_id = application_id,
            .version = schema_version,
            .files = sql_files(),
            .name = "a sponts database",
            .migrate = "sponts db migrate",
            .access = Access::write};
}

} // namespace

void require_version(const Sqlite& database)
{
    require_version(kind(), database);
}

Migration migrate(const std::string& path, base::milliseconds patience)
{
    return migrate(kind(), path, patience);
}

void check_database(const std::string& path)
{
    const Sqlite database(path, Access::read, base::milliseconds{1000});
    require_version(database);
}

} // namespace db
