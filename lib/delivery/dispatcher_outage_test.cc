// SPDX-License-Identifier: Apache-2.0
// A destination is dead, smtp-sendd starts again meanwhile, the destination lives again:
// what waited for nothing else is delivered at once, whoever it was that was tried.
#include "base/clock.h"
#include "delivery/control.h"
#include "delivery/scene_test.h"

#include <doctest/doctest.h>

namespace {

using delivery::Scene;
using spool::MessageId;

constexpr const char* takes_all = "220 mx\r\n250 mx\r\n250 ok\r\n250 ok\r\n"
                                  "354 go\r\n250 taken\r\n221 bye\r\n";
constexpr std::int64_t hour = 3600;

// Mail of a domain whose server is dead, and probed once an hour.
class Outage {
public:
    Scene scene;
    std::vector<MessageId> all;

    explicit Outage(int messages)
    {
        scene.options.health.first_pause = hour;
        scene.options.schedule.retry = {hour};
        scene.options.idle_connection = 0;
        scene.route("dest.test", server_.port);
        for (int i = 0; i < messages; ++i)
            all.push_back(scene.put({"a@dest.test"}));
    }

    // One process: it starts, and everything waits for the server.
    void one_start(spool::Queue& queue)
    {
        scene.with_dispatcher(queue, [&](auto& dispatcher) {
            dispatcher.start();
            CHECK(scene.run_until([&] { return dispatcher.all_active().empty(); }));
        });
        CHECK(queue.size() == all.size());
    }

    void is_over() { server_.serve(takes_all); }

    void delivers_all(spool::Queue& queue)
    {
        scene.with_dispatcher(queue, [&](auto& dispatcher) {
            dispatcher.start();
            CHECK(scene.run_until([&] {
                dispatcher.tick();
                return queue.size() == 0;
            }));
        });
    }

private:
    net::test::GreetingServer server_{""}; // nobody listens
};

} // namespace

TEST_CASE("delivery: what waited for a dead destination is tried at the next start")
{
    Outage outage(8);
    {
        spool::Queue queue(outage.scene.spool.options());
        spool::read_log(queue);
        outage.one_start(queue);
        for (const MessageId id : outage.all)
            CHECK(queue.find(id)->waits_for_destination());
        outage.all.push_back(outage.scene.put({"late@dest.test"}));
    }
    spool::Queue again(outage.scene.spool.options());
    spool::read_log(again);
    outage.one_start(again);
    outage.is_over();
    outage.delivers_all(again);
}

TEST_CASE("delivery: a destination that lives again wakes those as well that it refused")
{
    Outage outage(8);
    spool::Queue queue(outage.scene.spool.options());
    spool::read_log(queue);
    outage.scene.with_dispatcher(queue, [&](auto& dispatcher) {
        dispatcher.start();
        CHECK(outage.scene.run_until([&] { return dispatcher.all_active().empty(); }));
        outage.is_over();
        dispatcher.look_again(outage.all.back()); // an operator wants one
        CHECK(outage.scene.run_until([&] {
            dispatcher.tick();
            return queue.size() == 0;
        }));
    });
}

TEST_CASE("delivery: who waits for others as well keeps the time of the schedule")
{
    const net::test::GreetingServer later("220 mx\r\n250 mx\r\n250 ok\r\n450 later\r\n"
                                          "221 bye\r\n");
    Outage outage(0);
    outage.scene.route("later.test", later.port);
    const MessageId both = outage.scene.put({"a@dest.test", "b@later.test"});
    outage.all.push_back(both);
    spool::Queue queue(outage.scene.spool.options());
    spool::read_log(queue);
    outage.one_start(queue);
    CHECK(queue.find(both)->next_attempt() > base::wall_seconds() + hour / 2);
}

TEST_CASE("delivery: while one destination is dead the others are tried in time")
{
    const net::test::GreetingServer takes(takes_all);
    Outage outage(1);
    outage.scene.route("takes.test", takes.port);
    const MessageId both = outage.scene.put({"a@dest.test", "b@takes.test"});
    spool::Queue queue(outage.scene.spool.options());
    spool::read_log(queue);
    const std::int64_t due = base::wall_seconds() + 2;
    queue.retry_at(both, due);
    outage.scene.with_dispatcher(queue, [&](auto& dispatcher) {
        dispatcher.start();
        CHECK(outage.scene.run_until([&] { return dispatcher.all_active().empty(); }));
        const spool::Entry* dead = queue.find(outage.all.front());
        REQUIRE(dead->waits_for_destination());
        // The dead one was the last to be asked.
        const std::vector<spool::Outcome> outcomes = {
            {0, spool::RecipientState::waiting, std::string(queue.text(dead->reason()))},
            {1, spool::RecipientState::waiting, "mx: 450 later"}};
        (void)queue.note(both, outcomes, due, std::string(queue.text(dead->destination())));
        CHECK(outage.scene.run_until([&] {
            dispatcher.tick();
            return !queue.find(both)->waits(1) && !dispatcher.is_active(both);
        }));
        CHECK(queue.find(both)->waits_for_destination());
    });
}

