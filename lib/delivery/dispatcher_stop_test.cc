// SPDX-License-Identifier: Apache-2.0
// A stop waits for what is in flight and for nothing else, and loses and doubles nothing.
#include "delivery/scene_test.h"
#include "spool/test_spool.h"

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
