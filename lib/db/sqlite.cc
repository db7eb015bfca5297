// SPDX-License-Identifier: Apache-2.0
#include "db/sqlite.h"

#include "db/scrub_vfs.h"

#include <sqlite3.h>

#include <cassert>
#include <unistd.h>

namespace db {

namespace {

struct Cause {
    base::Remedy remedy;
    int error;
};

Cause cause_of(int code)
{
    switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL: // the lock protocol of the write-ahead log: a race, lost too
                          // often
        return {base::Remedy::try_later, EAGAIN};
    case SQLITE_FULL:
        return {base::Remedy::make_room, ENOSPC};
    case SQLITE_NOTADB:
        return {base::Remedy::fix_data, not_a_database};
    case SQLITE_CORRUPT:
    case SQLITE_CONSTRAINT:
    case SQLITE_SCHEMA:
    case SQLITE_ERROR: // "no such table": somebody changed the schema by hand
        return {base::Remedy::fix_data, 0};
    case SQLITE_CANTOPEN:
        return {base::Remedy::supply_input, 0};
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
        return {base::Remedy::get_permission, EACCES};
    default:
        return {base::Remedy::check_disk, EIO};
    }
}

// What SQLite's words leave out.  Readers cannot make -wal and -shm where they may not
// write.
std::string_view advice(int code, const std::string& path)
{
    const int kind = code & 0xff;
    if (kind != SQLITE_CANTOPEN && kind != SQLITE_READONLY)
        return {};
    for (const char* companion : {"-wal", "-shm"})
        if (::access((path + companion).c_str(), F_OK) != 0)
            return " (no -wal and -shm: whoever may write should run sponts db migrate)";
    return {};
}

[[noreturn]] void fail(sqlite3* connection, int code, std::string_view action,
                       const std::string& path)
{
    std::string text(action);
    text += ' ';
    text += path;
    text += ": ";
    text += connection != nullptr ? sqlite3_errmsg(connection) : sqlite3_errstr(code);
    text += advice(code, path);
    const Cause cause = cause_of(code);
    throw base::Failure(cause.remedy, text, cause.error);
}

// SQLite says "unable to open database file" to nearly everything.
void require_file(const std::string& path)
{
    if (::access(path.c_str(), R_OK) != 0)
        base::fail_errno("open", path,
                         errno == EACCES ? base::Remedy::get_permission
                                         : base::Remedy::supply_input);
}

} // namespace

void Statement::Finalize::operator()(sqlite3_stmt* statement) const
{
    // They repeat the last error of step(), which was thrown there.
    if (lent == nullptr) {
        sqlite3_finalize(statement);
        return;
    }
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement); // text is not copied, and its owner goes
    *lent = false;
}

Statement::Statement(sqlite3* connection, const std::string& path, std::string_view sql)
    : path_(&path), statement_(nullptr, Finalize{.lent = nullptr})
{
    sqlite3_stmt* statement = nullptr;
    const int code =
        sqlite3_prepare_v3(connection, sql.data(), static_cast<int>(sql.size()),
                           SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
    statement_.reset(statement);
    if (code != SQLITE_OK)
        fail(connection, code, "read", path);
}

Statement::Statement(sqlite3_stmt* borrowed, bool& lent, const std::string& path)
    : path_(&path), statement_(borrowed, Finalize{.lent = &lent})
{
    lent = true;
}

Statement& Statement::bind(int index, std::string_view text)
{
    const char* data = text.data() != nullptr ? text.data() : ""; // a null pointer is NULL
    const int code = sqlite3_bind_text64(statement_.get(), index, data, text.size(),
                                         SQLITE_STATIC, SQLITE_UTF8);
    if (code != SQLITE_OK)
        fail(nullptr, code, "read", *path_);
    return *this;
}

Statement& Statement::bind(int index, std::int64_t number)
{
    [[maybe_unused]] const int code = sqlite3_bind_int64(statement_.get(), index, number);
    assert(code == SQLITE_OK);
    return *this;
}

Statement& Statement::bind_null(int index)
{
    [[maybe_unused]] const int code = sqlite3_bind_null(statement_.get(), index);
    assert(code == SQLITE_OK);
    return *this;
}

bool Statement::step()
{
    const int code = sqlite3_step(statement_.get());
    if (code == SQLITE_ROW)
        return true;
    sqlite3* connection = sqlite3_db_handle(statement_.get());
    if (code != SQLITE_DONE) {
        const bool writes = sqlite3_stmt_readonly(statement_.get()) == 0;
        sqlite3_reset(statement_.get());
        fail(connection, code, writes ? "write" : "read", *path_);
    }
    sqlite3_reset(statement_.get());
    return false;
}

int Statement::run()
{
    while (step()) {
    }
    return sqlite3_changes(sqlite3_db_handle(statement_.get()));
}

void Statement::reset()
{
    sqlite3_reset(statement_.get());
}

std::string_view Statement::text(int column) const
{
    const auto* bytes = sqlite3_column_text(statement_.get(), column);
    const int size = sqlite3_column_bytes(statement_.get(), column);
    return {reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size)};
}

