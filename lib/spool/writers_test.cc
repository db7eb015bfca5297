// SPDX-License-Identifier: Apache-2.0
// Several processes at one spool: alone, shared, and killed.
#include "base/clock.h"
#include "spool/layout.h"
#include "spool/number.h"
#include "spool/segments.h"
#include "spool/test_spool.h"

#include <algorithm>
#include <csignal>
#include <doctest/doctest.h>
#include <fstream>
#include <functional>
#include <set>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>

using spool::test::Everything;
using spool::test::read_all;
using spool::test::small_options;
using spool::test::TemporarySpool;

namespace {

pid_t in_child(const std::function<void()>& work)
{
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        work();
        ::_exit(0);
    }
    return child;
}

void check_exit(pid_t child)
{
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 0);
}

// Writes messages "PREFIX-0", "PREFIX-1" ...; exits 1 when one is refused.
void write_some(const spool::WriterOptions& options, const std::string& prefix, int count)
{
    spool::Writer writer(options);
    for (int n = 0; n < count; ++n)
        if (!spool::test::write(writer, prefix + "-" + std::to_string(n),
                                std::string(500, 'x')))
            ::_exit(1);
}

// A segment that many share is looked at a few times a second while nobody writes.
void poll_until(Everything& seen, spool::Follower& follower, std::size_t count)
{
    const auto end = base::Steady::now() + base::seconds(20);
    while (seen.found.size() < count && base::Steady::now() < end)
        seen.poll(follower);
}

void check_each_once(const Everything& seen, std::size_t count)
{
    CHECK(seen.damaged.empty());
    CHECK(seen.found.size() == count);
    std::set<std::string> names;
    std::set<spool::MessageId> ids;
    for (const spool::Found& one : seen.found) {
        names.insert(one.envelope.recipients.at(0).address);
        ids.insert(one.envelope.id);
    }
    CHECK(names.size() == count);
    CHECK(ids.size() == count);
}

} // namespace

TEST_CASE("spool: processes write side by side while one follows")
{
    const TemporarySpool spool;
    auto options = small_options(spool.path);
    options.segment_size = 20 << 10;
    std::vector<pid_t> children;
    for (int n = 0; n < 4; ++n)
        children.push_back(
            in_child([&] { write_some(options, "process" + std::to_string(n), 100); }));
    spool::Follower follower(spool.path, {});
    Everything seen;
    while (seen.found.size() < 200)
        seen.poll(follower);
    for (const pid_t child : children)
        check_exit(child);
    seen.poll(follower);
    check_each_once(seen, 400);
    check_each_once(read_all(spool.path), 400);
}

