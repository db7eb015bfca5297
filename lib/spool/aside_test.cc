// SPDX-License-Identifier: Apache-2.0
// Where the system has no thread to give, the queue goes on, and does later what it could
// not do now.
#include "spool/aside.h"
#include "spool/erased_scene_test.h"
#include "spool/queue_keeper.h"
#include "spool/ring_sweep.h"

#include <doctest/doctest.h>
#include <memory>
#include <pthread.h>
#include <vector>

using spool::TestSpool;

namespace {

// While it lives a new thread asks for a stack that nobody has.
class NoThreads {
public:
    NoThreads()
    {
        REQUIRE(::pthread_getattr_default_np(&before_) == 0);
        pthread_attr_t large;
        REQUIRE(::pthread_getattr_default_np(&large) == 0);
        REQUIRE(::pthread_attr_setstacksize(&large, std::size_t{1} << 47) == 0);
        REQUIRE(::pthread_setattr_default_np(&large) == 0);
        ::pthread_attr_destroy(&large);
    }
    ~NoThreads()
    {
        (void)::pthread_setattr_default_np(&before_);
        ::pthread_attr_destroy(&before_);
    }
    NoThreads(const NoThreads&) = delete;
    NoThreads& operator=(const NoThreads&) = delete;

private:
    pthread_attr_t before_;
};

} // namespace

TEST_CASE("spool: without a thread for it, segments are deleted and records erased later")
{
    const TestSpool spool;
    const std::vector<spool::MessageId> ids = spool::erased::add_some(spool, 2);
    const std::vector<spool::MessageId> old = spool::erased::add_some(spool, 1);
    spool::Writer writer(spool.writer_options());
    spool::QueueCore core;
    spool::Follower follower(spool.directory(), {});
    const auto found = [&](const spool::Found& one) { (void)core.found(one); };
    while (follower.poll(10, found, [](auto&&...) {}) > 0)
        continue;
    spool::SegmentKeeper keeper(spool.directory(), {.carry_forward = 0}, 3600);
    const spool::DamagedSegments damaged(spool.directory());
    spool::Moment now = spool::Moment::now();
    const auto round = [&] {
        keeper.erase(core.take_deleted(), 1);
        keeper.work(core, follower, 1, 1, damaged, writer, {}, now);
        keeper.wait();
        return spool::segment_numbers(spool.directory()).size();
    };
    (void)core.apply({.id = old[0], .what = spool::Change::What::remove});
    (void)core.apply({.id = ids[1], .what = spool::Change::What::remove});
    {
        const NoThreads none;
        CHECK_THROWS_AS((void)spool::aside([] { return 1; }), base::Failure);
        CHECK(round() == 2);
        CHECK_FALSE(keeper.deleting());
        CHECK(keeper.to_erase().size() == 1);
    }
    CHECK(round() == 2); // not at once again
    now.steady += base::seconds(61);
    CHECK(round() == 1);
    for (int i = 0; i < 5000 && spool::erased::on_disk(spool, 1); ++i) {
        (void)round();
        std::this_thread::sleep_for(base::milliseconds(1));
    }
    CHECK_FALSE(spool::erased::on_disk(spool, 1));
}

TEST_CASE("spool: without a thread for it, the ring is looked at later")
{
    const TestSpool spool;
    const std::vector<spool::MessageId> ids = spool::erased::add_some(spool, 1);
    const spool::SegmentNumber number = ids[0].first_written().segment;
    const spool::QueueCore core;
    spool::RingSweep sweep(spool.directory());
    auto periods = std::make_shared<spool::RingPeriods>();
    periods->shortest = 1;
    periods->period_of = [](const spool::Envelope&) { return 1; };
    sweep.set(periods);
    spool::Moment now = spool::Moment::now();
    now.wall += 86'400;
    const std::vector<spool::SegmentFacts> facts = {{.number = number, .complete = true}};
    const std::vector<spool::Follower::Position> read = {{number, 0, true}};
    const std::set<spool::SegmentNumber> busy;
    const auto round = [&] { return sweep.work({core, facts, busy, read, true, now}); };
    {
        const NoThreads none;
        CHECK(round().empty());
        CHECK_FALSE(sweep.looking());
    }
    now.steady += base::seconds(61);
    std::vector<spool::Location> due;
    for (int i = 0; i < 5000 && due.empty(); ++i) {
        due = round();
        std::this_thread::sleep_for(base::milliseconds(1));
    }
    CHECK(due == std::vector{ids[0].first_written()});
}
