// SPDX-License-Identifier: Apache-2.0
#include "db/journal_schema.h"

#include "db/versions.h"

namespace db {

namespace {

constexpr SqlFile files[] = {
#include "sql-journal.inc" // made by the Makefile from sql/journal/*.sql
};

constexpr Kind kind{.application_id = journal_application_id,
                    .version = journal_version,
                    .files = files,
                    .name = "a journal",
                    .migrate = "sponts db migrate --journal"};

} // namespace

std::span<const SqlFile> journal_sql()
{
    return files;
}

Migration migrate_journal(const std::string& path, base::milliseconds patience)
{
    return migrate(kind, path, patience);
}

void require_journal_version(const Sqlite& database)
{
    require_version(kind, database);
}

void require_journal(const Sqlite& database)
{
    try {
        require_version(kind, database);
    } catch (const base::Failure& failure) {
        if (failure.error() == ENODATA)
            throw base::Failure(base::Remedy::supply_input, failure.what(), ENODATA);
        if (failure.error() == not_a_database)
            throw base::Failure(base::Remedy::fix_data, failure.what(), not_a_database);
        throw;
    }
}

} // namespace db
