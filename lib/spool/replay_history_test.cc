// SPDX-License-Identifier: Apache-2.0
// What a run has sent is known, and what it has lost or not sent yet is not.
#include "spool/replay_history.h"
#include "spool/replay_plan.h"

#include <doctest/doctest.h>

namespace {

using spool::Envelope;
using spool::MessageId;
using spool::ReplayHistory;
using spool::ReplayResult;
using spool::ReplayState;

constexpr std::string_view by_address;

ReplayState run_of_three()
{
    ReplayState run;
    run.plan.items = {{MessageId(1), {}, 10, {{0, "a@x.test"}, {1, "B@x.test"}}},
                      {MessageId(2), {}, 10, {{0, "a@x.test"}}},
                      {MessageId(3), {}, 10, {{0, "a@x.test"}}}};
    run.results[MessageId(1)] = {ReplayResult::What::sent, MessageId(11)};
    run.results[MessageId(2)] = {ReplayResult::What::lost, {}};
    return run;
}

} // namespace

TEST_CASE("replay history: what a run has sent, and what it is sending")
{
    ReplayState run = run_of_three();
    ReplayHistory stopped;
    stopped.add(run);
    CHECK(stopped.has(MessageId(1), "A@X.test", by_address));
    CHECK(stopped.has(MessageId(1), "b@x.test", by_address));
    CHECK_FALSE(stopped.has(MessageId(1), "c@x.test", by_address));
    CHECK_FALSE(stopped.has(MessageId(2), "a@x.test", by_address)); // lost
    CHECK_FALSE(stopped.has(MessageId(3), "a@x.test", by_address)); // left
    run.running = true;
    ReplayHistory running;
    running.add(run);
    CHECK_FALSE(running.has(MessageId(2), "a@x.test", by_address));
    CHECK(running.has(MessageId(3), "a@x.test", by_address));
}

TEST_CASE("replay history: copies in the log, by the route that they took")
{
    Envelope copy;
    copy.origin = spool::Origin::replay;
    copy.parent = MessageId(1);
    copy.recipients = {{.address = "a@x.test", .orcpt = {}}};
    ReplayHistory history;
    history.add(copy);
    CHECK(history.has(MessageId(1), "a@x.test", by_address));
    CHECK_FALSE(history.has(MessageId(1), "a@x.test", "restored.example"));
    copy.route = "restored.example";
    history.add(copy);
    CHECK(history.has(MessageId(1), "a@x.test", "Restored.example"));
    // A bounce of a message is none of its copies.
    copy.origin = spool::Origin::bounce;
    copy.parent = MessageId(2);
    history.add(copy);
    CHECK_FALSE(history.has(MessageId(2), "a@x.test", "restored.example"));
}

TEST_CASE("replay history: of another run only what it has left counts")
{
    const ReplayState one = run_of_three();
    ReplayHistory history;
    history.add(one);
    ReplayState other = run_of_three();
    other.results.clear();
    CHECK(spool::left_in(history, other.plan, other.results) == 2);
    other.results[MessageId(1)] = {ReplayResult::What::sent, MessageId(21)};
    CHECK(spool::left_in(history, other.plan, other.results) == 0);
}

TEST_CASE("replay history: a plan says that it wants what others have sent")
{
    spool::ReplayPlan plan{.made = 1'795'557'000, .rate = 7, .items = {}};
    for (const bool again : {false, true}) {
        plan.again = again;
        const auto read = spool::decode_plan(encode(plan));
        REQUIRE(read);
        CHECK(*read == plan);
    }
}
