// SPDX-License-Identifier: Apache-2.0
#include "db/schema.h"
#include "db/schema_fixture_test.h"

namespace {

using base::Remedy;
using namespace db::testing;

// A database as the first `count` migrations left it.
void make_old(const std::string& path, std::size_t count)
{
    run_files(path, db::sql_files().first(count));
    by_hand(path, "PRAGMA application_id = " + std::to_string(db::application_id) +
                      "; PRAGMA user_version = " + std::to_string(count));
}

} // namespace

TEST_CASE("db: there is one migration for each version, and the schema is the last file")
{
    check_files(db::sql_files(), db::schema_version);
}

TEST_CASE("db: schema.sql and the migrations make the same database")
{
    check_both_ways(db::sql_files(), "addresses");
}

TEST_CASE("db: migrate makes a database, brings an old one here, and keeps its rows")
{
    const Folder folder;
    const std::string path = folder.file("sponts.db");
    make_old(path, 1);
    by_hand(path,
            "INSERT INTO domains (name) VALUES ('old.example');"
            "INSERT INTO routes VALUES ('old.example', 7, 'h.test', 2525, 'lmtp', 'verify',"
            " 'n.test', '', '/ca', 'me', '/p', 'xforward', 1)");
    CHECK(db::migrate(path).from == 1);
    CHECK(db::migrate(path).from == db::schema_version);
    CHECK(db::Directory(path).domain("old.example").has_value());
    const auto route = db::Directory(path).route("a@old.example");
    REQUIRE(route.size() == 1);
    CHECK(route[0] == db::RouteHost{.pattern = "old.example",
                                    .priority = 7,
                                    .host = "h.test",
                                    .port = 2525,
                                    .protocol = db::Protocol::lmtp,
                                    .tls = db::TlsPolicy::verify,
                                    .tls_name = "n.test",
                                    .fingerprint = "",
                                    .ca_file = "/ca",
                                    .username = "me",
                                    .password_file = "/p",
                                    .client_info = db::ClientInfo::xforward,
                                    .hold_5xx = true});
    CHECK(db::migrate(folder.file("new.db")).from == 0);
    const auto mode = std::filesystem::status(folder.file("new.db")).permissions();
    CHECK((mode & std::filesystem::perms::others_all) == std::filesystem::perms::none);
}

TEST_CASE("db: a database of a newer program is left alone")
{
    const Fixture fixture;
    fixture.sql("PRAGMA user_version = 99");
    const auto migrating = failure_of([&] { (void)db::migrate(fixture.path); });
    REQUIRE(migrating);
    CHECK(migrating->remedy() == Remedy::fix_config);
    CHECK(std::string(migrating->what()).find("version 99") != std::string::npos);
    const auto serving = failure_of([&] { const db::Directory directory(fixture.path); });
    REQUIRE(serving);
    CHECK(serving->exit_status() == 78);
    const auto writing = failure_of([&] { const db::Writer writer(fixture.path); });
    REQUIRE(writing);
    CHECK(writing->exit_status() == 78);
    CHECK(fixture.number("PRAGMA user_version") == 99);
}

TEST_CASE("db: an old database is served only after it was migrated")
{
    const Folder folder;
    make_old(folder.file("old.db"), 1);
    const auto failure = failure_of([&] { const db::Directory d(folder.file("old.db")); });
    REQUIRE(failure);
    CHECK(failure->exit_status() == 78);
    CHECK(std::string(failure->what()).find("run sponts db migrate") != std::string::npos);
}

TEST_CASE("db: other people's SQLite files and garbage are not migrated")
{
    const Folder folder;
    run_files(folder.file("theirs.db"), {});
    by_hand(folder.file("theirs.db"), "CREATE TABLE songs (name TEXT)");
    const auto theirs = failure_of([&] { (void)db::migrate(folder.file("theirs.db")); });
    REQUIRE(theirs);
    CHECK(theirs->remedy() == Remedy::fix_data);

    std::ofstream(folder.file("garbage.db")) << std::string(20'000, 'x');
    const auto garbage = failure_of([&] { (void)db::migrate(folder.file("garbage.db")); });
    REQUIRE(garbage);
    CHECK(garbage->remedy() == Remedy::fix_data);
    CHECK(std::filesystem::file_size(folder.file("garbage.db")) == 20'000);

    const auto nowhere = failure_of([&] { (void)db::migrate(folder.file("no/such.db")); });
    REQUIRE(nowhere);
    CHECK(nowhere->remedy() == Remedy::make_room);
    const auto missing = failure_of([&] { db::check_database(folder.file("missing.db")); });
    REQUIRE(missing);
    CHECK(missing->remedy() == Remedy::supply_input);
}
