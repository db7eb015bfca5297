// SPDX-License-Identifier: Apache-2.0
#include "spool/queue_retention.h"

#include <doctest/doctest.h>
#include <string>
#include <vector>

namespace {

using spool::SegmentFacts;

constexpr std::int64_t now = 1'000'000;

SegmentFacts finished(spool::SegmentNumber number, std::int64_t age)
{
    return {number, 1000, now - age, true, true, 0, 0, false};
}

SegmentFacts with_live(SegmentFacts segment, std::uint32_t messages, std::uint64_t bytes)
{
    segment.live_messages = messages;
    segment.live_bytes = bytes;
    return segment;
}

using Numbers = std::vector<spool::SegmentNumber>;

} // namespace

TEST_CASE("spool: without retention a finished segment goes at once")
{
    SegmentFacts unsafe = finished(2, 0);
    unsafe.results_safe = false;
    SegmentFacts open = finished(3, 0);
    open.complete = false;
    const std::vector<SegmentFacts> segments = {finished(1, 0), unsafe, open,
                                                with_live(finished(4, 0), 1, 900)};
    const auto plan = spool::plan_segments(segments, {}, now);
    CHECK(plan.remove == Numbers{1});
    CHECK(plan.carry.empty());
}

TEST_CASE("spool: with retention a segment stays until it is old, or all are too large")
{
    const std::vector<SegmentFacts> segments = {finished(1, 500), finished(2, 400),
                                                finished(3, 300), finished(4, 200)};
    CHECK(spool::plan_segments(segments, {.retention = 350}, now).remove == Numbers{1, 2});
    CHECK(spool::plan_segments(segments, {.retention = 900}, now).remove.empty());
    CHECK(spool::plan_segments(segments, {.retention = 900, .retention_bytes = 3500}, now)
              .remove == Numbers{1});
    CHECK(spool::plan_segments(segments, {.retention = 900, .retention_bytes = 1}, now)
              .remove == Numbers{1, 2, 3, 4});
}

TEST_CASE("spool: what the journal has not read stays, the newest of it if it is too much")
{
    std::vector<SegmentFacts> segments = {finished(1, 500), finished(2, 400),
                                          finished(3, 300), finished(4, 200)};
    segments[1].wanted = segments[2].wanted = segments[3].wanted = true;
    const auto all = spool::plan_segments(segments, {.journal_backlog = 3000}, now);
    CHECK(all.remove == Numbers{1});
    CHECK(all.unread.empty());
    const auto less = spool::plan_segments(segments, {.journal_backlog = 1000}, now);
    CHECK(less.remove == Numbers{1, 2, 3});
    CHECK(less.unread == Numbers{2, 3});
    const auto none = spool::plan_segments(segments, {.journal_backlog = 0}, now);
    CHECK(none.remove == Numbers{1, 2, 3, 4});
    // The ring keeps them anyhow: it is not the journal that takes the room.
    CHECK(spool::plan_segments(segments, {.retention = 900}, now).unread.empty());
}

TEST_CASE("spool: when space is short the oldest finished segments go, as many as needed")
{
    const std::vector<SegmentFacts> segments = {finished(1, 500),
                                                with_live(finished(2, 400), 1, 900),
                                                finished(3, 300), finished(4, 200)};
    const auto plan = [&](std::uint64_t missing) {
        return spool::plan_segments(segments, {.retention = 900}, now, missing);
    };
    CHECK(plan(1).remove == Numbers{1});
    CHECK(plan(1000).remove == Numbers{1});
    CHECK(plan(1001).remove == Numbers{1, 3});
    CHECK(plan(1'000'000).remove == Numbers{1, 3, 4});
    CHECK(plan(1'000'000).carry.empty());
}

TEST_CASE("spool: a segment is emptied when it is old and little of it is needed")
{
    const spool::RetentionRules rules{.carry_forward = 0.25, .carry_after = 600};
    struct Case {
        const char* name;
        SegmentFacts segment;
        bool carried;
    };
    SegmentFacts open = with_live(finished(1, 700), 1, 100);
    open.complete = false;
    SegmentFacts single = with_live(finished(1, 700), 1, 100);
    single.single = true;
    const Case cases[] = {
        {"a file for one message", single, false},
        {"little", with_live(finished(1, 700), 2, 249), true},
        {"a quarter", with_live(finished(1, 700), 2, 250), false},
        {"one large message", with_live(finished(1, 700), 1, 900), false},
        {"young", with_live(finished(1, 500), 2, 10), false},
        {"still open", open, false},
        {"nothing needed", finished(1, 700), false},
    };
    for (const Case& one : cases) {
        CAPTURE(one.name);
        const std::vector<SegmentFacts> segments = {one.segment};
        CHECK(spool::plan_segments(segments, rules, now).carry.size() ==
              (one.carried ? 1 : 0));
    }
}

TEST_CASE("spool: within retention nothing is carried")
{
    const std::vector<SegmentFacts> segments = {with_live(finished(1, 700), 1, 10)};
    CHECK(spool::plan_segments(segments, {.retention = 5000}, now).carry.empty());
    CHECK(spool::plan_segments(segments, {.retention = 650}, now).carry == Numbers{1});
}
