// SPDX-License-Identifier: Apache-2.0
// What a run sends, and what is kept of it.
#include "spool/replay_scene_test.h"
#include "spool/segments.h"

#include <filesystem>
#include <memory>
#include <sys/file.h>
#include <thread>
#include <vector>

namespace {

namespace fs = std::filesystem;

using spool::test::each_once;
using spool::test::Everything;
using spool::test::HastyDisk;
using spool::test::options_for;
using spool::test::plan_of;
using spool::test::prepare;
using spool::test::read_all;
using spool::test::replays;
using spool::test::send_all;
using spool::test::TemporarySpool;
using spool::test::text_of;

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
        CHECK_FALSE(one.envelope.redirected);
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

TEST_CASE("replay: the id of what is sent again is in front of it, where that is wished")
{
    const TemporarySpool spool;
    const std::string name = prepare(spool.path, 1);
    HastyDisk disk;
    {
        spool::ReplaySender sender({spool.path, name}, options_for(spool.path, disk), true);
        CHECK(sender.send(1) == 1);
    }
    const spool::Found sent = read_all(spool.path).found.back();
    const std::string parent = sent.envelope.parent.text();
    spool::Reader reader(spool.path);
    CHECK(spool::test::read_message(reader, sent.where) ==
          "X-Sponts-Replay: " + name + " " + parent + "\r\nX-UIDL: " + parent + "\r\n" +
              text_of(0));
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
        envelope.client.login = "user@login.example";
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
    CHECK(sent.redirected);
    CHECK(sent.concerns == "example login.example");
}

TEST_CASE("replay: what goes by a route of its own says so, and only that")
{
    const TemporarySpool spool;
    HastyDisk disk;
    for (const char* const route : {"restored.example", ""}) {
        spool::ReplayPlan plan;
        {
            spool::Writer writer(options_for(spool.path, disk));
            REQUIRE(spool::test::write(writer, "a@example", "text\r\n"));
        }
        plan = plan_of(spool.path);
        plan.route = route;
        CHECK(send_all(spool.path, spool::make_replay(spool.path, plan), disk) > 0);
        CHECK(read_all(spool.path).found.back().envelope.route == route);
        CHECK_FALSE(read_all(spool.path).found.back().envelope.redirected);
    }
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

// All originals are appended anew, as the queue does, and gone from where they were.
void carry_all(const std::string& directory)
{
    HastyDisk disk;
    std::set<spool::SegmentNumber> old;
    {
        spool::Reader reader(directory);
        spool::Writer writer(options_for(directory, disk));
        for (const spool::Found& one : read_all(directory).found) {
            if (one.envelope.origin == spool::Origin::replay)
                continue;
            const auto message = reader.open(one.where, true);
            REQUIRE(message);
            REQUIRE(writer.carry_and_wait(*message));
            old.insert(one.where.segment);
        }
    }
    spool::delete_segments(directory, std::vector(old.begin(), old.end()));
}

} // namespace

TEST_CASE("replay: mail that is carried is found, also while it goes on being carried")
{
    const TemporarySpool spool;
    const std::string name = prepare(spool.path, 3);
    HastyDisk disk;
    spool::ReplaySender sender({spool.path, name}, options_for(spool.path, disk));
    for (int i = 0; i < 3; ++i) {
        carry_all(spool.path);
        CHECK(sender.send(1) == 1);
    }
    CHECK(sender.done());
    CHECK(spool::counts_of(sender.plan(), sender.results()).sent == 3);
}

namespace {

// Whenever a file is opened, somebody holds its lock for a moment.
class LookedAtDisk : public HastyDisk {
public:
    int open(const std::string& path) override
    {
        auto held = std::make_shared<base::Fd>(HastyDisk::open(path));
        CHECK(::flock(held->get(), LOCK_SH) == 0);
        looks_.emplace_back([held] { held->reset(); });
        return HastyDisk::open(path);
    }

private:
    std::vector<std::jthread> looks_;
};

} // namespace

TEST_CASE("replay: who looks whether a run is being sent does not keep it from beginning")
{
    const TemporarySpool spool;
    const spool::ReplayFiles files{spool.path, prepare(spool.path, 1)};
    HastyDisk disk;
    CHECK(base::Fd(disk.create(files.progress())));
    LookedAtDisk looked_at;
    for (int i = 0; i < 20; ++i)
        CHECK_NOTHROW(spool::ReplaySender(files, options_for(spool.path, looked_at)));
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
    spool::ReplayPlan routed = plan;
    routed.route = "restored.example";
    CHECK(spool::decode_plan(spool::encode(routed)) == routed);
    CHECK_FALSE(spool::encode(plan).contains("route"));
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
