// SPDX-License-Identifier: Apache-2.0
// Every call to the disk fails once, in turn, until the work runs through: whatever
// happens, the work is done or not done, the file is whole, and the next attempt succeeds.
#include "db/failing_vfs_test.h"
#include "db/fixture_test.h"

#include <doctest/doctest.h>

namespace {

using db::testing::Broken;
using db::testing::FailingVfs;
using db::testing::failure_of;
using db::testing::Fixture;
using db::testing::Folder;

constexpr base::milliseconds impatient{5};
constexpr int more_calls_than_there_are = 2000;

constexpr int errors[] = {SQLITE_IOERR, SQLITE_FULL, SQLITE_BUSY};
constexpr Broken kinds[] = {Broken::once, Broken::for_good};

// try_at(N) for N = 1, 2, 3 ... for each error, until it says that nothing failed any more.
// Returns how many failures there were.
template <class Try>
int each_failure(Try try_at)
{
    int failures = 0;
    for (const int error : errors)
        for (const Broken broken : kinds) {
            int when = 1;
            while (when < more_calls_than_there_are && try_at(error, when, broken))
                ++when;
            REQUIRE(when < more_calls_than_there_are);
            failures += when - 1;
        }
    return failures;
}

bool whole(const Fixture& fixture)
{
    return fixture.number("SELECT count(*) FROM pragma_integrity_check"
                          " WHERE integrity_check = 'ok'") == 1;
}

constexpr std::string_view four = "name\na.example\nb.example\nc.example\nd.example\n";

} // namespace

TEST_CASE("db: an import on a failing disk is done or not done")
{
    const int failures = each_failure([](int error, int when, Broken broken) {
        const Fixture fixture;
        fixture.sql("INSERT INTO domains (name) VALUES ('old.example')");
        bool failed = false;
        std::optional<base::Failure> failure;
        {
            const FailingVfs disk(error, when, broken);
            failure = failure_of([&] {
                const db::ImportResult result =
                    db::import_csv(fixture.path, "domains", four, {.patience = impatient});
                CHECK(result.bad_rows == 0);
            });
            failed = disk.failed();
        }
        CAPTURE(error);
        CAPTURE(when);
        REQUIRE(whole(fixture));
        const std::int64_t rows = fixture.number("SELECT count(*) FROM domains");
        CHECK((rows == 5 || (rows == 1 && failure)));
        if (failure && error == SQLITE_FULL)
            CHECK(failure->disk_full());
        if (failure && error == SQLITE_BUSY)
            CHECK(failure->remedy() == base::Remedy::try_later);
        CHECK(db::import_csv(fixture.path, "domains", four).bad_rows == 0);
        CHECK(fixture.number("SELECT count(*) FROM domains") == 5);
        return failed;
    });
    MESSAGE(failures << " failures");
    CHECK(failures > 50);
}

TEST_CASE("db: a migration on a failing disk is done or not done")
{
    const int failures = each_failure([](int error, int when, Broken broken) {
        const Folder folder;
        const std::string path = folder.file("sponts.db");
        bool failed = false;
        {
            const FailingVfs disk(error, when, broken);
            (void)failure_of([&] { (void)db::migrate(path, impatient); });
            failed = disk.failed();
        }
        CAPTURE(error);
        CAPTURE(when);
        const int from = db::migrate(path).from;
        CHECK((from == 0 || from == db::schema_version));
        db::check_database(path);
        return failed;
    });
    MESSAGE(failures << " failures");
    CHECK(failures > 50);
}

TEST_CASE("db: a reader on a failing disk answers right or throws try_later, never wrong")
{
    const Fixture fixture;
    fixture.sql("INSERT INTO domains (name) VALUES ('a.example')");
    const int failures = each_failure([&fixture](int error, int when, Broken broken) {
        const FailingVfs disk(error, when, broken);
        db::Directory directory(fixture.path, base::milliseconds{0});
        int refused = 0;
        for (int question = 0; question < 3; ++question) {
            std::optional<db::Domain> domain;
            const auto failure =
                failure_of([&] { domain = directory.domain("a.example"); });
            CAPTURE(error);
            CAPTURE(when);
            CHECK((failure || domain));
            if (failure)
                CHECK(failure->remedy() == base::Remedy::try_later);
            refused += failure ? 1 : 0;
        }
        CHECK((broken == Broken::for_good || refused <= 1));
        return disk.failed();
    });
    MESSAGE(failures << " failures");
    CHECK(failures > 10);
}