std::int64_t Statement::number(int column) const
{
    return sqlite3_column_int64(statement_.get(), column);
}

void Sqlite::Close::operator()(sqlite3* connection) const
{
    sqlite3_close_v2(connection); // waits for statements that outlive it
}

Sqlite::Sqlite(std::string path, Access access, base::milliseconds patience)
    : path_(std::move(path))
{
    require_file(path_);
    const int mode = access == Access::read ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
    const char* vfs = access == Access::scrub ? scrub_vfs() : nullptr;
    sqlite3* connection = nullptr;
    const int code =
        sqlite3_open_v2(path_.c_str(), &connection, mode | SQLITE_OPEN_NOMUTEX, vfs);
    connection_.reset(connection);
    if (code != SQLITE_OK)
        fail(connection, code, "open", path_);
    sqlite3_extended_result_codes(connection, 1);
    sqlite3_busy_timeout(connection, static_cast<int>(patience.count()));
    // The last one to close would checkpoint without a ticket, and would take away -wal and
    // -shm, which readers without write permission cannot make again.
    sqlite3_db_config(connection, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    sqlite3_db_config(connection, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_db_config(connection, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    // A statement that changes very much keeps what was in a file elsewhere, unless told
    // to do without: in /var/tmp, which our servers may not write, and where nobody scrubs.
    if (access != Access::read)
        run("PRAGMA temp_store = MEMORY");
    if (access == Access::scrub)
        run("PRAGMA secure_delete = ON");
}

Statement Sqlite::prepare(std::string_view sql) const
{
    return {connection_.get(), path_, sql};
}

Statement Sqlite::lend(std::string_view sql) const
{
    auto kept = kept_.find(sql);
    if (kept == kept_.end())
        kept = kept_.emplace(sql, Kept{.statement = prepare(sql)}).first;
    Kept& one = kept->second;
    if (one.lent)
        throw base::Failure(base::Remedy::report_bug,
                            "read " + path_ + ": a statement was not given back");
    return {one.statement.statement_.get(), one.lent, path_};
}

std::int64_t Sqlite::last_row() const
{
    return sqlite3_last_insert_rowid(connection_.get());
}

void Sqlite::run(const std::string& sql) const
{
    const int code =
        sqlite3_exec(connection_.get(), sql.c_str(), nullptr, nullptr, nullptr);
    if (code != SQLITE_OK)
        fail(connection_.get(), code, "write", path_);
}

std::int64_t Sqlite::number(std::string_view sql) const
{
    Statement statement = prepare(sql);
    const bool found = statement.step();
    return found ? statement.number(0) : 0;
}

bool Sqlite::empty_log() const
{
    return number("PRAGMA wal_checkpoint(TRUNCATE)") == 0;
}

Transaction::Transaction(const Sqlite& database) : database_(&database)
{
    database.run("BEGIN IMMEDIATE");
}

Transaction::~Transaction()
{
    if (!open_)
        return;
    try {
        database_->run("ROLLBACK");
    } catch (const base::Failure&) {
        // After some errors SQLite has rolled back by itself; closing does it in any case.
    }
}

void Transaction::commit()
{
    database_->run("COMMIT");
    open_ = false;
}

} // namespace db
