// SPDX-License-Identifier: Apache-2.0
#include "db/journal_schema.h"

#include "base/fd.h"
#include "db/ticket.h"

#include <fmt/format.h>

#include <charconv>
#include <fcntl.h>

namespace db {

namespace {

constexpr SqlFile files[] = {
#include "sql-journal.inc" // made by the Makefile from sql/journal/*.sql
};

int version_of(const Sqlite& database)
{
    return static_cast<int>(database.number("PRAGMA user_version"));
}

bool is_ours(const Sqlite& database)
{
    return database.number("PRAGMA application_id") == journal_application_id;
}

void make_file(const std::string& path)
{
    const base::Fd file(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0640));
    if (!file && errno != EEXIST)
        base::fail_errno("create", path, base::Remedy::make_room);
}

void refuse_others(const Sqlite& database)
{
    const bool empty = database.number("SELECT count(*) FROM sqlite_master") == 0;
    if (!is_ours(database) && !empty)
        throw base::Failure(base::Remedy::fix_data,
                            "migrate " + database.path() + ": this is not a journal");
    if (version_of(database) > journal_version)
        throw base::Failure(
            base::Remedy::fix_config,
            fmt::format("migrate {}: it has schema version {}, this program knows up to {}",
                        database.path(), version_of(database), journal_version));
}

// From 0, a new database: the last file alone.
void run_files(const Sqlite& database, int from)
{
    for (const SqlFile& file : files) {
        int number = 0; // stays 0 for schema.sql
        std::from_chars(file.name.data(), file.name.data() + file.name.size(), number);
        if (from == 0 ? number == 0 : number > from)
            database.run(std::string(file.text));
    }
    database.run(fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {}",
                             journal_application_id, journal_version));
}

} // namespace

std::span<const SqlFile> journal_sql()
{
    return files;
}

Migration migrate_journal(const std::string& path, base::milliseconds patience)
{
    make_file(path);
    const Ticket ticket(path, patience);
    const Sqlite database(path, Access::scrub, patience);
    refuse_others(database);
    database.run("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
    Transaction transaction(database);
    const int from = version_of(database);
    if (from < journal_version)
        run_files(database, from);
    transaction.commit();
    return {from, journal_version};
}

void require_journal_version(const Sqlite& database)
{
    const int version = version_of(database);
    if (version == journal_version && is_ours(database))
        return;
    throw base::Failure(
        base::Remedy::fix_config,
        fmt::format("open {}: it has schema version {}, this program needs {}{}",
                    database.path(), version, journal_version,
                    version < journal_version ? ": run sponts db migrate --journal" : ""));
}

} // namespace db
