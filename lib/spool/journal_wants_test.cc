// SPDX-License-Identifier: Apache-2.0
// Tests of spool/journal_mark.h and journal_wants.h.
#include "base/file.h"
#include "spool/journal_mark.h"
#include "spool/journal_wants.h"
#include "spool/layout.h"
#include "spool/test_spool.h"

#include <doctest/doctest.h>

namespace {

constexpr std::uint64_t backlog = 1 << 20;

} // namespace

TEST_CASE("spool: how far the journal is comes back as it went")
{
    const spool::test::TemporarySpool spool;
    CHECK(spool::read_journal_mark(spool.path).empty());
    spool::write_journal_mark(spool.path, {{17, 192, false}, {18, 0, true}});
    spool::write_journal_mark(spool.path, {{17, 400, false}, {18, 0, true}});
    const auto read = spool::read_journal_mark(spool.path);
    REQUIRE(read.size() == 2);
    CHECK(read[0].segment == 17);
    CHECK(read[0].offset == 400);
    CHECK_FALSE(read[0].finished);
    CHECK(read[1].finished);
    base::replace_file(spool::journal_mark_path(spool.path),
                       "nonsense\n0000000011 x\n0000000011\n\n0000000012 7\n00000", 0640);
    CHECK(spool::read_journal_mark(spool.path).size() == 1);
}

TEST_CASE("spool: the journal wants what it has not read to the end")
{
    const spool::test::TemporarySpool spool;
    spool::write_journal_mark(spool.path, {{17, 400, false}, {18, 500, true}});
    spool::JournalWants wants(spool.path, backlog, 0);
    wants.look(0);
    CHECK(wants.wants(17));
    CHECK_FALSE(wants.wants(18));
    CHECK(wants.wants(19));
    CHECK(wants.backlog() == backlog);
    const auto limited =
        wants.limit({{17, 900, true}, {18, 900, true}, {19, 900, false}, {20, 0, false}});
    CHECK(limited[0].offset == 400);
    CHECK_FALSE(limited[0].finished);
    CHECK(limited[1].finished);
    CHECK(limited[2].offset == 1); // known, and nothing of it may be erased
    CHECK(limited[3].offset == 0);
}

TEST_CASE(
    "spool: the journal wants nothing where there is none, and no room it has not got")
{
    const spool::test::TemporarySpool spool;
    spool::JournalWants none(spool.path, 0, 0);
    none.look(0);
    CHECK_FALSE(none.wants(17));
    CHECK(none.limit({{17, 900, true}})[0].finished);
    spool::JournalWants full(spool.path, backlog, UINT64_MAX);
    full.look(UINT64_MAX - 1);
    CHECK(full.wants(17));
    CHECK(full.backlog() == 0);
    CHECK(full.limit({{17, 900, true}})[0].finished);
    full.look(std::nullopt); // a disk that cannot be asked is not full
    CHECK(full.backlog() == backlog);
    CHECK_FALSE(full.limit({{17, 900, true}})[0].finished);
}

TEST_CASE("spool: how far the journal is is seen each time it is written")
{
    const spool::test::TemporarySpool spool;
    spool::JournalWants wants(spool.path, backlog, 0);
    const auto wants_it = [&] {
        wants.look(0);
        return wants.wants(17);
    };
    CHECK(wants_it());
    spool::write_journal_mark(spool.path, {{17, 500, true}});
    CHECK_FALSE(wants_it());
    spool::write_journal_mark(spool.path, {{17, 500, false}});
    CHECK(wants_it());
    spool::write_journal_mark(spool.path, {{17, 500, true}});
    CHECK_FALSE(wants_it());
    std::filesystem::remove(spool::journal_mark_path(spool.path));
    CHECK(wants_it());
}
