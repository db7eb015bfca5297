// SPDX-License-Identifier: Apache-2.0
// A replay sends each message once, whatever happens to it.
#include "spool/erase.h"
#include "spool/layout.h"
#include "spool/replay_sender.h"
#include "spool/segments.h"
#include "spool/test_disk.h"
#include "spool/test_spool.h"

#include <algorithm>
#include <cerrno>
#include <doctest/doctest.h>
#include <filesystem>
#include <map>
#include <set>

namespace {

namespace fs = std::filesystem;

using spool::test::Everything;
using spool::test::FailingDisk;
using spool::test::ForgetfulDisk;
using spool::test::HastyDisk;
using spool::test::read_all;
using spool::test::TemporarySpool;

std::string name_of(int number)
{
    return std::to_string(number) + "@example";
}

std::string text_of(int number)
{
    return "Subject: " + std::to_string(number) + "\r\n\r\n" +
           std::string(static_cast<std::size_t>(number * 700), 'x') + "\r\n";
}

spool::WriterOptions options_for(const std::string& directory, spool::Disk& disk)
{
    auto options = spool::test::small_options(directory);
    options.segment_size = 8 << 10;
    options.disk = &disk;
    return options;
}

// Messages to 0@example, 1@example ...; all of them in a plan.
spool::ReplayPlan plan_of(const std::string& directory)
{
    spool::ReplayPlan plan{.made = 1'795'557'000, .rate = 0, .items = {}};
    for (const spool::Found& one : read_all(directory).found)
        plan.items.push_back({one.envelope.id,
                              one.where,
                              one.size,
                              {{0, one.envelope.recipients.at(0).address}}});
    return plan;
}

std::string prepare(const std::string& directory, int count, spool::Disk& disk)
{
    {
        spool::Writer writer(options_for(directory, disk));
        for (int i = 0; i < count; ++i)
            REQUIRE(spool::test::write(writer, name_of(i), text_of(i)));
    }
    return spool::make_replay(directory, plan_of(directory));
}

std::string prepare(const std::string& directory, int count)
{
    HastyDisk disk;
    return prepare(directory, count, disk);
}

// What was sent again, by recipient.
std::multiset<std::string> replays(const Everything& seen)
{
    std::multiset<std::string> names;
    for (const spool::Found& one : seen.found)
        if (one.envelope.origin == spool::Origin::replay)
            names.insert(one.envelope.recipients.at(0).address);
    return names;
}

std::multiset<std::string> each_once(int count)
{
    std::multiset<std::string> names;
    for (int i = 0; i < count; ++i)
        names.insert(name_of(i));
    return names;
}

// Until it is done; how many were sent.
std::size_t send_all(const std::string& directory, const std::string& name,
                     spool::Disk& disk, std::size_t at_a_time = 3)
{
    spool::ReplaySender sender({directory, name}, options_for(directory, disk));
    std::size_t count = 0;
    while (!sender.done())
        count += sender.send(at_a_time);
    return count;
}

} // namespace

TEST_CASE("replay: every message of the plan becomes a new one for its recipients")
{
    const TemporarySpool spool;
    const std::string name = prepare(spool.path, 7);
    HastyDisk disk;
    CHECK(send_all(spool.path, name, disk) == 7);
    const Everything seen = read_all(spool.path);
    CHECK(replays(seen) == each_once(7));
    spool::Reader reader(spool.path);
    const spool::ReplayPlan plan = spool::read_replay({spool.path, name}).plan;
    for (const spool::Found& one : seen.found) {
        if (one.envelope.origin != spool::Origin::replay)
            continue;
        CHECK(one.envelope.sender == "sender@example.org");
        CHECK(one.envelope.recipients.at(0).notify == spool::notify_never);
        const int number = std::stoi(one.envelope.recipients.at(0).address);
        CHECK(one.envelope.parent == plan.items.at(static_cast<std::size_t>(number)).id);
        CHECK(spool::test::read_message(reader, one.where) ==
              "X-Sponts-Replay: " + name + " " + one.envelope.parent.text() + "\r\n" +
                  text_of(number));
    }
    CHECK(spool::segment_numbers(spool.path + "/replay/" + name).empty());
    CHECK(send_all(spool.path, name, disk) == 0);
    CHECK(replays(read_all(spool.path)) == each_once(7));
}

TEST_CASE("replay: other recipients, who were one of several")
{
    const TemporarySpool spool;
    HastyDisk disk;
    {
        spool::Writer writer(options_for(spool.path, disk));
        spool::Envelope envelope = spool::test::envelope_for("a@example");
        envelope.recipients.push_back(
            {.address = "b@example", .notify = spool::notify_success, .orcpt = {}});
        REQUIRE(writer.commit_and_wait(writer.begin(), envelope));
    }
    spool::ReplayPlan plan = plan_of(spool.path);
    plan.items.at(0).recipients = {{1, "c@example"}};
    const std::string name = spool::make_replay(spool.path, plan);
    CHECK(send_all(spool.path, name, disk) == 1);
    const spool::Envelope sent = read_all(spool.path).found.back().envelope;
    REQUIRE(sent.recipients.size() == 1);
    CHECK(sent.recipients[0].address == "c@example");
    CHECK(sent.recipients[0].orcpt == "rfc822;b@example");
    CHECK(sent.recipients[0].notify == spool::notify_never);
}

TEST_CASE("replay: a run has one sender at a time, and stops when it is asked")
{
    const TemporarySpool spool;
    const std::string name = prepare(spool.path, 2);
    const spool::ReplayFiles files{spool.path, name};
    HastyDisk disk;
    CHECK_FALSE(spool::read_replay(files).running);
    {
        const spool::ReplaySender sender(files, options_for(spool.path, disk));
        CHECK(spool::read_replay(files).running);
        CHECK_THROWS_AS(spool::ReplaySender(files, options_for(spool.path, disk)),
                        base::Failure);
        CHECK_FALSE(sender.must_stop());
        spool::stop_replay(files);
        CHECK(sender.must_stop());
    }
    CHECK(spool::read_replay(files).stop);
    const spool::ReplaySender again(files, options_for(spool.path, disk));
    CHECK_FALSE(again.must_stop());
}

TEST_CASE("replay: what the log has lost is said and passed over")
{
    const TemporarySpool spool;
    const std::string name = prepare(spool.path, 3);
    const spool::ReplayPlan plan = spool::read_replay({spool.path, name}).plan;
    const auto numbers = spool::segment_numbers(spool.path);
    spool::delete_segments(spool.path, std::span(numbers).first(1));
    HastyDisk disk;
    CHECK(send_all(spool.path, name, disk) == 3);
    const auto results = spool::read_replay({spool.path, name}).results;
    std::size_t lost = 0;
    for (const spool::ReplayItem& item : plan.items) {
        const bool was_there = item.where.segment != numbers[0];
        const spool::ReplayResult result = results.at(item.id);
        CHECK((result.what == spool::ReplayResult::What::sent) == was_there);
        lost += was_there ? 0 : 1;
    }
    CHECK(lost > 0);
    CHECK(replays(read_all(spool.path)).size() == 3 - lost);
}

namespace {

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

} // namespace

TEST_CASE("replay: killed at any operation it sends nothing twice and loses nothing")
{
    const spool::test::QuietLog quiet;
    std::uint64_t operation = 1;
    while (killed_at(operation, false))
        ++operation;
    CHECK(operation > 40);
}

TEST_CASE("replay: it knows what it has sent when the log has forgotten")
{
    const spool::test::QuietLog quiet;
    std::uint64_t operation = 1;
    while (killed_at(operation, true))
        ++operation;
    CHECK(operation > 40);
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

TEST_CASE("replay: a plan is written and read without loss, and believed only whole")
{
    const spool::ReplayPlan plan{
        .made = 1'795'557'000,
        .rate = 25,
        .items = {{spool::MessageId(7), {1, 16}, 99, {{0, "a@example"}, {2, "b c@x"}}},
                  {spool::MessageId(8), {1, 32}, 0, {{1, "c@example"}}}}};
    const std::string text = spool::encode(plan);
    CHECK(spool::decode_plan(text) == plan);
    for (std::size_t end = 0; end < text.size(); ++end)
        CHECK_FALSE(spool::decode_plan(text.substr(0, end)));
    std::string other = text;
    other[text.find("99")] = '8';
    CHECK_FALSE(spool::decode_plan(other));
}

TEST_CASE("replay: a torn line of the progress says nothing")
{
    const std::string line =
        spool::encode(spool::MessageId(7), {.as = spool::MessageId(9)});
    const spool::ReplayProgress whole = spool::decode_progress(line + line.substr(0, 20));
    CHECK(whole.results.size() == 1);
    CHECK(whole.results.at(spool::MessageId(7)).as == spool::MessageId(9));
    CHECK(whole.size == line.size());
}

TEST_CASE("replay: names of runs are given by time, and are no paths")
{
    const TemporarySpool spool;
    const spool::ReplayPlan plan{.made = 1'795'557'000, .rate = 0, .items = {}};
    fs::create_directories(spool.path + "/replay/20261124-000000.new");
    CHECK(spool::make_replay(spool.path, plan) == "20261124-215000");
    CHECK(spool::make_replay(spool.path, plan) == "20261124-215000-2");
    CHECK(spool::replay_names(spool.path) ==
          std::vector<std::string>{"20261124-215000", "20261124-215000-2"});
    CHECK_FALSE(fs::exists(spool.path + "/replay/20261124-000000.new"));
    for (const char* name : {"", "..", "a/b", "-x", "x.new"})
        CHECK_FALSE(spool::is_replay_name(name));
    CHECK_THROWS_AS((void)spool::read_replay({spool.path, "../replay"}), base::Failure);
    spool::remove_replay({spool.path, "20261124-215000"});
    CHECK(spool::replay_names(spool.path) == std::vector<std::string>{"20261124-215000-2"});
}
