// SPDX-License-Identifier: Apache-2.0
#include "delivery/schedule.h"
#include "delivery/timetable.h"

#include <doctest/doctest.h>

namespace {

delivery::Schedule sample()
{
    delivery::Schedule schedule;
    schedule.retry = delivery::durations("5m 10m 4h");
    schedule.notices = {4 * 3600, 24 * 3600};
    return schedule;
}

} // namespace

TEST_CASE("delivery: pauses grow and the last one repeats")
{
    const delivery::Schedule schedule = sample();
    CHECK(schedule.pause(0) == 300);
    CHECK(schedule.pause(1) == 300);
    CHECK(schedule.pause(2) == 600);
    CHECK(schedule.pause(3) == 14400);
    CHECK(schedule.pause(1000) == 14400);
    CHECK(delivery::Schedule{}.pause(5) == 300);
}

TEST_CASE("delivery: ends and notices")
{
    const delivery::Schedule schedule = sample();
    CHECK(schedule.expiry(1000, false) == 1000 + 5 * 86400);
    CHECK(schedule.expiry(1000, true) == 1000 + 86400);
    CHECK(schedule.next_notice(1000, 1000) == 1000 + 4 * 3600);
    CHECK(schedule.next_notice(1000, 1000 + 4 * 3600) == 1000 + 24 * 3600);
    CHECK(!schedule.next_notice(1000, 1000 + 24 * 3600));
    CHECK(delivery::durations("  5s, 2m  bad 1h").size() == 3);
}

TEST_CASE("delivery: the timetable gives the earliest first and nothing early")
{
    using delivery::Due;
    delivery::Timetable table;
    table.add(30, spool::MessageId(3), Due::attempt);
    table.add(10, spool::MessageId(1), Due::milestone);
    table.add(20, spool::MessageId(2), Due::attempt);
    CHECK(!table.take(9));
    const auto first = table.take(20);
    REQUIRE(first);
    CHECK(first->id == spool::MessageId(1));
    CHECK(first->due == Due::milestone);
    CHECK(table.take(20)->id == spool::MessageId(2));
    CHECK(!table.take(29));
    CHECK(table.take(30)->due == Due::attempt);
    CHECK(table.size() == 0);
}
