// SPDX-License-Identifier: Apache-2.0
// No message is forgotten: its time comes while it is looked at, the tables change while it
// waits, nothing can be read when its destination lives again.
#include "base/clock.h"
#include "delivery/control.h"
#include "delivery/scene_test.h"

#include <doctest/doctest.h>
#include <sys/resource.h>

namespace {

using delivery::Scene;
using spool::MessageId;

constexpr const char* takes_all = "220 mx\r\n250 mx\r\n250 ok\r\n250 ok\r\n"
                                  "354 go\r\n250 taken\r\n221 bye\r\n";
constexpr const char* not_yet = "220 mx\r\n250 mx\r\n250 ok\r\n450 4.2.1 later\r\n"
                                "221 bye\r\n";

} // namespace

TEST_CASE("delivery: an attempt that is due while a notice is written is made afterwards")
{
    const net::test::GreetingServer later(not_yet);
    const net::test::GreetingServer closed("");
    Scene scene;
    scene.route("later.test", later.port);
    scene.route("sender.test", closed.port);
    scene.options.schedule.retry = {2};
    scene.options.schedule.notices = {1};
    scene.options.idle_connection = 0;
    const MessageId id = scene.put({"a@later.test"});
    spool::Queue queue(scene.spool.options());
    spool::read_log(queue);
    scene.with_dispatcher(queue, [&](auto& dispatcher) {
        dispatcher.start();
        CHECK(scene.run_until([&] { return !dispatcher.is_active(id); }));
        CHECK(queue.find(id)->attempts() == 1);
        // Nothing ticks until both are due: then they are taken in one round.
        const std::int64_t both = queue.find(id)->next_attempt();
        CHECK(scene.run_until([&] { return base::wall_seconds() > both; }));
        CHECK(scene.run_until([&] {
            dispatcher.tick();
            return queue.find(id)->attempts() == 2;
        }));
        CHECK(queue.find(id)->delay_noticed());
    });
}

TEST_CASE("delivery: whoever waits for a dead host goes where the changed tables say")
{
    const net::test::GreetingServer closed("");
    const net::test::GreetingServer takes(takes_all);
    Scene scene;
    scene.options.idle_connection = 0;
    scene.route("dead.test", closed.port);
    scene.route("moves.test", closed.port); // the same destination
    for (int i = 0; i < 3; ++i)
        (void)scene.put({"a@dead.test"});
    const MessageId moves = scene.put({"b@moves.test"});
    spool::Queue queue(scene.spool.options());
    spool::read_log(queue);
    scene.with_dispatcher(queue, [&](auto& dispatcher) {
        dispatcher.start();
        dispatcher.tick();
        CHECK(scene.run_until([&] { return !dispatcher.is_active(moves); }));
        scene.route("moves.test", takes.port);
        ++scene.facts.changes;
        CHECK(scene.run_until([&] {
            if (queue.find(moves) != nullptr)
                dispatcher.tick();
            return queue.find(moves) == nullptr;
        }));
    });
    CHECK(queue.size() == 3);
}

TEST_CASE("delivery: who waits for a dead host after the tables changed is told of it")
{
    const net::test::GreetingServer closed("");
    const net::test::GreetingServer takes(takes_all);
    Scene scene;
    scene.options.idle_connection = 0;
    scene.options.schedule.notices = {4};
    scene.route("dead.test", closed.port);
    scene.route("takes.test", takes.port);
    scene.route("sender.test", closed.port);
    const MessageId probe = scene.put({"a@dead.test"});
    const MessageId both = scene.put({"b@takes.test", "c@dead.test"});
    spool::Queue queue(scene.spool.options());
    spool::read_log(queue);
    const std::int64_t due = base::wall_seconds() + 2;
    const auto wait_for = [&](const std::string& destination, const std::string& why) {
        const std::vector<spool::Outcome> outcomes = {
            {0, spool::RecipientState::waiting, "mx: 451 later"},
            {1, spool::RecipientState::waiting, why}};
        (void)queue.note(both, outcomes, due, destination);
    };
    wait_for("", "mx: 451 later");
    scene.with_dispatcher(queue, [&](auto& dispatcher) {
        dispatcher.start();
        dispatcher.tick();
        CHECK(scene.run_until([&] { return !dispatcher.is_active(probe); }));
        const spool::Entry* dead = queue.find(probe);
        wait_for(std::string(queue.text(dead->destination())),
                 std::string(queue.text(dead->reason())));
        ++scene.facts.changes; // the one gets it now, the other waits as before
        dispatcher.tick();
        CHECK(scene.run_until([&] { return !dispatcher.is_active(both); }));
        CHECK(queue.find(both)->state(0) == spool::RecipientState::delivered);
        CHECK(queue.find(both)->waits_for_destination()); // its own time is over
        CHECK(scene.run_until([&] {
            dispatcher.tick();
            return queue.find(both)->delay_noticed();
        }));
    });
}

