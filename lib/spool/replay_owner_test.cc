// SPDX-License-Identifier: Apache-2.0
// Whose a run is.
#include "base/file.h"
#include "spool/replay_scene_test.h"

namespace {

using spool::ReplayOwner;
using spool::ReplayPlan;
using spool::test::HastyDisk;
using spool::test::plan_of;
using spool::test::TemporarySpool;

const ReplayOwner bob{1000, "bob"};
const ReplayOwner ann{1001, "ann b"};

ReplayPlan empty_plan(std::optional<ReplayOwner> owner)
{
    ReplayPlan plan{.made = 1'795'557'000, .rate = 7, .items = {}};
    plan.owner = std::move(owner);
    return plan;
}

} // namespace

TEST_CASE("replay: a plan knows its owner")
{
    for (const auto& owner :
         {std::optional<ReplayOwner>(), std::optional(bob), std::optional(ann)}) {
        const auto plan = spool::decode_plan(encode(empty_plan(owner)));
        REQUIRE(plan);
        CHECK(plan->owner == owner);
        CHECK(plan->rate == 7);
    }
}

TEST_CASE("replay: names of users' runs tell nothing of others, and lead to nobody else's")
{
    const TemporarySpool spool;
    const auto make = [&](std::optional<ReplayOwner> owner) {
        return spool::make_replay(spool.path, empty_plan(std::move(owner)));
    };
    const std::string operators = make({});
    CHECK(make(bob) == operators + "-u1000");
    CHECK(make(ann) == operators + "-u1001");
    CHECK(make(bob) == operators + "-u1000-2");
    CHECK(make(ReplayOwner{100, "eve"}) == operators + "-u100");
    using Names = std::vector<std::string>;
    const auto of = [&](const ReplayOwner& owner) {
        return spool::replay_names(spool.path, owner);
    };
    CHECK(of(bob) == Names{operators + "-u1000", operators + "-u1000-2"});
    CHECK(of({100, "eve"}) == Names{operators + "-u100"});
    CHECK(of({1000, "ann b"}).empty()); // a number that was given to another
    CHECK(of({1002, "bob"}).empty());
    CHECK(spool::replay_names(spool.path).size() == 5);
    const auto why = [&](const std::string& name, const ReplayOwner& owner) -> std::string {
        try {
            spool::require_owner({spool.path, name}, owner);
            return "";
        } catch (const base::Failure& failure) {
            return failure.what();
        }
    };
    CHECK(why(operators + "-u1000", bob).empty());
    base::replace_file(spool.path + "/replay/" + operators + "-u1001/plan", "damaged",
                       0640);
    for (const std::string& name :
         {operators, operators + "-u1001", std::string("nonsense"),
          std::string("../replay/") + operators + "-u1000"})
        CHECK(why(name, bob) == "no such run: " + name);
}

TEST_CASE("replay: what goes to an end says so, and nothing else does")
{
    const TemporarySpool spool;
    HastyDisk disk;
    const std::string name = spool::test::prepare(spool.path, 2, disk);
    {
        spool::ReplaySender sender({spool.path, name},
                                   spool::test::options_for(spool.path, disk), false,
                                   {"1@example"});
        CHECK(sender.next().recipients.at(0).address == "0@example");
        CHECK(sender.send(9) == 2);
        CHECK(sender.done());
    }
    spool::Reader reader(spool.path);
    for (const spool::Found& one : spool::test::read_all(spool.path).found) {
        if (one.envelope.origin != spool::Origin::replay)
            continue;
        const std::string text = spool::test::read_message(reader, one.where);
        const bool is_end = one.envelope.recipients.at(0).address == "1@example";
        CHECK((text.find("\r\nDelivered-To: 1@example\r\nSubject: 1\r\n") != text.npos) ==
              is_end);
        CHECK((text.find("Delivered-To") != text.npos) == is_end);
    }
}
