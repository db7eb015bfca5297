// SPDX-License-Identifier: Apache-2.0
#include "db/policy_reader.h"
#include "db/policy_schema.h"
#include "db/schema_fixture_test.h"

namespace {

using base::Remedy;
using namespace db::testing;

} // namespace

TEST_CASE("policy: there is one migration for each version, and the schema is the last")
{
    check_files(db::policy_sql(), db::policy_version);
}

TEST_CASE("policy: schema.sql and the migrations make the same database")
{
    check_both_ways(db::policy_sql(), "verifiers");
}

TEST_CASE("policy: it is made once, not for everybody, and other databases are left alone")
{
    const Folder folder;
    const std::string path = folder.file("policy.db");
    CHECK(db::migrate_policy(path).from == 0);
    const auto mode = std::filesystem::status(path).permissions();
    CHECK((mode & std::filesystem::perms::others_all) == std::filesystem::perms::none);
    CHECK(db::migrate_policy(path).from == db::policy_version);

    const Fixture other; // sponts.db
    const auto theirs = failure_of([&] { (void)db::migrate_policy(other.path); });
    REQUIRE(theirs);
    CHECK(theirs->remedy() == Remedy::fix_data);
    const auto opened = failure_of([&] { const db::PolicyReader reader(other.path); });
    REQUIRE(opened);
    CHECK(opened->remedy() == Remedy::fix_config);

    by_hand(path, "PRAGMA user_version = 99");
    const auto newer = failure_of([&] { (void)db::migrate_policy(path); });
    REQUIRE(newer);
    CHECK(newer->remedy() == Remedy::fix_config);
}

TEST_CASE("policy: what is learned is known at once, and what is forgotten is not")
{
    const Folder folder;
    const std::string path = folder.file("policy.db");
    (void)db::migrate_policy(path);
    by_hand(path, "INSERT INTO verifiers VALUES ('ann@example.org', '$argon2id$a', 1, 2),"
                  " ('bob@example.org', '', 1, 1)");
    db::PolicyReader reader(path, base::milliseconds{0});
    const auto known = reader.verifier("ann@example.org");
    REQUIRE(known);
    CHECK(known->verifier == "$argon2id$a");
    CHECK(known->proved_at == 2);
    CHECK_FALSE(reader.verifier("bob@example.org"));
    CHECK_FALSE(reader.verifier("carl@example.org"));

    by_hand(path, "INSERT INTO verifiers VALUES ('carl@example.org', '$argon2id$c', 3, 3)");
    CHECK(reader.verifier("carl@example.org"));
    by_hand(path, "DELETE FROM verifiers");
    CHECK_FALSE(reader.verifier("ann@example.org"));
}

TEST_CASE("policy: without the database there is trouble, until it is there")
{
    const Folder folder;
    const std::string path = folder.file("policy.db");
    db::PolicyReader reader(path, base::milliseconds{0});
    const auto asked = failure_of([&] { (void)reader.verifier("ann@example.org"); });
    REQUIRE(asked);
    CHECK(asked->remedy() == Remedy::try_later);
    (void)db::migrate_policy(path);
    CHECK_FALSE(reader.verifier("ann@example.org"));
    by_hand(path, "INSERT INTO verifiers VALUES ('ann@example.org', '$argon2id$a', 1, 2)");
    CHECK(reader.verifier("ann@example.org"));
}