TEST_CASE("delivery: an operator may delete what waits for its turn, not what is under way")
{
    const net::test::GreetingServer silent(
        "220 mx\r\n250 mx\r\n250 ok\r\n250 ok\r\n354 go\r\n");
    Scene scene;
    scene.route("slow.test", silent.port);
    scene.options.health.most = 1;
    std::string ids;
    std::vector<MessageId> all;
    for (int i = 0; i < 3; ++i) {
        all.push_back(scene.put({"a@slow.test"}));
        ids += " " + all.back().text();
    }
    spool::Queue queue(scene.spool.options());
    spool::read_log(queue);
    scene.with_dispatcher(queue, [&](auto& dispatcher) {
        dispatcher.start();
        int rounds = 0; // until one waits for its last answer
        CHECK(scene.run_until([&] { return ++rounds == 20; }));
        delivery::ControlHooks hooks;
        hooks.active = [&](MessageId id) { return !dispatcher.let_go(id); };
        hooks.changed = [&](MessageId id) { dispatcher.look_again(id); };
        const std::string requeued = delivery::answer_line("requeue" + ids, queue, hooks);
        CHECK(requeued.ends_with("end 2\n"));
        CHECK(requeued.find(" active\n") != std::string::npos);
        rounds = 0;
        CHECK(scene.run_until([&] { return ++rounds == 5; }));
        for (const MessageId id : all) // they stand in line once more
            CHECK(dispatcher.is_active(id));
        CHECK(delivery::answer_line("delete" + ids, queue, hooks).ends_with("end 2\n"));
        CHECK(queue.size() == 1);
        bool stopped = false;
        scene.options.drain = 0;
        dispatcher.reconfigure(scene.options);
        dispatcher.stop([&] { stopped = true; });
        CHECK(scene.run_until([&] {
            dispatcher.tick();
            return stopped;
        }));
    });
    CHECK(queue.size() == 1);
}

TEST_CASE("delivery: what cannot be read when its destination lives again is put off")
{
    const net::test::GreetingServer closed("");
    Scene scene;
    scene.route("dead.test", closed.port);
    scene.options.health.first_pause = 1;
    std::vector<MessageId> all;
    for (int i = 0; i < 20; ++i) // more segments than the reader keeps open
        all.push_back(scene.put({"a@dead.test"}));
    spool::Queue queue(scene.spool.options());
    spool::read_log(queue);
    scene.with_dispatcher(queue, [&](auto& dispatcher) {
        dispatcher.start();
        const auto idle = [&] { return dispatcher.all_active().empty(); };
        const auto attempts = [&] {
            std::uint32_t out = 0;
            for (const MessageId id : all)
                out = std::max(out, queue.find(id)->attempts());
            return out;
        };
        CHECK(scene.run_until(idle));
        rlimit before{};
        ::getrlimit(RLIMIT_NOFILE, &before);
        rlimit none = before;
        none.rlim_cur = 0;
        int rounds = 0;
        CHECK(scene.run_until([&] { return ++rounds == 150; }));
        ::setrlimit(RLIMIT_NOFILE, &none);
        CHECK_NOTHROW(dispatcher.tick());
        ::setrlimit(RLIMIT_NOFILE, &before);
        for (const MessageId id : all) {
            REQUIRE(queue.find(id) != nullptr);
            CHECK(!queue.find(id)->held());
            queue.retry_at(id, 0);
            dispatcher.look_again(id);
        }
        CHECK(scene.run_until([&] { return attempts() > 1; }));
        CHECK(scene.run_until(idle));
    });
    CHECK(queue.size() == all.size());
}

TEST_CASE("delivery: a dead destination that nobody asks for is forgotten in the end")
{
    delivery::Destination one("mx:gone.test", {20, 60, 3600}, 5);
    one.used = 1000;
    one.health.failed(1000, "refused", 0);
    CHECK(one.health.dead());
    CHECK(!one.forgettable(1000 + 60 + 900));
    CHECK(one.forgettable(1000 + 60 + 901));
    one.parked.add(MessageId(7), false);
    CHECK(!one.forgettable(100000));
}
