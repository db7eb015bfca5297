// SPDX-License-Identifier: Apache-2.0
// db/sqlite.h - a connection and its statements, as thin as they can be.  Only lib/db uses
// it; what goes wrong becomes a base::Failure "action file: reason".
//
// Writers hold a Ticket (db/ticket.h) around every transaction: see there.
#pragma once

#include "base/clock.h"
#include "base/failure.h"

#include <cerrno>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace db {

enum class Access : std::uint8_t {
    read,
    write,
    scrub, // to write, and nothing of what is deleted stays in the file (db/scrub_vfs.h)
};

// error() of the Failure where a file is no database at all, or one of another kind.
inline constexpr int not_a_database = EMEDIUMTYPE;

class Statement {
public:
    Statement(sqlite3* connection, const std::string& path, std::string_view sql);
    // Borrows one that lives longer; when this one ends it is reset, bound to nothing, and
    // `lent` no more.
    Statement(sqlite3_stmt* borrowed, bool& lent, const std::string& path);

    // Text is not copied: it must live until the statement is reset.
    Statement& bind(int index, std::string_view text);
    Statement& bind(int index, std::int64_t number);
    Statement& bind_null(int index);
    // True: there is a row.  False: that was all, and the statement is reset.
    bool step();
    // For statements without rows; returns how many rows it changed.
    int run();
    void reset();

    // Views are good until the next step() or reset().
    [[nodiscard]] std::string_view text(int column) const;
    [[nodiscard]] std::int64_t number(int column) const;

private:
    struct Finalize {
        bool* lent; // null: it is our own
        void operator()(sqlite3_stmt* statement) const;
    };
    friend class Sqlite;
    const std::string* path_;
    std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

class Sqlite {
public:
    // Opens an existing file; never makes one.
    Sqlite(std::string path, Access access, base::milliseconds patience);
    // Statements keep a pointer to the path.
    Sqlite(const Sqlite&) = delete;
    Sqlite& operator=(const Sqlite&) = delete;

    [[nodiscard]] Statement prepare(std::string_view sql) const;
    // The same, read by SQLite only the first time: for what runs often.  One of each text
    // at a time: base::Failure(report_bug); one thread.
    [[nodiscard]] Statement lend(std::string_view sql) const;
    // The row that was inserted last.
    [[nodiscard]] std::int64_t last_row() const;
    // One or several statements whose rows nobody wants.
    void run(const std::string& sql) const;
    // The first column of the first row; 0 if there is none.
    [[nodiscard]] std::int64_t number(std::string_view sql) const;
    // Moves the write-ahead log into the file and leaves nothing of it.  False: it was busy
    // for as long as a lock is waited for, as somebody reads what was, or writes.
    [[nodiscard]] bool empty_log() const;
    [[nodiscard]] const std::string& path() const { return path_; }

private:
    struct Close {
        void operator()(sqlite3* connection) const;
    };
    std::string path_;
    std::unique_ptr<sqlite3, Close> connection_;
    struct Kept {
        Statement statement;
        bool lent = false;
    };
    mutable std::map<std::string, Kept, std::less<>> kept_;
};

// BEGIN IMMEDIATE; rolled back unless committed.
class Transaction {
public:
    explicit Transaction(const Sqlite& database);
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    ~Transaction();
    void commit();

private:
    const Sqlite* database_;
    bool open_ = true;
};

} // namespace db
