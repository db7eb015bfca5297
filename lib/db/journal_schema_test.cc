// SPDX-License-Identifier: Apache-2.0
#include "db/journal_fixture_test.h"

#include <charconv>
#include <doctest/doctest.h>
#include <fstream>

namespace {

using base::Remedy;
using namespace db::testing;

std::string shape(const db::Sqlite& database)
{
    std::string out;
    db::Statement rows = database.prepare(
        "SELECT type, name, coalesce(sql, '') FROM sqlite_master ORDER BY type, name");
    while (rows.step()) {
        out += std::string(rows.text(0)) + ' ' + std::string(rows.text(1)) + ' ';
        out += std::string(rows.text(2)) + '\n';
    }
    return out;
}

} // namespace

TEST_CASE("journal: there is one migration for each version, and the schema is the last")
{
    const auto files = db::journal_sql();
    REQUIRE(files.size() == db::journal_version + 1);
    CHECK(files.back().name == "schema.sql");
    for (int version = 1; version <= db::journal_version; ++version)
        CHECK(std::stoi(std::string(files[static_cast<std::size_t>(version - 1)].name)) ==
              version);
}

TEST_CASE("journal: schema.sql and the migrations make the same database")
{
    const Folder folder;
    std::string shapes[2];
    const auto files = db::journal_sql();
    for (int way = 0; way < 2; ++way) {
        const std::string path = folder.file(std::to_string(way));
        std::ofstream file(path);
        file.close();
        const db::Sqlite database(path, db::Access::write, base::milliseconds{1000});
        if (way == 0)
            database.run(std::string(files.back().text));
        else
            for (std::size_t i = 0; i + 1 < files.size(); ++i)
                database.run(std::string(files[i].text));
        shapes[way] = shape(database);
    }
    CHECK(shapes[0] == shapes[1]);
    CHECK(shapes[0].find("table messages") != std::string::npos);
}

TEST_CASE("journal: it is made once, not for everybody, and kept")
{
    const Folder folder;
    const std::string path = folder.file("journal.db");
    CHECK(db::migrate_journal(path).from == 0);
    const auto mode = std::filesystem::status(path).permissions();
    CHECK((mode & std::filesystem::perms::others_all) == std::filesystem::perms::none);
    {
        db::Journal journal(path);
        db::JournalBatch batch(journal);
        CHECK(batch.file(a_message(1)));
        batch.commit();
    }
    CHECK(db::migrate_journal(path).from == db::journal_version);
    CHECK(db::Sqlite(path, db::Access::read, base::milliseconds{1000})
              .number("SELECT count(*) FROM messages") == 1);
}

TEST_CASE("journal: other databases and newer ones are left alone")
{
    const Fixture other; // sponts.db
    const auto theirs = failure_of([&] { (void)db::migrate_journal(other.path); });
    REQUIRE(theirs);
    CHECK(theirs->remedy() == Remedy::fix_data);
    const auto opened = failure_of([&] { const db::Journal journal(other.path); });
    REQUIRE(opened);
    CHECK(opened->remedy() == Remedy::fix_config);

    const JournalFixture fixture;
    db::Sqlite(fixture.path, db::Access::write, base::milliseconds{1000})
        .run("PRAGMA user_version = 99");
    const auto newer = failure_of([&] { (void)db::migrate_journal(fixture.path); });
    REQUIRE(newer);
    CHECK(newer->remedy() == Remedy::fix_config);
    CHECK(std::string(newer->what()).find("version 99") != std::string::npos);
    const auto serving = failure_of([&] { const db::Journal journal(fixture.path); });
    REQUIRE(serving);
    CHECK(serving->exit_status() == 78);
}