TEST_CASE("delivery: a destination that lives again wakes who came several times once")
{
    const net::test::GreetingServer later("220 mx\r\n250 mx\r\n250 ok\r\n450 later\r\n"
                                          "221 bye\r\n");
    Outage outage(1);
    Scene& scene = outage.scene;
    scene.options.schedule.retry = {1, 1, hour};
    scene.route("later.test", later.port);
    const MessageId both = scene.put({"a@dest.test", "b@later.test"});
    spool::Queue queue(scene.spool.options());
    spool::read_log(queue);
    scene.with_dispatcher(queue, [&](auto& dispatcher) {
        dispatcher.start();
        const auto tried = [&](std::uint32_t times) {
            return scene.run_until([&] {
                dispatcher.tick();
                return queue.find(both)->attempts() == times && !dispatcher.is_active(both);
            });
        };
        CHECK(tried(3));
        outage.is_over();
        dispatcher.look_again(outage.all.front()); // an operator wants one
        int rounds = 0;
        CHECK(scene.run_until([&] {
            dispatcher.tick();
            return ++rounds > 20 && !queue.find(both)->waits(0);
        }));
        CHECK(queue.find(both)->attempts() == 5); // one result of each destination
        CHECK(queue.find(both)->waits(1));
    });
}

TEST_CASE("delivery: whom a delivery gave a time waits for his dead destination alone")
{
    const net::test::GreetingServer takes(takes_all);
    Outage outage(1);
    spool::Queue queue(outage.scene.spool.options());
    spool::read_log(queue);
    outage.one_start(queue);
    outage.scene.route("takes.test", takes.port);
    const MessageId both = outage.scene.put({"a@dest.test", "b@takes.test"});
    outage.all.push_back(both);
    spool::read_log(queue);
    outage.one_start(queue);
    CHECK(!queue.find(both)->waits(1));
    CHECK(queue.find(both)->waits_for_destination());
}

TEST_CASE("delivery: a dead host that is said to live is tried at once, and others are not")
{
    Outage outage(3);
    spool::Queue queue(outage.scene.spool.options());
    spool::read_log(queue);
    outage.scene.with_dispatcher(queue, [&](auto& dispatcher) {
        dispatcher.start();
        CHECK(outage.scene.run_until([&] { return dispatcher.all_active().empty(); }));
        outage.is_over();
        delivery::ControlHooks hooks;
        hooks.changed = [&](MessageId id) { dispatcher.look_again(id); };
        hooks.woken = [&](const delivery::Woken& woken) { dispatcher.probe(woken); };
        CHECK(delivery::answer_line("wake other.test 192.0.2.1", queue, hooks) ==
              "end 0\n");
        int rounds = 0;
        CHECK(outage.scene.run_until([&] {
            dispatcher.tick();
            return ++rounds > 20;
        }));
        CHECK(queue.size() == 3);
        CHECK(delivery::answer_line("wake mail.test 127.0.0.1", queue, hooks) == "end 0\n");
        CHECK(outage.scene.run_until([&] {
            dispatcher.tick();
            return queue.size() == 0;
        }));
    });
}

TEST_CASE("delivery: what a host has put off is tried when it is said to be well again")
{
    const net::test::GreetingServer later("220 mx\r\n250 mx\r\n250 ok\r\n450 later\r\n"
                                          "221 bye\r\n");
    Scene scene;
    scene.options.schedule.retry = {hour};
    scene.route("later.test", later.port);
    const MessageId waits = scene.put({"a@later.test"});
    spool::Queue queue(scene.spool.options());
    spool::read_log(queue);
    scene.with_dispatcher(queue, [&](auto& dispatcher) {
        dispatcher.start();
        CHECK(scene.run_until([&] { return dispatcher.all_active().empty(); }));
        delivery::ControlHooks hooks;
        hooks.changed = [&](MessageId id) { dispatcher.look_again(id); };
        CHECK(delivery::answer_line("wake other.test", queue, hooks) == "end 0\n");
        CHECK(delivery::answer_line("wake 127.0.0.1", queue, hooks) == "end 1\n");
        CHECK(scene.run_until([&] {
            dispatcher.tick();
            return queue.find(waits)->attempts() == 2 && !dispatcher.is_active(waits);
        }));
    });
}
