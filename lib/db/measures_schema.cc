// SPDX-License-Identifier: Apache-2.0
#include "db/measures_schema.h"

#include "base/fd.h"
#include "db/measures.h"
#include "db/ticket.h"

#include <fmt/format.h>

#include <charconv>
#include <fcntl.h>
#include <unistd.h>

namespace db {

namespace {

constexpr SqlFile files[] = {
#include "sql-li.inc" // made by the Makefile from sql/li/*.sql
};

constexpr base::milliseconds patience{10'000};

int version_of(const Sqlite& database)
{
    return static_cast<int>(database.number("PRAGMA user_version"));
}

// True if it was not there.
bool make_file(const std::string& path)
{
    const base::Fd file(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!file && errno != EEXIST)
        base::fail_errno("create", path, base::Remedy::make_room);
    return static_cast<bool>(file);
}

void refuse_foreign(const Sqlite& database)
{
    const bool ours = database.number("PRAGMA application_id") == measures_application_id;
    const bool empty = database.number("SELECT count(*) FROM sqlite_master") == 0;
    if (!ours && !empty)
        throw base::Failure(base::Remedy::fix_data,
                            "migrate " + database.path() +
                                ": this is no database of measures");
    if (version_of(database) > measures_version)
        throw base::Failure(
            base::Remedy::fix_config,
            fmt::format("migrate {}: it has schema version {}, this program knows up to {}",
                        database.path(), version_of(database), measures_version));
}

void run_files(const Sqlite& database, int from)
{
    for (const SqlFile& file : measures_sql()) {
        int number = 0; // stays 0 for schema.sql
        std::from_chars(file.name.data(), file.name.data() + file.name.size(), number);
        if (from == 0 ? number == 0 : number > from)
            database.run(std::string(file.text));
    }
    database.run(fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {}",
                             measures_application_id, measures_version));
}

} // namespace

std::span<const SqlFile> measures_sql()
{
    return files;
}

void require_measures_version(const Sqlite& database)
{
    const int version = version_of(database);
    if (version == measures_version &&
        database.number("PRAGMA application_id") == measures_application_id)
        return;
    throw base::Failure(
        base::Remedy::fix_config,
        fmt::format("open {}: it has schema version {}, this program needs {}{}",
                    database.path(), version, measures_version,
                    version < measures_version ? ": run tkuev-ctl init" : ""));
}

bool migrate_measures(const std::string& path)
{
    const bool made = make_file(path);
    const Ticket ticket(path, patience);
    const Sqlite database(path, Access::scrub, patience);
    refuse_foreign(database);
    database.run("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
    Transaction transaction(database);
    const int from = version_of(database);
    if (from < measures_version)
        run_files(database, from);
    transaction.commit();
    return made || from < measures_version;
}

bool has_boxes(const std::string& path)
{
    if (::access(path.c_str(), F_OK) != 0)
        return false;
    const Sqlite database(path, Access::write, patience);
    refuse_foreign(database);
    return version_of(database) > 0 &&
           database.number("SELECT EXISTS (SELECT 1 FROM measures) OR"
                           " EXISTS (SELECT 1 FROM authorities) OR"
                           " EXISTS (SELECT 1 FROM test_accounts)") != 0;
}

} // namespace db
