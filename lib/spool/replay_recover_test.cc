// SPDX-License-Identifier: Apache-2.0
// A replay sends each message once, whatever happens to it.
#include "spool/erase.h"
#include "spool/layout.h"
#include "spool/replay_scene_test.h"
#include "spool/segments.h"

#include <cerrno>
#include <filesystem>

namespace {

namespace fs = std::filesystem;

using spool::test::each_once;
using spool::test::FailingDisk;
using spool::test::ForgetfulDisk;
using spool::test::HastyDisk;
using spool::test::name_of;
using spool::test::options_for;
using spool::test::plan_of;
using spool::test::prepare;
using spool::test::read_all;
using spool::test::replays;
using spool::test::send_all;
using spool::test::TemporarySpool;
using spool::test::text_of;

// The disk fails from an operation on, as if the process had been killed there; another
// one then goes on.  Returns false when the failure was never reached.
bool killed_at(std::uint64_t operation, bool delivered_meanwhile)
{
    const TemporarySpool spool(TemporarySpool::Where::memory);
    const std::string name = prepare(spool.path, 8);
    FailingDisk failing(operation, UINT64_MAX, EIO);
    bool reached = false;
    try {
        (void)send_all(spool.path, name, failing);
    } catch (const base::Failure&) {
        reached = true;
    }
    std::multiset<std::string> sent = replays(read_all(spool.path));
    if (delivered_meanwhile)
        spool::delete_segments(spool.path, spool::segment_numbers(spool.path));
    HastyDisk disk;
    (void)send_all(spool.path, name, disk);
    if (!delivered_meanwhile) {
        CHECK_MESSAGE(replays(read_all(spool.path)) == each_once(8), operation);
        return reached;
    }
    // The originals are gone with the rest: what was sent must be known as sent.
    const spool::ReplayState state = spool::read_replay({spool.path, name});
    for (int i = 0; i < 8; ++i) {
        const spool::MessageId id = state.plan.items.at(static_cast<std::size_t>(i)).id;
        const bool is_sent = state.results.at(id).what == spool::ReplayResult::What::sent;
        CHECK_MESSAGE(is_sent == sent.contains(name_of(i)), operation);
    }
    return reached;
}

void kill_everywhere(bool delivered_meanwhile)
{
    const spool::test::QuietLog quiet;
    std::uint64_t operation = 1;
    while (killed_at(operation, delivered_meanwhile))
        ++operation;
    CHECK(operation > 40);
}

} // namespace

TEST_CASE("replay: killed at any operation it sends nothing twice and loses nothing")
{
    kill_everywhere(false);
}

TEST_CASE("replay: it knows what it has sent when the log has forgotten")
{
    kill_everywhere(true);
}

TEST_CASE("replay: after a power cut at any operation it sends nothing twice")
{
    const spool::test::QuietLog quiet;
    const TemporarySpool spool;
    const TemporarySpool images(TemporarySpool::Where::memory);
    ForgetfulDisk disk(spool.path);
    const std::string name = prepare(spool.path, 6, disk);
    const std::string folder = spool::replay_directory(spool.path, name);
    unsigned operations = 0;
    disk.watch = [&] {
        const std::string image = images.path + "/image";
        disk.image(++operations, image);
        fs::create_directories(spool::replay_directory(image, name) + "/log");
        fs::copy(folder + "/plan", spool::replay_directory(image, name) + "/plan");
        HastyDisk hasty;
        (void)send_all(image, name, hasty);
        CHECK_MESSAGE(replays(read_all(image)) == each_once(6), operations);
    };
    CHECK(send_all(spool.path, name, disk, 2) == 6);
    disk.watch = {};
    CHECK(operations > 40);
}

TEST_CASE("replay: a message that was erased after it was sent counts as sent")
{
    const TemporarySpool spool;
    const std::string name = prepare(spool.path, 3);
    const spool::ReplayFiles files{spool.path, name};
    HastyDisk disk;
    {
        spool::ReplaySender sender(files, options_for(spool.path, disk));
        CHECK(sender.send(1) == 1);
        // As after a kill: the segment keeps its second name, and nothing is noted.
        for (const spool::SegmentNumber number : spool::segment_numbers(files.folder()))
            fs::create_hard_link(spool::segment_path(files.folder(), number),
                                 spool.path + "/kept.seg");
    }
    fs::resize_file(files.progress(), 0);
    const spool::Found sent = read_all(spool.path).found.back();
    fs::rename(spool.path + "/kept.seg",
               spool::segment_path(files.folder(), sent.where.segment));
    REQUIRE(spool::erase_record(spool.path, sent.where));
    CHECK(send_all(spool.path, name, disk) == 2);
    CHECK(replays(read_all(spool.path)).size() == 2);
    const spool::ReplayState state = spool::read_replay(files);
    CHECK(state.results.at(state.plan.items.at(0).id).as == spool::MessageId());
}

