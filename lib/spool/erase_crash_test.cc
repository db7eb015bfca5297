// SPDX-License-Identifier: Apache-2.0
// A power cut or a failing disk while records are erased: each is whole or gone, gone when
// it is tried again, and its neighbours are what they were.
#include "spool/erase.h"
#include "spool/layout.h"
#include "spool/queue_fixture_test.h"
#include "spool/ring_look.h"
#include "spool/segments.h"
#include "spool/test_disk.h"
#include "spool/test_spool.h"

#include <cerrno>
#include <doctest/doctest.h>
#include <set>
#include <string>
#include <vector>

using spool::Location;
using spool::test::FailingDisk;
using spool::test::ForgetfulDisk;
using spool::test::TemporarySpool;

namespace {

constexpr int count = 5;

// Of each letter a message of a few blocks.
std::string text_of(int i)
{
    return std::string(9000 + static_cast<std::size_t>(i), static_cast<char>('A' + i));
}
std::string name_of(int i)
{
    return std::to_string(i) + "@example";
}
const std::set<int> doomed = {1, 2, 4};

std::vector<Location> write_all(const std::string& directory, spool::Disk& disk)
{
    auto options = spool::test::small_options(directory);
    options.disk = &disk;
    spool::Writer writer(options);
    std::vector<Location> places;
    for (int i = 0; i < count; ++i) {
        const auto done = spool::test::write(writer, name_of(i), text_of(i));
        REQUIRE(done);
        places.push_back(done->location);
    }
    return places;
}

std::vector<std::uint32_t> offsets(const std::vector<Location>& places)
{
    std::vector<std::uint32_t> out;
    for (const int i : doomed)
        out.push_back(places[static_cast<std::size_t>(i)].offset);
    return out;
}

// Returns how many are gone.
std::size_t check_whole_or_gone(const std::string& directory)
{
    const spool::test::Everything seen = spool::test::read_all(directory);
    CHECK(seen.damaged.empty());
    std::set<std::string> names;
    spool::Reader reader(directory);
    for (const spool::Found& one : seen.found) {
        const std::string& name = one.envelope.recipients.at(0).address;
        CHECK(names.insert(name).second);
        const bool whole =
            spool::test::read_message(reader, one.where) == text_of(std::stoi(name));
        CHECK_MESSAGE(whole, name);
    }
    for (int i = 0; i < count; ++i) {
        const bool there = names.contains(name_of(i)) || doomed.contains(i);
        CHECK_MESSAGE(there, name_of(i));
    }
    return count - names.size();
}

bool any_bytes_left(const std::string& directory, spool::SegmentNumber segment)
{
    const std::string bytes = spool::read_file(spool::segment_path(directory, segment));
    for (const int i : doomed)
        if (bytes.find(std::string(16, static_cast<char>('A' + i))) != bytes.npos ||
            bytes.find(name_of(i)) != bytes.npos)
            return true;
    return false;
}

// As a start does that knows which they are, or that only finds what is left of them.
void check_tried_again(const std::string& directory, const std::vector<Location>& places)
{
    const spool::SegmentNumber segment = places[0].segment;
    const spool::RingPeriods nobodys{[](const spool::Envelope&) { return std::nullopt; },
                                     1};
    const spool::RingLook found =
        spool::look_through(directory, {.to = {segment, 0, true}}, nobodys, 0);
    spool::test::HastyDisk hasty;
    std::vector<std::uint32_t> remains;
    for (const spool::RingLook::Due& one : found.due)
        remains.push_back(one.offset);
    const std::size_t gone = check_whole_or_gone(directory);
    (void)spool::erase_records(directory, segment, remains, hasty);
    CHECK(check_whole_or_gone(directory) == gone);
    if (gone == doomed.size())
        CHECK_FALSE(any_bytes_left(directory, segment));
    CHECK(spool::erase_records(directory, segment, offsets(places), hasty) ==
          doomed.size());
    CHECK(check_whole_or_gone(directory) == doomed.size());
    CHECK_FALSE(any_bytes_left(directory, segment));
}

} // namespace

TEST_CASE("spool: a power cut at any operation of erasing leaves records whole or gone")
{
    const TemporarySpool spool;
    const TemporarySpool images(TemporarySpool::Where::memory);
    ForgetfulDisk disk(spool.path);
    const std::vector<Location> places = write_all(spool.path, disk);
    unsigned operations = 0;
    std::set<std::size_t> seen_gone;
    disk.watch = [&] {
        ++operations;
        for (unsigned seed = 0; seed < 20; ++seed) {
            const std::string image = images.path + "/image";
            disk.image(operations * 100 + seed, image);
            seen_gone.insert(check_whole_or_gone(image));
            check_tried_again(image, places);
        }
    };
    CHECK(spool::erase_records(spool.path, places[0].segment, offsets(places), disk) ==
          doomed.size());
    disk.watch = {};
    CHECK(operations >= 1 + 3 + 1 + 3 + 1); // open, marks, sync, holes, sync
    CHECK(seen_gone.contains(0));
    CHECK(seen_gone.contains(1));
    CHECK(seen_gone.contains(doomed.size()));
}

TEST_CASE("spool: whichever operation of erasing fails, it can be tried again")
{
    for (std::uint64_t n = 1;; ++n) {
        const TemporarySpool spool(TemporarySpool::Where::memory);
        spool::test::HastyDisk hasty;
        const std::vector<Location> places = write_all(spool.path, hasty);
        FailingDisk disk(n, n + 3, EIO); // and what is tried instead
        CAPTURE(n);
        bool failed = false;
        try {
            (void)spool::erase_records(spool.path, places[0].segment, offsets(places),
                                       disk);
        } catch (const base::Failure&) {
            failed = true;
        }
        check_tried_again(spool.path, places);
        if (disk.operations() < n)
            break;
        CHECK(failed);
    }
}

TEST_CASE("spool: what is left of erased records is found without the segment's head, too")
{
    const TemporarySpool spool;
    spool::test::HastyDisk hasty;
    const std::vector<Location> places = write_all(spool.path, hasty);
    const std::string path = spool::segment_path(spool.path, places[0].segment);
    std::string bytes = spool::read_file(path);
    bytes[0] ^= 1;
    for (const Location where : places) // killed before the bytes were gone
        bytes.replace(where.offset, 14, "sponts-erased ");
    spool::write_file(path, bytes);
    CHECK(any_bytes_left(spool.path, places[0].segment));
    const spool::RingPeriods nobodys{[](const spool::Envelope&) { return std::nullopt; },
                                     1};
    const spool::RingLook found =
        spool::look_through(spool.path, {.to = {places[0].segment, 0, true}}, nobodys, 0);
    CHECK(found.due.size() == places.size());
    CHECK(spool::erase_records(spool.path, places[0].segment, offsets(places), hasty) ==
          doomed.size());
    CHECK_FALSE(any_bytes_left(spool.path, places[0].segment));
}
