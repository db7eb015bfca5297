// SPDX-License-Identifier: Apache-2.0
// Files that wait for a disc, and the images they are on.
#include "db/handover.h"
#include "li/words.h"

namespace db {

namespace {

constexpr std::string_view stored_label = "handover/stored";

std::string select(const char* rest)
{
    return std::string("SELECT name, measure, stream, parcel, size, digest, content,"
                       " deadline, image, box FROM stored WHERE ") +
           rest;
}

} // namespace

void HandoverWork::add(const StoredFile& file)
{
    const std::string id = li::hex(file.measure);
    const std::string box =
        file.text.empty() ? "" : handover_.vault_.lock(file.text, stored_label);
    database_
        .prepare("INSERT INTO stored (name, measure, stream, parcel, size, digest, content,"
                 " deadline, image, box) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)")
        .bind(1, file.name)
        .bind(2, id)
        .bind(3, static_cast<std::int64_t>(file.stream))
        .bind(4, file.parcel)
        .bind(5, static_cast<std::int64_t>(file.size))
        .bind(6, file.digest)
        .bind(7, static_cast<std::int64_t>(file.content))
        .bind(8, file.deadline)
        .bind(9, file.image)
        .bind(10, box)
        .run();
}

void HandoverWork::change(const StoredFile& file)
{
    database_.prepare("UPDATE stored SET image = ?2, deadline = ?3 WHERE name = ?1")
        .bind(1, file.name)
        .bind(2, file.image)
        .bind(3, file.deadline)
        .run();
}

void HandoverWork::remove_stored(const std::string& name)
{
    database_.prepare("DELETE FROM stored WHERE name = ?1").bind(1, name).run();
}

std::vector<StoredFile> HandoverWork::stored_files(Statement& rows, bool with_text)
{
    std::vector<StoredFile> all;
    while (rows.step()) {
        StoredFile file;
        file.name = rows.text(0);
        file.measure = li::parse_handle(rows.text(1)).value_or(li::Handle{});
        file.stream = static_cast<Stream>(rows.number(2));
        file.parcel = rows.number(3);
        file.size = large(rows, 4);
        file.digest = rows.text(5);
        file.content = large(rows, 6);
        file.deadline = rows.number(7);
        file.image = rows.text(8);
        if (with_text)
            file.text = open_box(rows.text(9), stored_label);
        all.push_back(std::move(file));
    }
    return all;
}

std::vector<StoredFile> HandoverWork::stored(const li::Handle& measure)
{
    const std::string id = li::hex(measure);
    Statement rows = database_.prepare(select("measure = ?1 ORDER BY name"));
    rows.bind(1, id);
    return stored_files(rows, false);
}

std::vector<StoredFile> HandoverWork::on_image(const std::string& digest)
{
    Statement rows = database_.prepare(select("image = ?1 ORDER BY name"));
    rows.bind(1, digest);
    return stored_files(rows, false);
}

void HandoverWork::limit_stored_deadlines(std::int64_t latest)
{
    database_.lend("UPDATE stored SET deadline = ?1 WHERE stream = 1 AND deadline > ?1")
        .bind(1, latest)
        .run();
}

bool HandoverWork::has_stored_overdue(std::int64_t now)
{
    Statement rows =
        database_.lend("SELECT 1 FROM stored WHERE stream = 1 AND deadline <= ?1 LIMIT 1");
    rows.bind(1, now);
    return rows.step();
}

std::vector<StoredFile> HandoverWork::stored_overdue(std::int64_t now)
{
    Statement rows =
        database_.prepare(select("stream = 1 AND deadline <= ?1 ORDER BY deadline"));
    rows.bind(1, now);
    return stored_files(rows, true);
}

std::uint64_t HandoverWork::stored_content_bytes()
{
    Statement row = database_.lend("SELECT coalesce(sum(content), 0) FROM stored");
    return row.step() ? large(row, 0) : 0;
}

std::set<std::string> HandoverWork::file_names()
{
    std::set<std::string> all;
    Statement rows = database_.prepare("SELECT name FROM stored UNION ALL"
                                       " SELECT name FROM parcels WHERE name <> ''");
    while (rows.step())
        all.emplace(rows.text(0));
    return all;
}

void HandoverWork::put(const DiscImage& image)
{
    const std::string id = li::hex(image.measure);
    database_
        .prepare("INSERT INTO images (digest, measure, files, made, delivered)"
                 " VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (digest) DO UPDATE SET"
                 " files = excluded.files, delivered = excluded.delivered")
        .bind(1, image.digest)
        .bind(2, id)
        .bind(3, static_cast<std::int64_t>(image.files))
        .bind(4, image.made)
        .bind(5, image.delivered)
        .run();
}

std::optional<DiscImage> HandoverWork::image(const std::string& digest)
{
    Statement row = database_.prepare("SELECT digest, measure, files, made, delivered"
                                      " FROM images WHERE digest = ?1");
    row.bind(1, digest);
    if (!row.step())
        return std::nullopt;
    return DiscImage{std::string(row.text(0)),
                     li::parse_handle(row.text(1)).value_or(li::Handle{}), large(row, 2),
                     row.number(3), row.number(4)};
}

} // namespace db
