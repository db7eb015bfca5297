// SPDX-License-Identifier: Apache-2.0
#include "db/sqlite.h"
#include "seal/fixture_test.h"

#include <doctest/doctest.h>
#include <filesystem>
#include <string>
#include <system_error>

TEST_CASE("db: a statement is lent to one at a time, and bound to nothing")
{
    const seal::testing::Directory directory;
    (void)directory.write("file", "");
    const db::Sqlite database(directory.file("file"), db::Access::write,
                              base::milliseconds{1000});
    constexpr std::string_view text = "SELECT ifnull(?1, 'nothing')";
    {
        db::Statement one = database.lend(text);
        one.bind(1, "something");
        CHECK_THROWS_AS((void)database.lend(text),
                        base::Failure); // although it has not begun
        REQUIRE(one.step());
        CHECK(one.text(0) == "something");
        CHECK_THROWS_AS((void)database.lend(text), base::Failure);
        CHECK(database.lend("SELECT 1").step());
    }
    db::Statement again = database.lend(text);
    REQUIRE(again.step());
    CHECK(again.text(0) == "nothing");
}

namespace {

// Files that SQLite has made for itself, and unlinked.
int files_of_its_own()
{
    int files = 0;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
        std::error_code closed; // the directory's own
        files += std::filesystem::read_symlink(entry, closed).string().contains("etilqs");
    }
    return files;
}

} // namespace

TEST_CASE("db: a statement that changes much copies nothing into a file elsewhere")
{
    for (const db::Access access : {db::Access::write, db::Access::scrub}) {
        const seal::testing::Directory directory;
        (void)directory.write("file", "");
        const db::Sqlite database(directory.file("file"), access, base::milliseconds{1000});
        database.run("PRAGMA journal_mode = WAL;"
                     " CREATE TABLE t (n INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT;"
                     " WITH RECURSIVE c (n) AS"
                     " (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 5000)"
                     " INSERT INTO t SELECT n, hex(zeroblob(100)) FROM c");
        db::Transaction transaction(database);
        database.run("UPDATE t SET text = text || 'x'");
        CHECK(files_of_its_own() == 0);
        transaction.commit();
        CHECK(database.number("SELECT count(*) FROM t WHERE text LIKE '%x'") == 5000);
    }
}
