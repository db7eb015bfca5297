// SPDX-License-Identifier: Apache-2.0
#include "spool/queue_fixture_test.h"
#include "spool/queue_keeper.h"
#include "spool/segments.h"

#include <doctest/doctest.h>
#include <vector>

TEST_CASE("spool: a segment that lives again goes only with its last results")
{
    spool::TestSpool spool;
    const spool::MessageId id = spool.add(1);
    spool::Writer writer(spool.writer_options());
    spool::QueueCore core;
    spool::Follower follower(spool.directory(), {});
    std::vector<spool::Found> records;
    (void)follower.poll(
        10, [&](spool::Found&& record) { records.push_back(std::move(record)); },
        [](spool::Location, std::string_view) {});
    REQUIRE(records.size() == 1);

    spool::SegmentKeeper keeper(spool.directory(), {.carry_forward = 0}, 3600);
    const spool::DamagedSegments damaged(spool.directory());
    const auto round = [&](std::uint64_t appended, std::uint64_t synced) {
        keeper.work(core, follower, appended, synced, damaged, writer, {});
        keeper.wait();
        return spool::segment_numbers(spool.directory()).size();
    };
    CHECK(round(10, 0) == 1);
    REQUIRE(core.found(records[0]) != nullptr); // a copy that counts now
    CHECK(round(10, 10) == 1);
    (void)core.apply({.id = id, .what = spool::Change::What::remove});
    CHECK(core.table.size() == 0);
    CHECK(round(50, 10) == 1);
    CHECK(round(50, 50) == 0);
}
