// SPDX-License-Identifier: Apache-2.0
#include "db/journal_fixture_test.h"
#include "db/journal_search.h"
#include "db/schema_fixture_test.h"

namespace {

using base::Remedy;
using namespace db::testing;

} // namespace

TEST_CASE("journal: there is one migration for each version, and the schema is the last")
{
    check_files(db::journal_sql(), db::journal_version);
}

TEST_CASE("journal: schema.sql and the migrations make the same database")
{
    check_both_ways(db::journal_sql(), "messages");
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
    CHECK(opened->remedy() == Remedy::fix_config); // so that who starts servers gives up
    const auto asked = failure_of([&] { const db::JournalSearch journal(other.path); });
    REQUIRE(asked);
    CHECK(asked->remedy() == Remedy::fix_data);
    CHECK(std::string(opened->what()) == "open " + other.path + ": this is not a journal");
    const Folder folder;
    const std::string file = folder.file("file");
    const auto said = [&file](const std::string& text) {
        std::ofstream(file) << text;
        const auto failure = failure_of([&] { const db::JournalSearch journal(file); });
        return failure ? std::string(failure->what()) : "nothing";
    };
    CHECK(said(std::string(20'000, 'x')) == "open " + file + ": this is not a journal");
    CHECK(said("root:x:0:0::/root:/bin/sh\n") ==
          "open " + file + ": this is not a journal");
    CHECK(said("") == "open " + file +
                          ": this is not a journal: there is nothing in it; sponts db "
                          "migrate --journal makes one");

    const JournalFixture fixture;
    by_hand(fixture.path, "PRAGMA user_version = 99");
    const auto newer = failure_of([&] { (void)db::migrate_journal(fixture.path); });
    REQUIRE(newer);
    CHECK(newer->remedy() == Remedy::fix_config);
    CHECK(std::string(newer->what()).find("version 99") != std::string::npos);
    const auto serving = failure_of([&] { const db::Journal journal(fixture.path); });
    REQUIRE(serving);
    CHECK(serving->exit_status() == 78);
}