TEST_CASE("spool: processes that serve one connection share a segment")
{
    const TemporarySpool spool;
    auto options = small_options(spool.path);
    options.shared = true;
    spool::Follower follower(spool.path, {});
    Everything seen;
    std::vector<pid_t> children;
    for (int n = 0; n < 8; ++n)
        children.push_back(
            in_child([&] { write_some(options, "inetd" + std::to_string(n), 10); }));
    for (const pid_t child : children) {
        check_exit(child);
        seen.poll(follower);
    }
    poll_until(seen, follower, 80);
    check_each_once(seen, 80);
    const auto numbers = spool::segment_numbers(spool.path);
    REQUIRE(numbers.size() == 1);
    REQUIRE(follower.positions().size() == 1);
    CHECK(!follower.positions()[0].finished);
    CHECK(spool::segment_info(spool.path, numbers[0])->state == spool::SegmentState::open);

    CHECK(!spool::seal_if_idle(spool.path, numbers[0], 3600));
    const std::int64_t now = base::wall_seconds();
    const auto young = [&](std::int64_t when) {
        return spool::seconds_young(numbers[0], 3600, when);
    };
    CHECK(young(now) > 3600 - 600);
    CHECK(young(now) <= 3600);
    CHECK(young(now + 3601) < 0);
    CHECK(young(now - 86'400) == 0); // the clock was set back
    CHECK(spool::seal_if_idle(spool.path, numbers[0], -1));
    CHECK(spool::segment_info(spool.path, numbers[0])->state ==
          spool::SegmentState::sealed);
    poll_until(seen, follower, 80);
    CHECK(seen.found.size() == 80);
    write_some(options, "later", 1);
    CHECK(spool::segment_numbers(spool.path).size() == 2);
    poll_until(seen, follower, 81);
    check_each_once(seen, 81);
}

TEST_CASE("spool: the tail file of a shared segment outlives the connections")
{
    const TemporarySpool spool;
    auto options = small_options(spool.path);
    options.shared = true;
    const auto written = [&](const char* name) {
        spool::Writer writer(options); // its start removes what others left behind
        return spool::test::write(writer, name, "bytes")->location.segment;
    };
    const std::string tail = spool::tail_path(spool.path, written("one@example"));
    struct stat first{};
    REQUIRE(::stat(tail.c_str(), &first) == 0);
    CHECK(spool::tail_path(spool.path, written("two@example")) == tail);
    struct stat second{};
    REQUIRE(::stat(tail.c_str(), &second) == 0);
    CHECK(first.st_ino == second.st_ino); // followers have it open
    options.shared = false;
    const spool::Writer own(options);
    CHECK(std::filesystem::exists(tail));
}

TEST_CASE("spool: a shared segment is cut behind a torn record and goes on")
{
    const TemporarySpool spool;
    auto options = small_options(spool.path);
    options.shared = true;
    write_some(options, "first", 3);
    const auto numbers = spool::segment_numbers(spool.path);
    REQUIRE(numbers.size() == 1);
    const std::string path = spool::segment_path(spool.path, numbers[0]);
    std::ofstream(path, std::ios::app) << "sponts-record that was never finished";
    const auto torn = std::filesystem::file_size(path);
    spool::Follower follower(spool.path, {});
    Everything seen;
    seen.poll(follower);
    check_each_once(seen, 3);
    SUBCASE("with the mark of the last writer") {}
    SUBCASE("without it, as after a restart of the machine")
    {
        std::filesystem::remove(spool::tail_path(spool.path, numbers[0]));
    }
    write_some(options, "second", 2);
    seen.poll(follower);
    check_each_once(seen, 5);
    CHECK(spool::segment_numbers(spool.path).size() == 1);
    CHECK(std::filesystem::file_size(path) > torn);
    check_each_once(read_all(spool.path), 5);
}

TEST_CASE("spool: a killed writer leaves what it acknowledged, and the segment ends there")
{
    const TemporarySpool spool;
    for (const auto how : {spool::Preallocate::none, spool::Preallocate::zeros}) {
        int acknowledged[2]; // a new one: the last child may have said more than was read
        REQUIRE(::pipe(acknowledged) == 0);
        auto options = small_options(spool.path);
        options.preallocate = how;
        const pid_t child = in_child([&] {
            spool::Writer writer(options);
            for (int n = 0;; ++n)
                if (spool::test::write(writer, std::to_string(n), std::string(3000, 'x')))
                    (void)!::write(acknowledged[1], "x", 1);
        });
        for (int n = 0; n < 60; ++n) {
            char byte;
            REQUIRE(::read(acknowledged[0], &byte, 1) == 1);
        }
        REQUIRE(::kill(child, SIGKILL) == 0);
        REQUIRE(::waitpid(child, nullptr, 0) == child);

        spool::Follower follower(spool.path, {});
        Everything seen;
        seen.poll(follower);
        CHECK(seen.damaged.empty());
        CHECK(seen.found.size() >= 60);
        for (const auto& position : follower.positions())
            CHECK(position.finished);
        const auto numbers = spool::segment_numbers(spool.path);
        for (const auto number : numbers)
            CHECK(spool::segment_info(spool.path, number)->state !=
                  spool::SegmentState::open);
        const spool::Writer next(options); // sweeps up
        CHECK(std::filesystem::is_empty(spool.path + "/log/incoming"));
        CHECK(std::filesystem::is_empty(spool.path + "/run"));
        spool::delete_segments(spool.path, numbers);
        ::close(acknowledged[0]);
        ::close(acknowledged[1]);
    }
}

TEST_CASE("spool: segment numbers grow whatever the clock and the counter say")
{
    const TemporarySpool spool;
    spool::Disk& disk = spool::real_disk();
    std::filesystem::create_directories(spool.path + "/log");
    const auto first = spool::next_segment_number(disk, spool.path);
    CHECK(spool::next_segment_number(disk, spool.path) > first);
    const std::string counter = spool::number_path(spool.path);
    std::ofstream(counter) << "f000000000\n"; // the clock was wrong once
    CHECK(spool::next_segment_number(disk, spool.path) == 0xf000000001);
    std::ofstream(spool::segment_path(spool.path, 0xf000000005)) << "";
    for (const char* lost : {"", "f00000", "not hexadec\n"}) {
        std::ofstream(counter) << lost;
        CHECK(spool::next_segment_number(disk, spool.path) == 0xf000000006);
    }
    std::filesystem::remove(counter);
    CHECK(spool::next_segment_number(disk, spool.path) == 0xf000000006);
}

TEST_CASE("spool: no segment number is given out twice")
{
    const TemporarySpool spool;
    std::filesystem::create_directories(spool.path + "/log");
    std::vector<std::vector<spool::SegmentNumber>> given(4);
    std::vector<std::thread> threads;
    for (auto& mine : given)
        threads.emplace_back([&mine, &spool] {
            for (int n = 0; n < 50; ++n)
                mine.push_back(spool::next_segment_number(spool::real_disk(), spool.path));
        });
    for (std::thread& thread : threads)
        thread.join();
    std::set<spool::SegmentNumber> all;
    for (const auto& mine : given) {
        CHECK(std::is_sorted(mine.begin(), mine.end()));
        all.insert(mine.begin(), mine.end());
    }
    CHECK(all.size() == 200);
}
