// SPDX-License-Identifier: Apache-2.0
#include "db/sqlite.h"
#include "seal/fixture_test.h"

#include <doctest/doctest.h>

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
