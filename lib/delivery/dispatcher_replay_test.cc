// SPDX-License-Identifier: Apache-2.0
// What is sent again comes to the witness once, however often it is looked at.
#include "delivery/control.h"
#include "delivery/scene_test.h"
#include "tap/stage_test.h"

#include <doctest/doctest.h>

namespace {

using delivery::Scene;
using spool::MessageId;
using Told = std::vector<tap::test::Captured>;

constexpr const char* again = "Subject: again\r\n\r\ntext\r\n";
constexpr const char* busy = "220 mx\r\n250 mx\r\n250 ok\r\n451 later\r\n";
constexpr const char* never_answers = "220 mx\r\n250 mx\r\n250 ok\r\n250 ok\r\n354 go\r\n";

// What outlives the scene: its connections end before the server waits for that.
struct Surroundings {
    explicit Surroundings(const char* says) : server(says) {}

    tap::test::Stage stage{{{"a@takes.test", tap::test::target(1)}}};
    tap::QueueWitness watching{stage.tap()};
    net::test::GreetingServer server;
};

struct Watched : Surroundings, Scene {
    explicit Watched(const char* says) : Surroundings(says)
    {
        witness = &watching;
        route("takes.test", server.port);
        options.idle_connection = 0; // it answers to one message
    }
    MessageId put_replay(const std::string& by = {})
    {
        spool::Envelope envelope;
        envelope.arrival = base::wall_microseconds();
        envelope.origin = spool::Origin::replay;
        envelope.parent = MessageId(7);
        envelope.route = by;
        envelope.recipients.push_back({"a@takes.test", spool::notify_never, {}});
        return put(std::move(envelope), again);
    }
    // What has come to the target.
    Told received()
    {
        Told told = stage.captured();
        std::erase_if(
            told, [](const auto& one) { return one.event.what == li::What::forwarded; });
        return told;
    }
    void wait_rounds(int count)
    {
        int rounds = 0;
        CHECK(run_until([&] { return ++rounds == count; }));
    }
};

} // namespace

TEST_CASE(
    "delivery: what is sent again is told to the witness once, with its first attempt")
{
    Watched scene(busy);
    const MessageId id = scene.put_replay();
    for (int start = 0; start < 2; ++start) {
        spool::Queue queue(scene.spool.options());
        spool::read_log(queue);
        scene.with_dispatcher(queue, [&](auto& dispatcher) {
            dispatcher.start();
            CHECK(scene.run_until([&] {
                return queue.find(id)->attempts() > 0 && !scene.stage.captured().empty();
            }));
        });
    }
    const Told told = scene.received();
    REQUIRE(told.size() == 1);
    CHECK(told[0].event.what == li::What::received);
    CHECK(told[0].event.duplicate_of == MessageId(7).text());
    CHECK(told[0].event.queue_id == id.text());
    CHECK(told[0].content == again);
}

TEST_CASE("delivery: what is looked at again before its first attempt is not told again")
{
    Watched scene(never_answers);
    scene.options.health.most = 1;
    (void)scene.put({"b@takes.test"}); // the others wait until this one has its answer
    const std::vector<MessageId> all = {scene.put_replay(), scene.put_replay()};
    spool::Queue queue(scene.spool.options());
    spool::read_log(queue);
    scene.with_dispatcher(queue, [&](auto& dispatcher) {
        dispatcher.start();
        scene.wait_rounds(20);
        CHECK(scene.received().size() == 2);
        delivery::ControlHooks hooks;
        hooks.active = [&](MessageId id) { return !dispatcher.let_go(id); };
        hooks.changed = [&](MessageId id) { dispatcher.look_again(id); };
        for (const char* const request : {"hold ", "release "})
            CHECK(delivery::answer_line(request + all[0].text(), queue, hooks)
                      .ends_with("end 1\n"));
        CHECK(delivery::answer_line("requeue " + all[1].text(), queue, hooks)
                  .ends_with("end 1\n"));
        scene.wait_rounds(10);
        for (const MessageId id : all) {
            CHECK(dispatcher.is_active(id));
            CHECK(queue.find(id)->attempts() == 0);
        }
        CHECK(scene.received().size() == 2);
    });
}

TEST_CASE("delivery: what an operator sends another way before its first attempt is told")
{
    Watched scene(busy);
    const MessageId id = scene.put_replay();
    spool::Queue queue(scene.spool.options());
    spool::read_log(queue);
    queue.requeue(id);
    scene.with_dispatcher(queue, [&](auto& dispatcher) {
        dispatcher.start();
        CHECK(scene.run_until([&] { return queue.find(id)->attempts() > 0; }));
        queue.requeue(id); // attempts are counted from 0 again
        dispatcher.look_again(id);
        CHECK(scene.run_until([&] {
            dispatcher.tick();
            return queue.find(id)->attempts() > 0;
        }));
    });
    CHECK(scene.received().size() == 1);
}

TEST_CASE("delivery: what goes by a route of its own waits for that, and is not forwarded")
{
    Watched scene("220 mx\r\n250 mx\r\n250 ok\r\n250 ok\r\n354 go\r\n250 ok\r\n");
    const std::uint16_t port = scene.facts.routes["takes.test"][0].port;
    scene.facts.row("a@takes.test", db::AddressKind::forward, "b@far.test");
    scene.facts.routes.clear();
    const MessageId id = scene.put_replay("restored.test");
    spool::Queue queue(scene.spool.options());
    spool::read_log(queue);
    scene.with_dispatcher(queue, [&](auto& dispatcher) {
        dispatcher.start();
        CHECK(scene.run_until([&] { return queue.find(id)->attempts() > 0; }));
        CHECK(queue.text(queue.find(id)->reason(0))
                  .contains("routing: there is no route restored.test"));
        scene.route("restored.test", port);
        ++scene.facts.changes;
        queue.requeue(id);
        dispatcher.look_again(id);
        CHECK(scene.run_until([&] {
            dispatcher.tick();
            return queue.find(id) == nullptr;
        }));
    });
    CHECK(scene.received().size() == 1); // the witness has seen it like any replay
    CHECK(queue.size() == 0);            // nothing was made of it
}
