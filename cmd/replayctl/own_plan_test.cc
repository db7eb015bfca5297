// SPDX-License-Identifier: Apache-2.0
// How much of his mail a user has found for him at once.
#include "base/failure.h"
#include "own_plan.h"
#include "ums/scene_test.h"

#include <doctest/doctest.h>

namespace {

struct Scene : ums::Scene {
    [[nodiscard]] replayctl::Caller caller(replayctl::AtOnce at_once = {})
    {
        replayctl::Caller caller{.place = {},
                                 .who = {1000, "bob"},
                                 .addresses = {"bob@u.test"},
                                 .limits = {},
                                 .facts = facts,
                                 .at_once = at_once};
        caller.place.spool = spool.directory();
        return caller;
    }
    [[nodiscard]] std::size_t found(replayctl::AtOnce at_once)
    {
        return find_own({}, caller(at_once)).size();
    }
    [[nodiscard]] spool::ReplayPlan plan()
    {
        conf::Call all;
        all.options["all"] = "";
        return plan_own(all, caller()).plan;
    }
    static void deliver(spool::Queue& queue, spool::MessageId id, std::uint32_t recipient)
    {
        using spool::RecipientState;
        const std::vector<spool::Outcome> outcomes{
            {recipient, RecipientState::delivered, "ok"}};
        (void)queue.note(id, outcomes, 0, "mx:25");
    }
    // His only message.
    [[nodiscard]] bool shown() { return found({}) == 1; }
};

} // namespace

TEST_CASE("replayctl: who has much mail, or mail by very many ways, says which he means")
{
    Scene scene;
    std::vector<std::string> many;
    for (int i = 0; i < 1000; ++i) {
        many.push_back("list" + std::to_string(i) + "@u.test");
        scene.facts.row(many.back(), db::AddressKind::forward, "bob@u.test");
    }
    (void)scene.put({"bob@u.test"});
    (void)scene.put(many);
    CHECK(scene.found({}) == 2);
    CHECK(scene.found({.messages = 2}) == 2);
    CHECK_THROWS_WITH_AS((void)scene.found({.messages = 1}),
                         "more than 1 messages: say which", base::Failure);
    CHECK_THROWS_WITH_AS((void)scene.found({.octets = 50'000}),
                         "messages by too many ways to you together: say which",
                         base::Failure);
}

TEST_CASE("replayctl: how many others have got a message changes no limit")
{
    Scene scene;
    std::vector<std::string> many;
    for (int i = 0; i < 1000; ++i)
        many.push_back("member" + std::to_string(i) + "@elsewhere.test");
    many.push_back("bob@u.test");
    const spool::MessageId id = scene.put(many);
    CHECK(scene.found({.octets = 10'000}) == 1);
    // He is found again among them, who still wait for it.
    spool::Queue queue(scene.spool.options());
    spool::read_log(queue);
    CHECK(scene.plan().items.empty());
    scene.deliver(queue, id, 1000);
    const spool::ReplayPlan plan = scene.plan();
    REQUIRE(plan.items.size() == 1);
    CHECK(plan.items[0].recipients ==
          std::vector<spool::ReplayRecipient>{{1000, "bob@u.test"}});
}

TEST_CASE("replayctl: what an operator keeps back is hidden from those it is kept from")
{
    using spool::Hold;
    Scene scene;
    const spool::MessageId id = scene.put({"ann@u.test", "bob@u.test"});
    spool::Queue queue(scene.spool.options());
    spool::read_log(queue);
    CHECK(scene.shown());
    queue.hold(id, Hold::by_operator, "look at it");
    CHECK_FALSE(scene.shown());
    queue.release(id);
    queue.hold(id, Hold::by_guard, "domain u.test is on hold");
    CHECK(scene.shown());
    queue.release(id);
    // He has it: that somebody else waits for it is not his to know.
    scene.deliver(queue, id, 1);
    queue.hold(id, Hold::by_operator, "look at it");
    CHECK(scene.shown());
    CHECK(scene.plan().items.size() == 1);
}

TEST_CASE("replayctl: a copy that is kept back does not come by its original")
{
    using spool::Hold;
    Scene scene;
    scene.facts.row("list@u.test", db::AddressKind::forward, "bob@u.test");
    scene.facts.row("list@u.test", db::AddressKind::forward, "ann@u.test");
    const spool::MessageId parent = scene.put({"list@u.test"});
    const spool::MessageId copy = scene.put(
        ums::Scene::made_of(parent, spool::Origin::forward, {"ann@u.test", "bob@u.test"}));
    spool::Queue queue(scene.spool.options());
    spool::read_log(queue);
    scene.deliver(queue, parent, 0);
    CHECK(scene.found({}) == 2);
    CHECK(scene.plan().items.size() == 1);
    queue.hold(copy, Hold::by_operator, "look at it");
    CHECK(scene.found({}) == 0);
    CHECK(scene.plan().items.empty());
    queue.release(copy);
    scene.deliver(queue, copy, 1);
    queue.hold(copy, Hold::by_operator, "look at it");
    CHECK(scene.found({}) == 2);
}
