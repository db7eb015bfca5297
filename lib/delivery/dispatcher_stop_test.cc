// SPDX-License-Identifier: Apache-2.0
// A stop waits for what is in flight and for nothing else, and loses and doubles nothing.
#include "delivery/scene_test.h"
#include "spool/test_spool.h"
#include "tap/stage_test.h"

#include <doctest/doctest.h>

namespace {

using delivery::Scene;
using spool::RecipientState;

constexpr const char* takes_all = "220 mx\r\n250 mx\r\n250 ok\r\n250 ok\r\n"
                                  "354 go\r\n250 taken\r\n221 bye\r\n";

std::size_t reports_in(const std::string& directory, spool::Origin origin)
{
    std::size_t out = 0;
    for (const spool::Found& one : spool::test::read_all(directory).found)
        out += one.envelope.origin == origin ? 1 : 0;
    return out;
}

} // namespace

TEST_CASE("delivery: a stop does not wait for servers that never greet")
{
    const net::test::GreetingServer silent("220"); // half a line, and no more
    const net::test::GreetingServer takes(takes_all);
    Scene scene;
    scene.route("silent.test", silent.port);
    scene.route("takes.test", takes.port);
    scene.options.health.most = 1; // the others stand in the ready list
    spool::Envelope envelope;
    envelope.arrival = base::wall_microseconds();
    envelope.sender = "alice@sender.test";
    envelope.recipients.push_back({"a@silent.test", spool::notify_default, {}});
    envelope.recipients.push_back({"b@takes.test", spool::notify_success, {}});
    const spool::MessageId both = scene.put(std::move(envelope), "Subject: x\r\n\r\n");
    for (int i = 0; i < 3; ++i)
        (void)scene.put({"c@silent.test"});
    spool::Queue queue(scene.spool.options());
    spool::read_log(queue);
    const base::SteadyTime before = base::Steady::now();
    scene.with_dispatcher(queue, [&](auto& dispatcher) {
        dispatcher.start();
        // Until the report of b has nobody to wait for but a.
        int rounds = 0;
        CHECK(scene.run_until([&] { return ++rounds == 30; }));
        CHECK(dispatcher.is_active(both));
        bool stopped = false;
        dispatcher.stop([&] { stopped = true; });
        CHECK(scene.run_until([&] { return stopped; }));
    });
    CHECK(base::Steady::now() - before < base::seconds(3));
    REQUIRE(queue.find(both) != nullptr);
    CHECK(queue.find(both)->waits(0));
    CHECK(queue.find(both)->state(1) == RecipientState::delivered);
    CHECK(queue.find(both)->attempts() == 1);
    CHECK(queue.size() == 4);
    CHECK(reports_in(scene.spool.directory(), spool::Origin::success_notice) == 1);
}

TEST_CASE("delivery: a stop while names are looked up ends at once")
{
    Scene scene; // no route: MX records of a resolver that never answers
    (void)scene.put({"a@nowhere.test"});
    spool::Queue queue(scene.spool.options());
    spool::read_log(queue);
    const base::Fd dns(::socket(AF_INET, SOCK_DGRAM, 0));
    scene.resolvers = {"127.0.0.1@" + std::to_string(net::test::bind_loopback(dns.get()))};
    scene.with_dispatcher(queue, [&](auto& dispatcher) {
        dispatcher.start();
        int rounds = 0;
        CHECK(scene.run_until([&] { return ++rounds == 5; }));
        bool stopped = false;
        dispatcher.stop([&] { stopped = true; });
        CHECK(scene.run_until([&] { return stopped; }));
    });
    CHECK(queue.size() == 1);
}

TEST_CASE("delivery: what was delivered until a stop has been told to the witness")
{
    tap::test::Stage stage({{"a@takes.test", tap::test::target(1)}});
    const tap::QueueWitness witness(stage.tap());
    const net::test::GreetingServer takes(takes_all);
    Scene scene;
    scene.witness = &witness;
    scene.route("takes.test", takes.port);
    const std::int64_t before = base::wall_microseconds();
    const spool::MessageId id = scene.put({"a@takes.test"});
    spool::Queue queue(scene.spool.options());
    spool::read_log(queue);
    std::int64_t after = 0;
    std::vector<tap::test::Captured> told;
    scene.with_dispatcher(queue, [&](auto& dispatcher) {
        dispatcher.start();
        const auto stopped = [&] {
            after = base::wall_microseconds();
            told = stage.captured();
            scene.loop.stop();
        };
        std::function<void()> look = [&] { // at once, when it is delivered
            if (queue.size() == 0)
                dispatcher.stop(stopped);
            else
                scene.loop.post([&] { look(); });
        };
        look();
        scene.loop.run();
    });
    CHECK(queue.size() == 0);
    REQUIRE(told.size() == 1);
    CHECK(told[0].event.what == li::What::forwarded);
    CHECK(told[0].event.queue_id == id.text());
    CHECK(told[0].event.time >= before); // when the server had answered
    CHECK(told[0].event.time <= after);
}
