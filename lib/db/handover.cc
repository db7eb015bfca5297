// SPDX-License-Identifier: Apache-2.0
#include "db/handover.h"

#include "base/fd.h"
#include "base/random.h"
#include "db/handover_schema.h"
#include "db/ticket.h"
#include "li/words.h"

#include <fmt/format.h>

#include <array>
#include <fcntl.h>
#include <limits>

namespace db {

namespace {

constexpr base::milliseconds patience{10'000};
constexpr std::string_view salt_label = "handover/salt";
constexpr std::int64_t number_limit =
    static_cast<std::int64_t>(std::numeric_limits<std::uint32_t>::max()) + 1;

std::string made_file(const std::string& path)
{
    const base::Fd file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (!file)
        base::fail_errno("open", path, base::Remedy::fix_config);
    return path;
}

void make_tables(const Sqlite& database)
{
    database.run("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                 " PRAGMA secure_delete = FAST; PRAGMA cache_size = -16384;"
                 " PRAGMA wal_autocheckpoint = 4000");
    Transaction transaction(database);
    const auto version = database.number("PRAGMA user_version");
    const auto id = database.number("PRAGMA application_id");
    if (version == handover_version && id == handover_application_id)
        return;
    const bool empty =
        version == 0 && database.number("SELECT count(*) FROM sqlite_master") == 0;
    if (!empty && (version != 1 || id != handover_application_id))
        throw base::Failure(base::Remedy::fix_config,
                            fmt::format("open {}: it has schema version {}, this program "
                                        "needs {}",
                                        database.path(), version, handover_version));
    if (empty)
        database.run(handover_schema);
    database.run(handover_discs_schema);
    database.run(fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {}",
                             handover_application_id, handover_version));
    transaction.commit();
}

std::string random_text()
{
    std::array<std::uint8_t, 32> bytes{};
    base::fill_random(bytes);
    return seal::hex(bytes);
}

} // namespace

Handover::Handover(const std::string& path, const seal::Vault& vault)
    : path_(path), vault_(vault), database_(made_file(path), Access::write, patience)
{
    make_tables(database_);
    HandoverWork work(*this);
    if (work.fact("salt").empty())
        work.put_fact("salt", vault_.lock(random_text(), salt_label));
    salt_ = work.open_box(work.fact("salt"), salt_label);
    work.commit();
}

// SQLite takes no other level inside a transaction.
const Sqlite& Handover::set(Commit how)
{
    if (how != commit_)
        database_.run(how == Commit::to_disk ? "PRAGMA synchronous = FULL"
                                             : "PRAGMA synchronous = NORMAL");
    commit_ = how;
    return database_;
}

HandoverWork::HandoverWork(Handover& handover, Commit how)
    : handover_(handover), lock_(handover.mutex_), ticket_(handover.path_, patience),
      database_(handover.set(how)), transaction_(database_)
{
}

void HandoverWork::commit()
{
    write_lines();
    transaction_.commit();
}

std::string HandoverWork::open_box(std::string_view box, std::string_view label) const
{
    if (box.empty())
        return {};
    auto text = handover_.vault_.unlock(box, label);
    if (!text)
        throw base::Failure(base::Remedy::fix_data,
                            fmt::format("read {}: a box does not open: {}: {}",
                                        handover_.path_, label, text.error()));
    return *std::move(text);
}

std::uint64_t HandoverWork::large(const Statement& row, int column)
{
    return static_cast<std::uint64_t>(row.number(column));
}

std::int64_t HandoverWork::next(const li::Handle& measure, Count count, std::uint32_t cin)
{
    const std::string id = li::hex(measure);
    Statement look = database_.lend("SELECT next FROM numbers WHERE measure = ?1 AND"
                                    " series = ?2 AND cin = ?3");
    look.bind(1, id)
        .bind(2, static_cast<std::int64_t>(count))
        .bind(3, std::int64_t{count == Count::cin ? 0 : cin});
    return look.step() ? look.number(0) : count == Count::cin ? 1 : 0;
}

std::uint32_t HandoverWork::take(const li::Handle& measure, Count count, std::uint32_t cin,
                                 std::uint32_t how_many)
{
    const std::int64_t first = next(measure, count, cin);
    const std::string id = li::hex(measure);
    if (first + how_many > number_limit)
        throw base::Failure(base::Remedy::fix_data,
                            "numbers: the measure has none left: " + id);
    database_
        .lend("INSERT INTO numbers (measure, series, cin, next) VALUES (?1, ?2, ?3, ?4)"
              " ON CONFLICT (measure, series, cin) DO UPDATE SET next = excluded.next")
        .bind(1, id)
        .bind(2, static_cast<std::int64_t>(count))
        .bind(3, std::int64_t{count == Count::cin ? 0 : cin})
        .bind(4, first + how_many)
        .run();
    return static_cast<std::uint32_t>(first);
}

std::string HandoverWork::session_key(std::string_view name) const
{
    return seal::hex(seal::hmac_sha256(handover_.salt_, name));
}

std::optional<std::uint32_t> HandoverWork::cin(const li::Handle& measure,
                                               std::string_view name)
{
    const std::string id = li::hex(measure);
    const std::string key = session_key(name);
    Statement look =
        database_.lend("SELECT cin FROM sessions WHERE measure = ?1 AND name = ?2");
    look.bind(1, id).bind(2, key);
    if (!look.step())
        return std::nullopt;
    return static_cast<std::uint32_t>(look.number(0));
}

void HandoverWork::put_cin(const li::Handle& measure, std::string_view name,
                           std::uint32_t cin, std::int64_t now)
{
    const std::string id = li::hex(measure);
    const std::string key = session_key(name);
    database_
        .lend("INSERT INTO sessions (measure, name, cin, used) VALUES (?1, ?2, ?3, ?4)"
              " ON CONFLICT (measure, name) DO UPDATE SET used = excluded.used")
        .bind(1, id)
        .bind(2, key)
        .bind(3, std::int64_t{cin})
        .bind(4, now)
        .run();
}

void HandoverWork::forget_cins(std::int64_t used_before)
{
    database_.lend("DELETE FROM sessions WHERE used < ?1").bind(1, used_before).run();
}

HandoverWork::Place HandoverWork::place(const std::string& file)
{
    Statement look = database_.lend("SELECT first, position FROM files WHERE name = ?1");
    look.bind(1, file);
    if (!look.step())
        return {};
    return {large(look, 0), large(look, 1)};
}

void HandoverWork::put_place(const std::string& file, const Place& place)
{
    database_
        .lend("INSERT INTO files (name, first, position) VALUES (?1, ?2, ?3)"
              " ON CONFLICT (name) DO UPDATE SET position = excluded.position")
        .bind(1, file)
        .bind(2, static_cast<std::int64_t>(place.first))
        .bind(3, static_cast<std::int64_t>(place.position))
        .run();
}

void HandoverWork::forget_file(const std::string& file)
{
    database_.lend("DELETE FROM files WHERE name = ?1").bind(1, file).run();
}

std::string HandoverWork::fact(std::string_view name)
{
    Statement look = database_.lend("SELECT value FROM facts WHERE name = ?1");
    look.bind(1, name);
    return look.step() ? std::string(look.text(0)) : std::string();
}

void HandoverWork::put_fact(std::string_view name, std::string_view value)
{
    database_
        .lend("INSERT INTO facts (name, value) VALUES (?1, ?2)"
              " ON CONFLICT (name) DO UPDATE SET value = excluded.value")
        .bind(1, name)
        .bind(2, value)
        .run();
}

LedgerHead HandoverWork::ledger(const li::Handle& measure)
{
    if (const auto noted = noted_.find(measure); noted != noted_.end())
        return noted->second.head;
    const std::string id = li::hex(measure);
    Statement look =
        database_.lend("SELECT name, number, chain FROM ledgers WHERE measure = ?1");
    look.bind(1, id);
    if (look.step())
        return {std::string(look.text(0)), large(look, 1), std::string(look.text(2))};
    return {random_text().substr(0, 32), 0, {}};
}

std::vector<std::pair<li::Handle, LedgerHead>> HandoverWork::ledgers()
{
    std::vector<std::pair<li::Handle, LedgerHead>> all;
    Statement look = database_.lend("SELECT measure, name, number, chain FROM ledgers");
    while (look.step())
        if (const auto handle = li::parse_handle(look.text(0)))
            all.push_back(
                {*handle,
                 {std::string(look.text(1)), large(look, 2), std::string(look.text(3))}});
    return all;
}

void HandoverWork::put_line(const li::Handle& measure, const LedgerHead& head,
                            std::string_view line)
{
    Noted& noted = noted_[measure];
    noted.head = head;
    if (!noted.text.empty())
        noted.text += '\n';
    noted.text += line;
}

void HandoverWork::write_lines()
{
    for (const auto& [measure, noted] : noted_) {
        const std::string id = li::hex(measure);
        const auto number = static_cast<std::int64_t>(noted.head.number);
        database_
            .lend("INSERT INTO ledgers (measure, name, number, chain)"
                  " VALUES (?1, ?2, ?3, ?4) ON CONFLICT (measure) DO UPDATE SET"
                  " number = excluded.number, chain = excluded.chain")
            .bind(1, id)
            .bind(2, noted.head.name)
            .bind(3, number)
            .bind(4, noted.head.chain)
            .run();
        database_.lend("INSERT INTO lines (file, number, text) VALUES (?1, ?2, ?3)")
            .bind(1, noted.head.name)
            .bind(2, number)
            .bind(3, noted.text)
            .run();
    }
    noted_.clear();
}

std::vector<LedgerLines> HandoverWork::lines()
{
    std::vector<LedgerLines> all;
    Statement look =
        database_.lend("SELECT file, number, text FROM lines ORDER BY file, number");
    while (look.step())
        all.push_back(
            {std::string(look.text(0)), large(look, 1), std::string(look.text(2))});
    return all;
}

void HandoverWork::forget_lines(const std::string& file, std::uint64_t up_to)
{
    database_.lend("DELETE FROM lines WHERE file = ?1 AND number <= ?2")
        .bind(1, file)
        .bind(2, static_cast<std::int64_t>(up_to))
        .run();
}

} // namespace db
