// SPDX-License-Identifier: Apache-2.0
// What an operator has released stays released until somebody has tried it.
#include "delivery/control.h"
#include "delivery/marks.h"
#include "delivery/scene_test.h"

#include <doctest/doctest.h>

namespace {

using delivery::Scene;
using spool::MessageId;
using spool::RecipientState;

constexpr const char* takes_all = "220 mx\r\n250 mx\r\n250 ok\r\n250 ok\r\n"
                                  "354 go\r\n250 taken\r\n221 bye\r\n";

// As the guard leaves it: all of its recipients are marked.
void hold_by_guard(spool::Queue& queue, MessageId id, const std::string& destination)
{
    std::vector<spool::Outcome> outcomes;
    for (std::uint32_t i = 0; i < queue.find(id)->recipients(); ++i)
        outcomes.push_back(
            {i, RecipientState::waiting, delivery::marked_held_back("mx: 550 no")});
    (void)queue.note(id, outcomes, 0, destination);
    queue.hold(id, spool::Hold::by_guard, "mx: 550 no");
}

void release(spool::Queue& queue, delivery::Dispatcher& dispatcher, MessageId id)
{
    delivery::ControlHooks hooks;
    hooks.active = [&](MessageId one) { return !dispatcher.let_go(one); };
    hooks.changed = [&](MessageId one) { dispatcher.look_again(one); };
    CHECK(delivery::answer_line("release " + id.text(), queue, hooks) ==
          id.text() + " ok\nend 1\n");
}

} // namespace

TEST_CASE("delivery: what was released and waits for a dead host is not held for a notice")
{
    bool looked_at = true; // its time is over: one of its recipients may be elsewhere
    SUBCASE("it is looked at once") {}
    SUBCASE("it waits for nothing else")
    {
        looked_at = false;
    }
    const net::test::GreetingServer closed("");
    Scene scene;
    scene.route("dead.test", closed.port);
    scene.route("sender.test", closed.port);
    scene.options.schedule.notices = {2};
    const MessageId probe = scene.put({"a@dead.test"});
    const MessageId released = scene.put({"b@dead.test", "c@dead.test"});
    spool::Queue queue(scene.spool.options());
    spool::read_log(queue);
    queue.hold(released, spool::Hold::by_guard, "not yet");
    scene.with_dispatcher(queue, [&](auto& dispatcher) {
        dispatcher.start();
        CHECK(scene.run_until([&] { return !dispatcher.is_active(probe); }));
        const std::string dead(queue.text(queue.find(probe)->destination()));
        hold_by_guard(queue, released, dead);
        queue.retry_at(probe, 0);
        dispatcher.look_again(probe); // stands before the released one, which is parked
        release(queue, dispatcher, released);
        if (!looked_at)
            queue.retry_at(released, spool::when_destination_lives);
        CHECK(scene.run_until([&] {
            dispatcher.tick();
            return queue.find(released)->delay_noticed();
        }));
        CHECK(scene.run_until([&] { return !dispatcher.is_active(released); }));
        // One is that of hold_by_guard().
        CHECK(queue.find(released)->attempts() == (looked_at ? 2 : 1));
        CHECK(!queue.find(released)->held());
    });
}

TEST_CASE("delivery: what was released and waits for its turn is not held by a stop")
{
    const net::test::GreetingServer silent("220"); // half a line, and no more
    const net::test::GreetingServer takes(takes_all);
    Scene scene;
    scene.route("slow.test", silent.port);
    scene.options.health.most = 1;
    std::vector<MessageId> all; // one is connecting, the others are ready
    for (int i = 0; i < 3; ++i)
        all.push_back(scene.put({"a@slow.test"}));
    {
        spool::Queue queue(scene.spool.options());
        spool::read_log(queue);
        for (const MessageId id : all)
            hold_by_guard(queue, id, "127.0.0.1:25");
        scene.with_dispatcher(queue, [&](auto& dispatcher) {
            dispatcher.start();
            for (const MessageId id : all)
                release(queue, dispatcher, id);
            int rounds = 0;
            CHECK(scene.run_until([&] { return ++rounds == 10; }));
            for (const MessageId id : all)
                CHECK(dispatcher.is_active(id));
            bool stopped = false;
            dispatcher.stop([&] { stopped = true; });
            CHECK(scene.run_until([&] { return stopped; }));
        });
        for (const MessageId id : all)
            CHECK(!queue.find(id)->held());
    }
    scene.route("slow.test", takes.port);
    scene.options.idle_connection = 0;
    spool::Queue queue(scene.spool.options());
    scene.with_dispatcher(queue, [&](auto& dispatcher) {
        dispatcher.start();
        CHECK(scene.run_until([&] { return queue.size() == 0; }));
    });
}
