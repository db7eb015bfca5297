// SPDX-License-Identifier: Apache-2.0
// Round by round what leaves the ring, by clocks of the test's own.
#include "base/failure.h"
#include "base/log_test.h"
#include "spool/erased_scene_test.h"
#include "spool/layout.h"
#include "spool/queue_core.h"
#include "spool/ring_sweep.h"

#include <algorithm>
#include <doctest/doctest.h>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace {

using spool::Location;
using spool::MessageId;
using spool::TestSpool;

constexpr std::int64_t arrived = 1'795'557'000; // add_some()
constexpr std::int64_t period = 1000;

std::shared_ptr<spool::RingPeriods> for_all()
{
    auto out = std::make_shared<spool::RingPeriods>();
    out->shortest = period;
    out->period_of = [](const spool::Envelope&) { return std::optional(period); };
    return out;
}

// One segment of messages that nobody waits for, but for those in `core`.
struct Scene {
    TestSpool spool;
    std::vector<MessageId> ids;
    spool::QueueCore core;
    spool::RingSweep sweep;
    spool::Moment now{arrived, base::SteadyTime(base::seconds(5000))};

    explicit Scene(int count, std::size_t most = spool::most_due)
        : ids(spool::erased::add_some(spool, count)), sweep(spool.directory(), most)
    {
        sweep.set(for_all());
    }

    [[nodiscard]] std::string path() const
    {
        return spool::segment_path(spool.directory(), ids[0].first_written().segment);
    }
    void wait_for(MessageId id)
    {
        const std::vector<spool::EntryParts::One> one = {
            {spool::RecipientState::waiting, {}, {}}};
        spool::EntryParts parts;
        parts.id = id;
        parts.where = id.first_written();
        parts.recipients = one;
        core.table.insert(parts);
    }
    void pass(std::int64_t seconds)
    {
        now.wall += seconds;
        now.steady += base::seconds(seconds);
    }
    // What is to be erased now: when looks have come to their end.
    std::vector<Location> erased(std::uint32_t live = 0)
    {
        const spool::SegmentNumber number = ids[0].first_written().segment;
        const std::vector<spool::SegmentFacts> facts = {
            {.number = number, .complete = true, .live_messages = live}};
        const std::vector<spool::Follower::Position> read = {{number, 0, true}};
        const std::set<spool::SegmentNumber> busy;
        std::vector<Location> all;
        // A look needs its time, and after it there may be one more.
        for (int quiet = 0; quiet < 20; ++quiet) {
            const auto some = sweep.work({core, facts, busy, read, true, now});
            all.insert(all.end(), some.begin(), some.end());
            if (!some.empty() || sweep.looking())
                quiet = 0;
            if (sweep.looking())
                std::this_thread::sleep_for(base::milliseconds(1));
        }
        return all;
    }
};

std::vector<Location> places(const std::vector<MessageId>& ids)
{
    std::vector<Location> all;
    for (const MessageId id : ids)
        all.push_back(id.first_written());
    return all;
}

} // namespace

TEST_CASE("spool: a look that found many is gone on with where it ended")
{
    Scene scene(5, 2);
    scene.pass(period);
    SUBCASE("until the end of the segment")
    {
        CHECK(scene.erased() == places(scene.ids));
    }
    SUBCASE("also when those in front are waited for")
    {
        for (std::size_t i = 0; i < 4; ++i)
            scene.wait_for(scene.ids[i]);
        CHECK(scene.erased(4) == places({scene.ids[4]}));
        // And once more from the front when somebody has got his.
        (void)scene.core.table.apply(
            {.id = scene.ids[1], .what = spool::Change::What::remove});
        scene.pass(period);
        const std::vector<Location> more = scene.erased(3);
        CHECK(std::ranges::find(more, scene.ids[1].first_written()) != more.end());
        CHECK(std::ranges::find(more, scene.ids[0].first_written()) == more.end());
    }
}

