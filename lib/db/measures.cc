// SPDX-License-Identifier: Apache-2.0
#include "db/measures.h"

#include "base/random.h"
#include "db/measures_schema.h"
#include "db/ticket.h"
#include "li/life.h"
#include "li/measure_text.h"
#include "li/words.h"
#include "seal/digest.h"
#include "text/base64.h"

#include <algorithm>
#include <array>
#include <limits>

namespace db {

namespace {

constexpr std::array<std::string_view, 2> table_names_ = {"authorities", "test_accounts"};

std::string label(std::string_view table, std::string_view row, std::string_view column)
{
    std::string out(table);
    out += '/';
    out += row;
    out += '/';
    out += column;
    return out;
}

template <class T>
T require(std::expected<T, std::string> value, const std::string& path,
          std::string_view what)
{
    if (!value)
        throw base::Failure(base::Remedy::fix_data, "read " + path + ": " +
                                                        std::string(what) + ": " +
                                                        value.error());
    return *std::move(value);
}

std::string new_id()
{
    constexpr std::size_t octets = 16;
    return text::hex(base::random_octets(octets));
}

// A write transaction with its ticket.
class Writing {
public:
    Writing(const Sqlite& database, base::milliseconds patience)
        : ticket_(database.path(), patience), transaction_(database)
    {
    }
    void commit() { transaction_.commit(); }

private:
    Ticket ticket_;
    Transaction transaction_;
};

} // namespace

// What is replaced must not stay legible in the file, not even as a box.
Measures::Measures(const std::string& path, const seal::Vault& vault,
                   base::milliseconds patience)
    : database_(path, Access::scrub, patience), patience_(patience), vault_(vault)
{
    require_measures_version(database_);
    database_.run("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON");
}

std::string Measures::open(std::string_view box, std::string_view table,
                           std::string_view row, std::string_view column) const
{
    return require(vault_.unlock(box, label(table, row, column)), database_.path(),
                   label(table, row, column));
}

StoredMeasure Measures::read(const Statement& row) const
{
    const std::string id(row.text(0));
    const auto handle = li::parse_handle(id);
    if (!handle)
        throw base::Failure(base::Remedy::fix_data,
                            "read " + database_.path() + ": no handle: " + id);
    const li::MeasureText text{
        .target = open(row.text(2), "measures", id, "target"),
        .order = open(row.text(3), "measures", id, "orders"),
        .delivery = open(row.text(4), "measures", id, "delivery"),
        .life = open(row.text(5), "measures", id, "life"),
    };
    return {.measure = require(li::measure_from(*handle, text), database_.path(), id),
            .revision = row.number(1)};
}

std::vector<StoredMeasure> Measures::all()
{
    std::vector<StoredMeasure> found;
    Statement rows =
        database_.prepare("SELECT handle, revision, target, orders, delivery, life"
                          " FROM measures ORDER BY handle");
    while (rows.step())
        found.push_back(read(rows));
    return found;
}

std::optional<StoredMeasure> Measures::by_handle(const li::Handle& handle)
{
    const std::string id = li::hex(handle);
    Statement rows =
        database_.prepare("SELECT handle, revision, target, orders, delivery, life"
                          " FROM measures WHERE handle = ?1");
    rows.bind(1, id);
    if (!rows.step())
        return std::nullopt;
    return read(rows);
}

bool Measures::changed()
{
    const std::int64_t version = database_.number("PRAGMA data_version");
    return std::exchange(seen_, version) != version;
}

// Binds handle and boxes as 1 to 5; `boxes` keeps them until the statement has run.
void Measures::bind(Statement& statement, const li::Measure& measure,
                    std::vector<std::string>& boxes) const
{
    const std::string id = li::hex(measure.handle);
    const li::MeasureText text = li::to_text(measure);
    boxes = {id, vault_.lock(text.target, label("measures", id, "target")),
             vault_.lock(text.order, label("measures", id, "orders")),
             vault_.lock(text.delivery, label("measures", id, "delivery")),
             vault_.lock(text.life, label("measures", id, "life"))};
    for (std::size_t i = 0; i < boxes.size(); ++i)
        statement.bind(static_cast<int>(i + 1), boxes[i]);
}

void Measures::add(const li::Measure& measure)
{
    Writing writing(database_, patience_);
    for (const StoredMeasure& other : all())
        if (other.measure.authority == measure.authority &&
            other.measure.reference == measure.reference &&
            li::holds_reference(other.measure))
            throw base::Failure(base::Remedy::fix_data,
                                "add: this authority has given this reference before");
    Statement insert =
        database_.prepare("INSERT INTO measures (handle, target, orders, delivery, life)"
                          " VALUES (?1, ?2, ?3, ?4, ?5)");
    std::vector<std::string> boxes;
    bind(insert, measure, boxes);
    insert.run();
    writing.commit();
}

void Measures::change(const StoredMeasure& stored)
{
    Writing writing(database_, patience_);
    Statement update = database_.prepare(
        "UPDATE measures SET target = ?2, orders = ?3, delivery = ?4, life = ?5,"
        " revision = revision + 1 WHERE handle = ?1 AND revision = ?6");
    std::vector<std::string> boxes;
    bind(update, stored.measure, boxes);
    update.bind(6, stored.revision);
    if (update.run() != 1)
        throw base::Failure(base::Remedy::try_later,
                            "change: somebody else has changed the measure meanwhile");
    writing.commit();
}

void Measures::destroy_remains()
{
    if (!database_.empty_log())
        throw base::Failure(base::Remedy::try_later,
                            "somebody reads " + database_.path() +
                                ": what was destroyed is still in its -wal file; "
                                "tkuev-ctl settle tries again");
}

std::vector<Measures::Boxed> Measures::boxes(Table table)
{
    const std::string_view name = table_names_[static_cast<std::size_t>(table)];
    std::vector<Boxed> found;
    Statement rows = database_.prepare(table == Table::authorities
                                           ? "SELECT id, box FROM authorities ORDER BY id"
                                           : "SELECT id, box FROM test_accounts"
                                             " ORDER BY id");
    while (rows.step())
        found.push_back(
            {std::string(rows.text(0)), open(rows.text(1), name, rows.text(0), "box")});
    return found;
}

void Measures::put_box(Table table, std::string id, std::string_view text)
{
    if (id.empty())
        id = new_id();
    const std::string_view name = table_names_[static_cast<std::size_t>(table)];
    const std::string box = vault_.lock(text, label(name, id, "box"));
    Statement upsert = database_.prepare(
        table == Table::authorities ? "INSERT INTO authorities (id, box) VALUES (?1, ?2)"
                                      " ON CONFLICT (id) DO UPDATE SET box = excluded.box"
                                    : "INSERT INTO test_accounts (id, box) VALUES (?1, ?2)"
                                      " ON CONFLICT (id) DO UPDATE SET box = excluded.box");
    upsert.bind(1, id).bind(2, box).run();
}

bool Measures::remove_box(Table table, std::string_view id)
{
    Statement remove = database_.prepare(table == Table::authorities
                                             ? "DELETE FROM authorities WHERE id = ?1"
                                             : "DELETE FROM test_accounts WHERE id = ?1");
    return !id.empty() && remove.bind(1, id).run() == 1;
}

std::vector<li::Authority> Measures::authorities()
{
    std::vector<li::Authority> found;
    for (const Boxed& boxed : boxes(Table::authorities))
        found.push_back(
            require(li::authority_from(boxed.text), database_.path(), boxed.id));
    std::ranges::sort(found, {}, &li::Authority::name);
    return found;
}

std::vector<li::TestAccount> Measures::test_accounts()
{
    std::vector<li::TestAccount> found;
    for (const Boxed& boxed : boxes(Table::test_accounts))
        found.push_back(
            require(li::test_account_from(boxed.text), database_.path(), boxed.id));
    std::ranges::sort(found, {}, &li::TestAccount::name);
    return found;
}

std::string Measures::authority_id(std::string_view name)
{
    for (const Boxed& boxed : boxes(Table::authorities))
        if (require(li::authority_from(boxed.text), database_.path(), boxed.id).name ==
            name)
            return boxed.id;
    return {};
}

std::string Measures::test_account_id(std::string_view name)
{
    for (const Boxed& boxed : boxes(Table::test_accounts))
        if (require(li::test_account_from(boxed.text), database_.path(), boxed.id).name ==
            name)
            return boxed.id;
    return {};
}

void Measures::put(const li::Authority& authority)
{
    Writing writing(database_, patience_);
    put_box(Table::authorities, authority_id(authority.name), li::to_text(authority));
    writing.commit();
}

void Measures::put(const li::TestAccount& account)
{
    Writing writing(database_, patience_);
    put_box(Table::test_accounts, test_account_id(account.name), li::to_text(account));
    writing.commit();
}

bool Measures::remove_authority(std::string_view name)
{
    Writing writing(database_, patience_);
    const bool removed = remove_box(Table::authorities, authority_id(name));
    writing.commit();
    return removed;
}

bool Measures::remove_test_account(std::string_view name)
{
    Writing writing(database_, patience_);
    const bool removed = remove_box(Table::test_accounts, test_account_id(name));
    writing.commit();
    return removed;
}

} // namespace db
