// SPDX-License-Identifier: Apache-2.0
// Every call to the disk fails once, in turn, while a batch is filed: all of it is there
// afterwards, with the progress of its source, or nothing; and filing it again completes
// it.
#include "db/failing_vfs_test.h"
#include "db/journal_fixture_test.h"

#include <doctest/doctest.h>

namespace {

using namespace db::testing;

constexpr base::milliseconds impatient{5};
constexpr int more_calls_than_there_are = 2000;
constexpr std::uint64_t messages = 2;

void file_all(const std::string& path)
{
    db::Journal journal(path, {}, impatient);
    db::JournalBatch batch(journal);
    if (!batch.advance("relayd", 1000))
        return;
    for (std::uint64_t id = 1; id <= messages; ++id) {
        (void)batch.file(a_message(id));
        (void)batch.file(a_result(id, noon + second));
        (void)batch.file(a_login(noon + static_cast<std::int64_t>(id)));
    }
    batch.commit();
}

void check_all_or_nothing(const JournalFixture& fixture)
{
    const bool all = fixture.number("SELECT position FROM progress") == 1000;
    const std::int64_t each = all ? messages : 0;
    CHECK(fixture.number("SELECT count(*) FROM messages") == each);
    CHECK(fixture.number("SELECT count(*) FROM recipients WHERE result = 1") == each);
    CHECK(fixture.number("SELECT count(*) FROM logins") == each);
    CHECK(fixture.number("SELECT count(*) FROM words WHERE words MATCH 'roof'") == each);
    CHECK(fixture.whole());
}

int failures_of(int error, Broken broken)
{
    for (int when = 1; when < more_calls_than_there_are; ++when) {
        const JournalFixture fixture;
        bool failed = false;
        std::optional<base::Failure> failure;
        {
            const FailingVfs disk(error, when, broken);
            failure = failure_of([&] { file_all(fixture.path); });
            failed = disk.failed();
        }
        CAPTURE(error);
        CAPTURE(when);
        check_all_or_nothing(fixture);
        if (failure && error == SQLITE_FULL)
            CHECK(failure->disk_full());
        file_all(fixture.path);
        CHECK(fixture.number("SELECT position FROM progress") == 1000);
        check_all_or_nothing(fixture);
        if (!failed)
            return when - 1;
    }
    FAIL("there is no end");
    return 0;
}

} // namespace

TEST_CASE("journal: a batch on a failing disk is filed or not filed")
{
    int failures = 0;
    for (const int error : {SQLITE_IOERR, SQLITE_FULL, SQLITE_BUSY})
        failures += failures_of(error, Broken::once);
    failures += failures_of(SQLITE_FULL, Broken::for_good);
    MESSAGE(failures << " failures");
    CHECK(failures > 50);
}
