// SPDX-License-Identifier: Apache-2.0
#include "db/journal_replace.h"

#include "base/failure.h"
#include "base/file.h"
#include "db/journal.h"
#include "db/journal_schema.h"
#include "db/sqlite.h"
#include "db/ticket.h"

#include <algorithm>
#include <cstdio>
#include <unistd.h>

namespace db {

namespace {

constexpr base::milliseconds unwilling{0};

// Both have their names; numbers differ.
constexpr const char* take_over_labels =
    "INSERT INTO labels (text, seen) SELECT l.text, l.seen FROM old.labels l"
    " WHERE true ON CONFLICT (text) DO UPDATE SET seen = max(seen, excluded.seen)";
constexpr const char* take_over_losses =
    "INSERT OR IGNORE INTO losses (key, program, events)"
    " SELECT o.key, l.id, o.events FROM old.losses o"
    " LEFT JOIN old.labels p ON p.id = o.program LEFT JOIN labels l ON l.text = p.text";
constexpr const char* take_over =
    "UPDATE recipients SET result = o.result, first = o.first, last = o.last,"
    " attempts = o.attempts, enhanced = o.enhanced, reply = o.reply,"
    " relay = (SELECT l.id FROM labels l WHERE l.text = o.relay),"
    " tls = (SELECT l.id FROM labels l WHERE l.text = o.tls)"
    " FROM (SELECT m.key AS message, a.id AS address, r.result, r.first, r.last,"
    "              r.attempts, r.enhanced, r.reply, y.text AS relay, s.text AS tls"
    "       FROM old.recipients r"
    "            JOIN old.messages n ON n.key = r.message AND n.id IS NOT NULL"
    "            JOIN old.addresses b ON b.id = coalesce(r.original, r.address)"
    "            LEFT JOIN old.labels y ON y.id = r.relay"
    "            LEFT JOIN old.labels s ON s.id = r.tls"
    "            JOIN messages m ON m.id = n.id"
    "            JOIN addresses a ON a.address = b.address"
    "       WHERE r.result <> 7 AND (r.attempts > 0 OR r.result <> 0)) o"
    " WHERE recipients.message = o.message AND recipients.address = o.address"
    " AND recipients.result = 0";

// Whatever came at the same microsecond is the same: the low bits of a key may differ.
constexpr const char* lacking_messages =
    "SELECT count(*), coalesce(min(o.key), 0) FROM old.messages o WHERE o.kind = 0"
    " AND NOT EXISTS (SELECT 1 FROM messages m WHERE m.id = o.id)";
constexpr const char* lacking_refusals =
    "SELECT count(*), coalesce(min(o.key), 0) FROM old.messages o WHERE o.kind = 1"
    " AND NOT EXISTS (SELECT 1 FROM messages m WHERE m.kind = 1"
    "     AND m.key >= o.key & ~1023 AND m.key <= o.key | 1023)";
constexpr const char* lacking_logins =
    "SELECT count(*), coalesce(min(o.key), 0) FROM old.logins o"
    " WHERE NOT EXISTS (SELECT 1 FROM logins g"
    "     WHERE g.key >= o.key & ~1023 AND g.key <= o.key | 1023)";

// No file beside it is needed then.  False: somebody else has it open.
bool leave_log(const std::string& path, base::milliseconds patience)
{
    try {
        const Ticket ticket(path, patience);
        const Sqlite database(path, Access::scrub, patience);
        Statement change = database.prepare("PRAGMA journal_mode = DELETE");
        return change.step() && change.text(0) == "delete";
    } catch (const base::Failure& failure) {
        if (failure.remedy() != base::Remedy::try_later)
            throw;
        return false;
    }
}

void remove_file(const std::string& path)
{
    if (::unlink(path.c_str()) != 0 && errno != ENOENT)
        base::fail_errno("remove", path);
}

void remove_log(const std::string& path)
{
    remove_file(path + "-wal");
    remove_file(path + "-shm");
}

bool exists(const std::string& path)
{
    return ::access(path.c_str(), F_OK) == 0;
}

void make_way(const std::string& old, base::milliseconds patience)
{
    bool alone = true;
    try {
        alone = leave_log(old, patience);
    } catch (const base::Failure& failure) {
        if (failure.remedy() != base::Remedy::fix_data)
            throw;
        remove_log(old); // it is damaged: nothing of it is of use
    }
    if (!alone)
        throw base::Failure(base::Remedy::try_later, old + ": somebody is reading it");
}

} // namespace

void require_replaceable(const std::string& path)
{
    const Sqlite database(path, Access::read, write_patience);
    try {
        require_journal(database);
    } catch (const base::Failure& failure) {
        const bool damaged =
            failure.remedy() == base::Remedy::fix_data && failure.error() != not_a_database;
        const bool empty = failure.remedy() == base::Remedy::supply_input;
        if (!damaged && !empty)
            throw;
    }
}

JournalLack lack_of(const std::string& fresh, const std::string& old)
{
    const Sqlite database(fresh, Access::read, write_patience);
    require_journal_version(Sqlite(old, Access::read, write_patience));
    database.prepare("ATTACH ?1 AS old").bind(1, old).run();
    JournalLack lack;
    const auto count = [&](const char* sql, std::uint64_t& number) {
        Statement look = database.prepare(sql);
        if (!look.step() || look.number(0) == 0)
            return;
        number = static_cast<std::uint64_t>(look.number(0));
        const std::int64_t first = time_of(look.number(1));
        lack.oldest = lack.oldest == 0 ? first : std::min(lack.oldest, first);
    };
    count(lacking_messages, lack.messages);
    count(lacking_refusals, lack.refusals);
    count(lacking_logins, lack.logins);
    return lack;
}

std::uint64_t take_over_results(const std::string& fresh, const std::string& old)
{
    const Ticket ticket(fresh, write_patience);
    const Sqlite database(fresh, Access::scrub, write_patience);
    require_journal_version(Sqlite(old, Access::read, write_patience));
    database.run("PRAGMA temp_store = FILE"); // of all recipients, at worst
    database.prepare("ATTACH ?1 AS old").bind(1, old).run();
    Transaction transaction(database);
    database.run(take_over_labels);
    database.run(take_over_losses);
    const int changed = database.prepare(take_over).run();
    transaction.commit();
    return static_cast<std::uint64_t>(changed);
}

void replace_journal(const std::string& fresh, const std::string& old,
                     base::milliseconds patience)
{
    if (!leave_log(fresh, unwilling))
        throw base::Failure(base::Remedy::report_bug, fresh + ": somebody uses it");
    if (exists(old))
        make_way(old, patience);
    else
        remove_log(old);
    if (::rename(fresh.c_str(), old.c_str()) != 0)
        base::fail_errno("rename", fresh);
    base::sync_directory_of(old);
    remove_file(fresh + ".lock");
    const Ticket ticket(old, write_patience);
    const Sqlite database(old, Access::scrub, write_patience);
    database.run("PRAGMA journal_mode = WAL");
}

void remove_journal(const std::string& path)
{
    remove_log(path);
    remove_file(path);
    remove_file(path + ".lock");
}

} // namespace db
