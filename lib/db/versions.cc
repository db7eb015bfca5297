// SPDX-License-Identifier: Apache-2.0
#include "db/versions.h"

#include "base/fd.h"
#include "db/ticket.h"

#include <fmt/format.h>

#include <charconv>
#include <fcntl.h>

namespace db {

namespace {

// A file that is no database at all is none of this kind.
bool is_of(const Kind& kind, const Sqlite& database)
{
    try {
        return database.number("PRAGMA application_id") == kind.application_id;
    } catch (const base::Failure& failure) {
        if (failure.error() != not_a_database)
            throw;
        throw base::Failure(
            base::Remedy::fix_data,
            fmt::format("open {}: this is not {}", database.path(), kind.name),
            not_a_database);
    }
}

bool is_empty(const Sqlite& database)
{
    return database.number("SELECT count(*) FROM sqlite_master") == 0;
}

// There are secrets in it: not for everybody, whatever the umask is.  An existing file must
// not be opened here: closing it would drop the locks SQLite holds in this process.
void make_file(const std::string& path, mode_t mode)
{
    const base::Fd file(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode));
    if (!file && errno != EEXIST)
        base::fail_errno("create", path, base::Remedy::make_room);
}

// From 0, a new database: the last file alone.
void run_files(const Kind& kind, const Sqlite& database, int from)
{
    for (const SqlFile& file : kind.files) {
        int number = 0; // stays 0 for schema.sql
        std::from_chars(file.name.data(), file.name.data() + file.name.size(), number);
        if (from == 0 ? number == 0 : number > from)
            database.run(std::string(file.text));
    }
    database.run(fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {}",
                             kind.application_id, kind.version));
}

} // namespace

int version_of(const Sqlite& database)
{
    return static_cast<int>(database.number("PRAGMA user_version"));
}

void refuse_others(const Kind& kind, const Sqlite& database)
{
    if (!is_of(kind, database) && !is_empty(database))
        throw base::Failure(
            base::Remedy::fix_data,
            fmt::format("migrate {}: this is not {}", database.path(), kind.name));
    if (version_of(database) > kind.version)
        throw base::Failure(
            base::Remedy::fix_config,
            fmt::format("migrate {}: it has schema version {}, this program knows up to {}",
                        database.path(), version_of(database), kind.version));
}

Migration migrate(const Kind& kind, const std::string& path, base::milliseconds patience)
{
    make_file(path, kind.mode);
    const Ticket ticket(path, patience);
    const Sqlite database(path, kind.access, patience);
    refuse_others(kind, database);
    database.run("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
    Transaction transaction(database);
    const int from = version_of(database);
    if (from < kind.version)
        run_files(kind, database, from);
    transaction.commit();
    return {from, kind.version};
}

void require_version(const Kind& kind, const Sqlite& database)
{
    const bool ours = is_of(kind, database);
    if (!ours && is_empty(database))
        throw base::Failure(
            base::Remedy::fix_config,
            fmt::format("open {}: this is not {}: there is nothing in it; {} makes one",
                        database.path(), kind.name, kind.migrate),
            ENODATA);
    if (!ours)
        throw base::Failure(
            base::Remedy::fix_config,
            fmt::format("open {}: this is not {}", database.path(), kind.name),
            not_a_database);
    const int version = version_of(database);
    if (version == kind.version)
        return;
    throw base::Failure(
        base::Remedy::fix_config,
        fmt::format("open {}: it has schema version {}, this program needs {}{}{}",
                    database.path(), version, kind.version,
                    version < kind.version ? ": run " : "",
                    version < kind.version ? kind.migrate : ""));
}

} // namespace db
