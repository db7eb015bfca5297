// SPDX-License-Identifier: Apache-2.0
// What is owed: events, contents, and the parcels they go in.
#include "db/handover.h"
#include "li/words.h"

namespace db {

namespace {

constexpr std::string_view item_label = "handover/item";
constexpr std::string_view parcel_label = "handover/parcel";
// In the order of item().
constexpr const char* columns =
    "id, measure, stream, form, type, cin, number, numbers, parcel, deadline, file, place,"
    " next, content_place, content_size, record, sealing, box, name";

std::string select(const char* rest)
{
    return std::string("SELECT ") + columns + " FROM items WHERE " + rest;
}

std::int64_t number_of(std::uint64_t value)
{
    return static_cast<std::int64_t>(value);
}

std::uint32_t small(const Statement& row, int column)
{
    return static_cast<std::uint32_t>(row.number(column));
}

} // namespace

std::int64_t HandoverWork::add(const HandoverItem& item)
{
    const std::string id = li::hex(item.measure);
    const std::string box = handover_.vault_.lock(item.text, item_label);
    database_
        .lend("INSERT INTO items (measure, stream, form, type, cin, number, numbers,"
              " parcel, deadline, file, place, next, content_place, content_size,"
              " record, sealing, box, name) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9,"
              " ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)")
        .bind(1, id)
        .bind(2, static_cast<std::int64_t>(item.stream))
        .bind(3, static_cast<std::int64_t>(item.form))
        .bind(4, std::int64_t{item.type})
        .bind(5, std::int64_t{item.cin})
        .bind(6, std::int64_t{item.number})
        .bind(7, std::int64_t{item.numbers})
        .bind(8, item.parcel)
        .bind(9, item.deadline)
        .bind(10, item.file)
        .bind(11, number_of(item.offset))
        .bind(12, number_of(item.next))
        .bind(13, number_of(item.content_offset))
        .bind(14, number_of(item.content_size))
        .bind(15, number_of(item.record))
        .bind(16, std::int64_t{item.sealing})
        .bind(17, box)
        .bind(18, item.name)
        .run();
    return database_.last_row();
}

void HandoverWork::change(const HandoverItem& item)
{
    database_.lend("UPDATE items SET number = ?2, numbers = ?3, parcel = ?4 WHERE id = ?1")
        .bind(1, item.id)
        .bind(2, std::int64_t{item.number})
        .bind(3, std::int64_t{item.numbers})
        .bind(4, item.parcel)
        .run();
}

void HandoverWork::remove(std::int64_t item)
{
    database_.lend("DELETE FROM items WHERE id = ?1").bind(1, item).run();
}

HandoverItem HandoverWork::item(const Statement& row, bool with_text)
{
    HandoverItem out;
    out.id = row.number(0);
    out.measure = li::parse_handle(row.text(1)).value_or(li::Handle{});
    out.stream = static_cast<Stream>(row.number(2));
    out.form = static_cast<HandoverItem::Form>(row.number(3));
    out.type = static_cast<std::uint8_t>(row.number(4));
    out.cin = small(row, 5);
    out.number = small(row, 6);
    out.numbers = small(row, 7);
    out.parcel = row.number(8);
    out.deadline = row.number(9);
    out.file = row.text(10);
    out.offset = large(row, 11);
    out.next = large(row, 12);
    out.content_offset = large(row, 13);
    out.content_size = large(row, 14);
    out.record = large(row, 15);
    out.sealing = static_cast<std::uint8_t>(row.number(16));
    out.name = row.text(18);
    if (with_text)
        out.text = open_box(row.text(17), item_label);
    return out;
}

std::vector<HandoverItem> HandoverWork::items(Statement& rows, bool with_text)
{
    std::vector<HandoverItem> all;
    while (rows.step())
        all.push_back(item(rows, with_text));
    return all;
}

std::vector<HandoverItem> HandoverWork::waiting(const li::Handle& measure, Stream stream,
                                                int most)
{
    const std::string id = li::hex(measure);
    Statement rows = database_.lend(select("measure = ?1 AND stream = ?2 AND parcel = 0"
                                           " ORDER BY id LIMIT ?3"));
    rows.bind(1, id).bind(2, static_cast<std::int64_t>(stream)).bind(3, std::int64_t{most});
    return items(rows, true);
}

std::vector<HandoverItem> HandoverWork::in_parcel(std::int64_t parcel)
{
    Statement rows = database_.lend(select("parcel = ?1 ORDER BY id"));
    rows.bind(1, parcel);
    return items(rows, true);
}

std::vector<HandoverItem> HandoverWork::contents_of(const std::string& file,
                                                    std::uint64_t from)
{
    Statement rows =
        database_.lend(select("stream = 1 AND file = ?1 AND place >= ?2 ORDER BY place"));
    rows.bind(1, file).bind(2, number_of(from));
    return items(rows, false);
}

bool HandoverWork::has_contents(const std::string& file)
{
    Statement rows =
        database_.lend("SELECT 1 FROM items WHERE stream = 1 AND file = ?1 LIMIT 1");
    rows.bind(1, file);
    return rows.step();
}

void HandoverWork::limit_deadlines(std::int64_t latest)
{
    database_.lend("UPDATE items SET deadline = ?1 WHERE stream = 1 AND deadline > ?1")
        .bind(1, latest)
        .run();
}

std::vector<HandoverItem> HandoverWork::overdue(std::int64_t now)
{
    Statement rows =
        database_.lend(select("stream = 1 AND deadline <= ?1 ORDER BY deadline"));
    rows.bind(1, now);
    return items(rows, true);
}

std::vector<HandoverItem> HandoverWork::contents()
{
    Statement rows = database_.lend(select("stream = 1 ORDER BY id"));
    return items(rows, true);
}

std::map<li::Handle, std::uint64_t> HandoverWork::content_bytes()
{
    std::map<li::Handle, std::uint64_t> all;
    Statement rows = database_.lend("SELECT measure, sum(content_size) FROM items WHERE"
                                    " stream = 1 GROUP BY measure");
    while (rows.step())
        if (const auto handle = li::parse_handle(rows.text(0)))
            all[*handle] = large(rows, 1);
    return all;
}

std::set<HandoverWork::Owed> HandoverWork::owed()
{
    std::set<Owed> all;
    Statement rows = database_.lend("SELECT DISTINCT measure, stream FROM items");
    while (rows.step())
        if (const auto handle = li::parse_handle(rows.text(0)))
            all.insert({*handle, static_cast<Stream>(rows.number(1))});
    return all;
}

std::int64_t HandoverWork::add(const HandoverParcel& parcel)
{
    const std::string id = li::hex(parcel.measure);
    const std::string box =
        parcel.text.empty() ? "" : handover_.vault_.lock(parcel.text, parcel_label);
    database_
        .lend("INSERT INTO parcels (measure, stream, name, made, checks, box)"
              " VALUES (?1, ?2, ?3, ?4, ?5, ?6)")
        .bind(1, id)
        .bind(2, static_cast<std::int64_t>(parcel.stream))
        .bind(3, parcel.name)
        .bind(4, parcel.made)
        .bind(5, std::int64_t{parcel.checks})
        .bind(6, box)
        .run();
    return database_.last_row();
}

void HandoverWork::change(const HandoverParcel& parcel)
{
    const std::string box =
        parcel.text.empty() ? "" : handover_.vault_.lock(parcel.text, parcel_label);
    database_.lend("UPDATE parcels SET name = ?2, checks = ?3, box = ?4 WHERE id = ?1")
        .bind(1, parcel.id)
        .bind(2, parcel.name)
        .bind(3, std::int64_t{parcel.checks})
        .bind(4, box)
        .run();
}

void HandoverWork::remove_parcel(std::int64_t parcel)
{
    database_.lend("DELETE FROM parcels WHERE id = ?1").bind(1, parcel).run();
    database_.lend("DELETE FROM items WHERE parcel = ?1").bind(1, parcel).run();
}

std::vector<HandoverParcel> HandoverWork::parcels(const li::Handle& measure, Stream stream)
{
    const std::string id = li::hex(measure);
    Statement rows = database_.lend("SELECT id, name, made, checks, box FROM parcels"
                                    " WHERE measure = ?1 AND stream = ?2 ORDER BY id");
    rows.bind(1, id).bind(2, static_cast<std::int64_t>(stream));
    std::vector<HandoverParcel> all;
    while (rows.step())
        all.push_back({rows.number(0), measure, stream, std::string(rows.text(1)),
                       rows.number(2), small(rows, 3),
                       open_box(rows.text(4), parcel_label)});
    return all;
}

} // namespace db
