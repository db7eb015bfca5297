// SPDX-License-Identifier: Apache-2.0
// Budgets, sealing, preallocation, free space, and the bell.
#include "spool/bell.h"
#include "spool/draft.h"
#include "spool/layout.h"
#include "spool/preallocator.h"
#include "spool/segments.h"
#include "spool/space.h"
#include "spool/test_spool.h"

#include <atomic>
#include <chrono>
#include <doctest/doctest.h>
#include <functional>
#include <poll.h>
#include <thread>

using spool::test::envelope_for;
using spool::test::read_all;
using spool::test::small_options;
using spool::test::TemporarySpool;

namespace {

namespace fs = std::filesystem;

// Waits for something other threads do; far longer than it takes.
bool comes_true(const std::function<bool()>& condition)
{
    for (int n = 0; n < 2000; ++n) {
        if (condition())
            return true;
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return false;
}

std::vector<std::uintmax_t> sizes_in(const std::string& directory)
{
    std::vector<std::uintmax_t> sizes;
    for (const auto& entry : fs::directory_iterator(directory)) {
        std::error_code gone;
        const auto size = entry.file_size(gone);
        if (!gone)
            sizes.push_back(size);
    }
    return sizes;
}

// A disk with as much room as a test says.
struct MeasuredDisk : spool::Disk {
    int space(const std::string&, struct statvfs& found) override
    {
        found = {};
        found.f_frsize = 1;
        found.f_bavail = free;
        found.f_files = inodes == 0 ? 0 : 1'000'000;
        found.f_favail = inodes;
        ++asked;
        return 0;
    }
    std::uint64_t free = 0;
    std::uint64_t inodes = 0;
    std::atomic<int> asked = 0;
};

} // namespace

TEST_CASE("spool: a thousand large drafts at once need little memory")
{
    const TemporarySpool spool(TemporarySpool::Where::memory);
    auto options = small_options(spool.path);
    options.draft_memory = 128 << 10;
    fs::create_directories(spool.path + "/log/incoming");
    const auto room = std::make_shared<spool::DraftRoom>(spool::real_disk(), options);
    std::vector<spool::Draft> drafts;
    for (int n = 0; n < 1000; ++n)
        drafts.emplace_back(std::make_unique<spool::Draft::State>(room));
    const std::string piece(9000, 'x');
    std::size_t most = 0;
    for (int round = 0; round < 20; ++round)
        for (spool::Draft& draft : drafts) {
            draft.append(piece);
            most = std::max(most, room->used.load());
        }
    CHECK(drafts[0].size() == 180'000);
    CHECK(most <= options.drafts_memory + 1000 * (32 << 10));
    CHECK(room->used <= 1000 * (24 << 10));
    drafts.clear();
    CHECK(room->used == 0);
    CHECK(fs::is_empty(spool.path + "/log/incoming"));
}

TEST_CASE("spool: when all drafts together have too much, they stream early")
{
    const TemporarySpool spool;
    auto options = small_options(spool.path);
    options.drafts_memory = 100'000;
    spool::Writer writer(options);
    std::vector<spool::Draft> drafts;
    for (int n = 0; n < 30; ++n) {
        drafts.push_back(writer.begin());
        drafts.back().append(std::string(10'000, 'x'));
    }
    CHECK(sizes_in(spool.path + "/log/incoming").size() > 10);
    spool::Draft tiny = writer.begin();
    const auto files = sizes_in(spool.path + "/log/incoming").size();
    tiny.append("a few bytes");
    CHECK(sizes_in(spool.path + "/log/incoming").size() == files);
    for (spool::Draft& draft : drafts)
        REQUIRE(writer.commit_and_wait(std::move(draft), envelope_for("x@example")));
    CHECK(read_all(spool.path).found.size() == 30);
}

TEST_CASE("spool: an envelope that is too large is refused, its neighbours are not")
{
    const spool::test::QuietLog quiet;
    const TemporarySpool spool;
    spool::Writer writer(small_options(spool.path));
    spool::Envelope monster = envelope_for("x@example");
    for (int n = 0; n < 40'000; ++n)
        monster.recipients.push_back({std::string(100, 'r'), 0, ""});
    spool::Draft draft = writer.begin();
    draft.append("x");
    const auto refused = writer.commit_and_wait(std::move(draft), std::move(monster));
    REQUIRE(!refused);
    CHECK(refused.error().remedy() == base::Remedy::fix_data);
    CHECK(spool::test::write(writer, "y@example", "y"));
    CHECK(read_all(spool.path).recipients() == std::vector<std::string>{"y@example"});
}

TEST_CASE("spool: a segment is sealed when it is old, though nothing comes any more")
{
    const TemporarySpool spool;
    auto options = small_options(spool.path);
    options.segment_age = 1;
    spool::Writer writer(options);
    const auto done = spool::test::write(writer, "x@example", "x");
    REQUIRE(done);
    const auto number = done->location.segment;
    CHECK(spool::segment_info(spool.path, number)->state == spool::SegmentState::open);
    CHECK(comes_true([&] {
        return spool::segment_info(spool.path, number)->state ==
               spool::SegmentState::sealed;
    }));
    const auto later = spool::test::write(writer, "y@example", "y");
    REQUIRE(later);
    CHECK(later->location.segment > number);
}

TEST_CASE("spool: the next segment is prepared ahead of need and then used")
{
    for (const auto how : {spool::Preallocate::zeros, spool::Preallocate::reserve}) {
        const TemporarySpool spool;
        auto options = small_options(spool.path);
        options.preallocate = how;
        {
            spool::Writer writer(options);
            const std::string incoming = spool.path + "/log/incoming";
            CHECK(fs::is_empty(incoming)); // not before there is mail
            REQUIRE(spool::test::write(writer, "1@example", "x"));
            REQUIRE(comes_true([&] {
                return sizes_in(incoming) == std::vector<std::uintmax_t>{1 << 20};
            }));
            std::optional<spool::SegmentInfo> info;
            REQUIRE(comes_true([&] { // the file is ready a moment after it is full
                const auto done = spool::test::write(writer, "2@example", "x");
                info = spool::segment_info(spool.path, done->location.segment);
                return info->size == 1 << 20;
            }));
            CHECK(info->used >= 1 << 20);
            CHECK(info->state == spool::SegmentState::open);
            CHECK(read_all(spool.path).found.size() >= 2);
        }
        CHECK(fs::is_empty(spool.path + "/log/incoming"));
        for (const auto number : spool::segment_numbers(spool.path))
            CHECK(spool::segment_info(spool.path, number)->size <
                  1 << 20); // rest given back
        CHECK(read_all(spool.path).damaged.empty());
    }
}

TEST_CASE("spool: zeros are written no faster than is allowed, but they are written")
{
    const TemporarySpool spool;
    auto options = small_options(spool.path);
    options.preallocate = spool::Preallocate::zeros;
    options.segment_size = 64 << 20;
    const spool::Writer makes_directories(options);
    spool::Preallocator preallocator(spool::real_disk(), options);
    const std::string incoming = spool.path + "/log/incoming";
    const auto written = [&] {
        const auto sizes = sizes_in(incoming);
        return sizes.empty() ? 0 : sizes.front();
    };
    preallocator.prepare(4 << 20);
    CHECK(comes_true([&] { return written() >= 4 << 20; }));
    CHECK(comes_true([&] { return written() > 4 << 20; })); // a step as time goes by
    CHECK(written() < 32 << 20);
    CHECK_FALSE(preallocator.has_one());
    preallocator.prepare(64 << 20);
    CHECK(comes_true([&] { return preallocator.has_one(); }));
    CHECK(written() == 64 << 20);
}

TEST_CASE("spool: when space is short a smaller segment is prepared, or none; mail goes on")
{
    const TemporarySpool spool;
    MeasuredDisk disk;
    auto options = small_options(spool.path);
    options.preallocate = spool::Preallocate::zeros;
    options.segment_size = 8 << 20;
    options.free_space = 1 << 20;
    options.disk = &disk;
    const std::string incoming = spool.path + "/log/incoming";
    SUBCASE("smaller")
    {
        disk.free = (3 << 20) + 100;
        spool::Writer writer(options);
        REQUIRE(spool::test::write(writer, "1@example", "x"));
        CHECK(comes_true(
            [&] { return sizes_in(incoming) == std::vector<std::uintmax_t>{2 << 20}; }));
        CHECK(!writer.no_space());
    }
    SUBCASE("none")
    {
        disk.free = (2 << 20) - 1;
        spool::Writer writer(options);
        REQUIRE(spool::test::write(writer, "1@example", "x"));
        CHECK(!writer.no_space());
        const int asked = disk.asked;
        CHECK(comes_true([&] { return disk.asked > asked || disk.asked >= 2; }));
        REQUIRE(spool::test::write(writer, "2@example", "x"));
        CHECK(fs::is_empty(incoming));
    }
}

TEST_CASE("spool: free space and inodes have marks, asked at most once a second")
{
    MeasuredDisk disk;
    disk.free = 99;
    CHECK(spool::Space(disk, "x", 100, 10).low());
    disk.free = 100;
    CHECK(!spool::Space(disk, "x", 100, 10).low()); // no inodes at all: does not count them
    disk.inodes = 9;
    CHECK(spool::Space(disk, "x", 100, 10).low());
    disk.inodes = 10;
    spool::Space space(disk, "x", 100, 10);
    CHECK(!space.low());
    disk.asked = 0;
    for (int n = 0; n < 1000; ++n)
        (void)space.low();
    CHECK(disk.asked <= 1);
}

namespace {

bool is_rung(const spool::Bell& bell)
{
    pollfd waiting{bell.fd(), POLLIN, 0};
    return ::poll(&waiting, 1, 0) == 1;
}

} // namespace

TEST_CASE("spool: the bell rings once for many rings, and nobody waits for it")
{
    const TemporarySpool spool;
    spool::Ringer ringer(spool.path);
    ringer.ring(); // nobody has ever listened
    {
        spool::Bell bell(spool.path);
        CHECK(!is_rung(bell));
        for (int n = 0; n < 100'000; ++n)
            ringer.ring();
        CHECK(is_rung(bell));
        bell.silence();
        CHECK(!is_rung(bell));
        ringer.ring();
        CHECK(is_rung(bell));
    }
    ringer.ring(); // nobody listens any more: no SIGPIPE
    spool::Bell again(spool.path);
    again.silence();
    ringer.ring();
    CHECK(is_rung(again));
}

TEST_CASE("spool: the bell is found again after somebody has emptied run/")
{
    const TemporarySpool spool;
    spool::Ringer ringer(spool.path);
    {
        const spool::Bell bell(spool.path);
        ringer.ring();
        fs::remove_all(spool.path + "/run");
    }
    const spool::Bell bell(spool.path);
    CHECK(comes_true([&] {
        ringer.ring();
        return is_rung(bell);
    }));
}

TEST_CASE("spool: each batch rings")
{
    const TemporarySpool spool;
    spool::Bell bell(spool.path);
    auto options = small_options(spool.path);
    options.draft_memory = 1000;
    spool::Writer writer(options);
    for (const std::size_t size : {10u, 10'000u}) {
        REQUIRE(spool::test::write(writer, "x@example", std::string(size, 'x')));
        CHECK(comes_true([&] { return is_rung(bell); }));
        bell.silence();
    }
}
