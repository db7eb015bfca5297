// SPDX-License-Identifier: Apache-2.0
#include "db/schema.h"

#include "db/admin.h"
#include "db/sql.h"
#include "db/ticket.h"

#include <fmt/format.h>

#include <charconv>
#include <fcntl.h>

namespace db {

namespace {

int version_of(const Sqlite& database)
{
    return static_cast<int>(database.number("PRAGMA user_version"));
}

// The number at the beginning of "0002-users.sql"; 0 for "schema.sql".
int migration_number(const SqlFile& file)
{
    int number = 0;
    std::from_chars(file.name.data(), file.name.data() + file.name.size(), number);
    return number;
}

void stamp(const Sqlite& database)
{
    database.run(fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {}",
                             application_id, schema_version));
}

void make_file(const std::string& path)
{
    // Password hashes are in it: not for everybody, whatever the umask is.  An existing
    // file must not be opened here: closing it would drop the locks SQLite holds in this
    // process.
    const base::Fd file(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0640));
    if (!file && errno != EEXIST)
        base::fail_errno("create", path, base::Remedy::make_room);
}

// What kind of file it is, before anything is changed in it.
void refuse_foreign(const Sqlite& database)
{
    const bool ours = database.number("PRAGMA application_id") == application_id;
    const bool empty = database.number("SELECT count(*) FROM sqlite_master") == 0;
    if (!ours && !empty)
        throw base::Failure(base::Remedy::fix_data, "migrate " + database.path() +
                                                        ": this is not a sponts database");
}

void refuse_newer(const Sqlite& database, int version)
{
    if (version > schema_version)
        throw base::Failure(
            base::Remedy::fix_config,
            fmt::format("migrate {}: it has schema version {}, this program knows up to {}",
                        database.path(), version, schema_version));
}

} // namespace

void create_schema(const Sqlite& database)
{
    database.run(std::string(sql_files().back().text));
    stamp(database);
}

void run_migrations(const Sqlite& database, int from)
{
    for (const SqlFile& file : sql_files())
        if (migration_number(file) > from)
            database.run(std::string(file.text));
    stamp(database);
}

void require_version(const Sqlite& database)
{
    const int version = version_of(database);
    if (version == schema_version &&
        database.number("PRAGMA application_id") == application_id)
        return;
    throw base::Failure(
        base::Remedy::fix_config,
        fmt::format("open {}: it has schema version {}, this program needs {}{}",
                    database.path(), version, schema_version,
                    version < schema_version ? ": run sponts db migrate" : ""));
}

Migration migrate(const std::string& path, base::milliseconds patience)
{
    make_file(path);
    const Ticket ticket(path, patience);
    const Sqlite database(path, Access::write, patience);
    refuse_foreign(database);
    refuse_newer(database, version_of(database));
    database.run("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");

    Transaction transaction(database);
    const int from = version_of(database);
    if (from == 0)
        create_schema(database);
    else if (from < schema_version)
        run_migrations(database, from);
    transaction.commit();
    return {from, schema_version};
}

void check_database(const std::string& path)
{
    const Sqlite database(path, Access::read, base::milliseconds{1000});
    require_version(database);
}

} // namespace db
