// SPDX-License-Identifier: Apache-2.0
#include "base/fd.h"
#include "base/log_test.h"
#include "spool/erase.h"
#include "spool/erased_scene_test.h"
#include "spool/layout.h"
#include "spool/queue_fixture_test.h"
#include "spool/queue_keeper.h"
#include "spool/segments.h"

#include <cerrno>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <filesystem>
#include <thread>
#include <vector>

namespace {

std::vector<spool::Found> read(spool::Follower& follower)
{
    std::vector<spool::Found> records;
    (void)follower.poll(
        10, [&](spool::Found&& record) { records.push_back(std::move(record)); },
        [](spool::Location, std::string_view) {});
    REQUIRE(records.size() == 1);
    return records;
}

} // namespace

TEST_CASE("spool: a segment that lives again goes only with its last results")
{
    spool::TestSpool spool;
    const spool::MessageId id = spool.add(1);
    spool::Writer writer(spool.writer_options());
    spool::QueueCore core;
    spool::Follower follower(spool.directory(), {});
    const std::vector<spool::Found> records = read(follower);

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

TEST_CASE("spool: that the journal is behind is said when segments go, once")
{
    spool::TestSpool spool;
    (void)spool.add(1);
    spool::Writer writer(spool.writer_options());
    spool::QueueCore core;
    spool::Follower follower(spool.directory(), {});
    const std::vector<spool::Found> records = read(follower);
    constexpr std::uint64_t backlog = 1; // the segment is larger
    spool::SegmentKeeper keeper(spool.directory(), {.carry_forward = 0}, 3600,
                                spool::JournalWants(spool.directory(), backlog, 0));
    const base::Captured log({.program = "test"});
    const auto round = [&](const spool::DamagedSegments& damaged) {
        keeper.work(core, follower, 1, 1, damaged, writer, {});
        keeper.wait();
        return spool::segment_numbers(spool.directory()).size();
    };
    const auto said = [&] { return log.text().find("journal-behind"); };
    spool::write_file(spool::damaged_directory(spool.directory()), "in the way");
    spool::DamagedSegments damaged(spool.directory());
    damaged.add(records[0].where.segment);
    REQUIRE(damaged.waits(records[0].where.segment));
    CHECK(round(damaged) == 1);
    CHECK(round(damaged) == 1);
    CHECK(said() == std::string::npos);
    const spool::DamagedSegments none(spool.directory());
    CHECK(round(none) == 0);
    CHECK(said() != std::string::npos);
}

TEST_CASE("spool: a segment goes in its time when the clock is set back")
{
    spool::TestSpool spool;
    (void)spool.add(1);
    spool::Writer writer(spool.writer_options());
    const spool::QueueCore core;
    spool::Follower follower(spool.directory(), {});
    (void)read(follower);
    constexpr std::int64_t retention = 1000;
    spool::SegmentKeeper keeper(spool.directory(), {.retention = retention}, 3600);
    const spool::DamagedSegments damaged(spool.directory());
    spool::Moment now = spool::Moment::now();
    const auto left = [&] {
        for (int i = 0; i < 2; ++i) {
            keeper.work(core, follower, 1, 1, damaged, writer, {}, now);
            keeper.wait();
        }
        return spool::segment_numbers(spool.directory()).size();
    };
    CHECK(left() == 1);
    now.wall -= 86'400;
    now.steady += base::seconds(retention - 1);
    CHECK(left() == 1);
    SUBCASE("by steady time")
    {
        now.steady += base::seconds(1);
        CHECK(left() == 0);
    }
    SUBCASE("by wall time, when it is set right")
    {
        now.wall += 86'400 + retention + 1;
        CHECK(left() == 0);
    }
}

namespace {

struct NoHoles : spool::Disk {
    int punch(int, std::uint64_t, std::uint64_t) override
    {
        errno = EOPNOTSUPP;
        return -1;
    }
};

// Two segments of two messages of 100 kB; how many stay when a bit less than both may.
struct TwoSegments {
    spool::TestSpool spool;
    std::vector<spool::MessageId> first = spool::erased::add_some(spool, 2);
    std::vector<spool::MessageId> second = spool::erased::add_some(spool, 2);

    [[nodiscard]] std::string path(spool::MessageId id) const
    {
        return spool::segment_path(spool.directory(), id.first_written().segment);
    }
    [[nodiscard]] std::size_t kept() const
    {
        spool::Writer writer(spool.writer_options());
        const spool::QueueCore core;
        spool::Follower follower(spool.directory(), {});
        const auto nothing = [](auto&&...) {};
        while (follower.poll(10, nothing, nothing) > 0)
            continue;
        const std::uint64_t bound =
            spool::file_size(path(first[0])) + spool::file_size(path(second[0])) - 50'000;
        spool::SegmentKeeper keeper(spool.directory(),
                                    {.retention = 3600, .retention_bytes = bound}, 3600);
        const spool::DamagedSegments damaged(spool.directory());
        for (int i = 0; i < 2; ++i) {
            keeper.work(core, follower, 1, 1, damaged, writer, {});
            keeper.wait();
        }
        return spool::segment_numbers(spool.directory()).size();
    }
};

} // namespace

TEST_CASE("spool: what was erased from a segment does not count any more")
{
    const TwoSegments scene;
    const spool::Location where = scene.second[0].first_written();
    SUBCASE("with all of it")
    {
        CHECK(scene.kept() == 1);
    }
    SUBCASE("without what was erased, also for a new process")
    {
        REQUIRE(spool::erase_record(scene.spool.directory(), where));
        CHECK(scene.kept() == 2);
    }
    SUBCASE("with the zeros that are there where no holes can be made")
    {
        NoHoles disk;
        const std::uint64_t before =
            spool::segment_info(scene.spool.directory(), where.segment)->used;
        REQUIRE(spool::erase_records(scene.spool.directory(), where.segment,
                                     {&where.offset, 1}, disk) == 1);
        const std::string left = spool::read_file(scene.path(scene.second[0]));
        CHECK(left.find("AAAA") == std::string::npos);
        CHECK(spool::segment_info(scene.spool.directory(), where.segment)->used >= before);
        CHECK(scene.kept() == 1);
    }
}

TEST_CASE("spool: what the disk has not given out yet counts as it was written")
{
    const TwoSegments scene;
    const spool::SegmentNumber number = scene.first[0].first_written().segment;
    auto info = *spool::segment_info(scene.spool.directory(), number);
    const std::uint64_t size = info.size;
    info.used = 0; // as some file systems say for a while, or for good
    CHECK(spool::segment_room(scene.spool.directory(), info) == size);
    info.used = size + 4096;
    CHECK(spool::segment_room(scene.spool.directory(), info) == size);
    { // and a hole is one
        const base::Fd file(::open(scene.path(scene.first[0]).c_str(), O_RDWR | O_CLOEXEC));
        REQUIRE(::fallocate(file.get(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 16384,
                            65536) == 0);
    }
    info.used = 0;
    CHECK(spool::segment_room(scene.spool.directory(), info) == size - 65536);
    info.used = size - 4096;
    CHECK(spool::segment_room(scene.spool.directory(), info) == size - 4096);
}

TEST_CASE("spool: what was erased does not count as soon as it can be looked at")
{
    TwoSegments scene;
    spool::Writer writer(scene.spool.writer_options());
    const spool::QueueCore core;
    spool::Follower follower(scene.spool.directory(), {});
    const std::string path = scene.path(scene.second[0]);
    const std::uint64_t both =
        spool::file_size(scene.path(scene.first[0])) + spool::file_size(path);
    spool::SegmentKeeper keeper(
        scene.spool.directory(),
        {.retention = 3600, .retention_bytes = both + spool::erased::size_of_one / 2},
        3600);
    const spool::DamagedSegments damaged(scene.spool.directory());
    const auto round = [&] {
        const auto nothing = [](auto&&...) {};
        while (follower.poll(10, nothing, nothing) > 0)
            continue;
        keeper.work(core, follower, 1, 1, damaged, writer, {});
        keeper.wait();
    };
    round();
    const spool::Location where[] = {scene.second[0].first_written(),
                                     scene.second[1].first_written()};
    keeper.erase(where, 1);
    round();
    const auto erased = [&] {
        return spool::erased::used(scene.spool) < both - spool::erased::size_of_one;
    };
    for (int i = 0; i < 5000 && !erased(); ++i)
        std::this_thread::sleep_for(base::milliseconds(1));
    REQUIRE(erased());
    std::filesystem::rename(path, path + ".away");
    std::filesystem::create_directory(path); // can be opened, and not be read
    for (int i = 0; i < 50; ++i) {
        round();
        std::this_thread::sleep_for(base::milliseconds(1));
    }
    std::filesystem::remove(path);
    std::filesystem::rename(path + ".away", path);
    round();
    (void)spool::erased::add_some(scene.spool, 1);
    round();
    round();
    CHECK(spool::segment_numbers(scene.spool.directory()).size() == 3);
}