namespace {

// From an operation on everything fails, until it is mended: who works is killed.
class DyingDisk : public ForgetfulDisk {
public:
    using ForgetfulDisk::ForgetfulDisk;
    void die_after(std::uint64_t operations) { left_ = operations; }
    void mend() { left_ = UINT64_MAX; }

protected:
    int before() override { return left_ == 0 ? EIO : (--left_, 0); }

private:
    std::uint64_t left_ = UINT64_MAX;
};

void power_fails(DyingDisk& disk, const std::string& directory, const std::string& name,
                 unsigned seed)
{
    const TemporarySpool images(TemporarySpool::Where::memory);
    const std::string image = images.path + "/image";
    disk.image(seed, image);
    const std::string run = spool::replay_directory(image, name);
    fs::create_directories(run + "/log");
    fs::copy(spool::replay_directory(directory, name) + "/plan", run + "/plan");
    HastyDisk hasty;
    (void)send_all(image, name, hasty);
    CHECK(replays(read_all(image)) == each_once(4));
}

// Returns false when it was never killed.
bool killed_then_dark(std::uint64_t operation)
{
    const TemporarySpool spool;
    DyingDisk disk(spool.path);
    const std::string name = prepare(spool.path, 4, disk);
    bool killed = false;
    disk.die_after(operation);
    try {
        (void)send_all(spool.path, name, disk);
    } catch (const base::Failure&) {
        killed = true;
    }
    disk.mend();
    CAPTURE(operation);
    const spool::ReplaySender again({spool.path, name}, options_for(spool.path, disk));
    for (unsigned seed = 0; seed < 3; ++seed)
        power_fails(disk, spool.path, name, seed);
    return killed;
}

} // namespace

TEST_CASE("replay: after a kill, a start and a power cut nothing is missing")
{
    const spool::test::QuietLog quiet;
    std::uint64_t operation = 1;
    while (killed_then_dark(operation))
        ++operation;
    CHECK(operation > 20);
}

namespace {

// Of three messages the log has lost the first.  A kill; what was written is erased.
bool killed_with_loss(std::uint64_t operation)
{
    const TemporarySpool spool(TemporarySpool::Where::memory);
    HastyDisk disk;
    for (int i = 0; i < 3; ++i) {
        spool::Writer writer(options_for(spool.path, disk));
        REQUIRE(spool::test::write(writer, name_of(i), text_of(i)));
    }
    const spool::ReplayPlan plan = plan_of(spool.path);
    const std::string name = spool::make_replay(spool.path, plan);
    const auto numbers = spool::segment_numbers(spool.path);
    spool::delete_segments(spool.path, std::span(numbers).first(1));
    FailingDisk failing(operation, UINT64_MAX, EIO);
    bool reached = false;
    try {
        (void)send_all(spool.path, name, failing);
    } catch (const base::Failure&) {
        reached = true;
    }
    for (const spool::Found& one : read_all(spool.path).found)
        if (one.envelope.origin == spool::Origin::replay)
            CHECK(spool::erase_record(spool.path, one.where));
    (void)send_all(spool.path, name, disk);
    const auto results = spool::read_replay({spool.path, name}).results;
    CAPTURE(operation);
    CHECK(results.at(plan.items[0].id).what == spool::ReplayResult::What::lost);
    for (const std::size_t i : {1u, 2u})
        CHECK(results.at(plan.items[i].id).what == spool::ReplayResult::What::sent);
    return reached;
}

} // namespace

TEST_CASE("replay: what is lost is not taken for what was sent and erased")
{
    const spool::test::QuietLog quiet;
    std::uint64_t operation = 1;
    while (killed_with_loss(operation))
        ++operation;
    CHECK(operation > 20);
}