TEST_CASE("spool: a part of a look says where the next one begins")
{
    const TestSpool spool;
    const std::vector<MessageId> ids = spool::erased::add_some(spool, 3);
    spool::RingPart part{.to = {ids[0].first_written().segment, 0, true}, .most = 2};
    const auto look = [&] {
        return spool::look_through(spool.directory(), part, *for_all(), arrived + period);
    };
    spool::RingLook found = look();
    CHECK(found.due.size() == 2);
    CHECK(found.more);
    CHECK(found.end == ids[2].first_written().offset);
    part.from = found.end;
    found = look();
    REQUIRE(found.due.size() == 1);
    CHECK(found.due[0].id == ids[2]);
    CHECK_FALSE(found.more);
}

TEST_CASE("spool: a segment that cannot be looked at is tried again after a pause")
{
    Scene scene(2);
    scene.pass(period);
    const std::string path = scene.path();
    std::filesystem::rename(path, path + ".away");
    std::filesystem::create_directory(path); // can be opened, and not be read
    const base::Captured log({.program = "test"});
    const auto times_said = [&log] {
        const std::string text = log.text();
        int count = 0;
        for (std::size_t at = 0; (at = text.find("tenant-erase-failed", at)) != text.npos;
             ++at)
            ++count;
        return count;
    };
    CHECK(scene.erased().empty());
    CHECK(times_said() == 1);
    scene.pass(61); // and fails again
    CHECK(scene.erased().empty());
    CHECK(times_said() == 1);

    std::filesystem::remove(path);
    std::filesystem::rename(path + ".away", path);
    scene.pass(61); // the pause has become longer
    CHECK(scene.erased().empty());
    scene.pass(60);
    CHECK(scene.erased() == places(scene.ids));
}

TEST_CASE("spool: that nobody can tell whose mail is what is said once, until somebody can")
{
    Scene scene(1);
    scene.pass(period);
    bool locked = true;
    auto periods = for_all();
    periods->period_of = [&locked](const spool::Envelope&) {
        if (locked)
            throw base::Failure(base::Remedy::try_later, "the database is locked");
        return std::optional(period);
    };
    scene.sweep.set(periods);
    const base::Captured log({.program = "test"});
    for (int i = 0; i < 3; ++i) {
        CHECK(scene.erased().empty());
        scene.pass(60);
    }
    const std::string text = log.text();
    const std::size_t said = text.find("tenant-erase-failed");
    CHECK(said != text.npos);
    CHECK(text.find("tenant-erase-failed", said + 1) == text.npos);
    locked = false;
    CHECK(scene.erased() == places(scene.ids));
}

TEST_CASE("spool: mail leaves the ring in its time when the clock is set back")
{
    Scene scene(1);
    scene.pass(10);
    CHECK(scene.erased().empty());
    scene.now.wall -= 86'400;
    scene.pass(period - 100);
    CHECK(scene.erased().empty());
    scene.pass(200); // by steady time it has been there for longer than its period
    CHECK(scene.erased() == places(scene.ids));
}

TEST_CASE("spool: what was due by a clock that was ahead stays when it is set right")
{
    Scene scene(1);
    scene.pass(10);
    CHECK(scene.erased().empty());
    scene.now.wall += 86'400;
    scene.pass(60);
    const spool::SegmentNumber number = scene.ids[0].first_written().segment;
    const std::vector<spool::SegmentFacts> facts = {{.number = number, .complete = true}};
    const std::vector<spool::Follower::Position> read = {{number, 0, true}};
    const std::set<spool::SegmentNumber> busy;
    // A look is under way that will find it.
    CHECK(scene.sweep.work({scene.core, facts, busy, read, true, scene.now}).empty());
    REQUIRE(scene.sweep.looking());
    scene.now.wall -= 86'400;
    CHECK(scene.erased().empty());
    scene.pass(period);
    CHECK(scene.erased() == places(scene.ids));
}

TEST_CASE("spool: a clock that is set right lets go at once what is due by it")
{
    Scene scene(1);
    scene.now.wall -= 86'400; // as a machine without a clock of its own starts
    CHECK(scene.erased().empty());
    scene.now.wall += 86'400 + period;
    scene.pass(60);
    CHECK(scene.erased() == places(scene.ids));
}
