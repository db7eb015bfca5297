// SPDX-License-Identifier: Apache-2.0
// When the queue stands in for the hosts of a route (proxy/outage.h).
#include "proxy/backends_stage_test.h"
#include "seal/fixture_test.h"

using namespace backends_stage;

namespace {

Task<void> log_in_anna(Scene& scene, std::vector<bool>& shown_the_queue)
{
    auto where = std::make_shared<const Listener>(scene.listener);
    Search search;
    Caller nobody;
    const auto link = co_await scene.backends.open(
        "anna", std::move(where), std::move(nobody), scene.greeter, search);
    shown_the_queue.push_back(link && link->stands_in);
}

// With a login before and behind it.
Task<void> live_again(Scene& scene, GreetingServer& host, std::vector<std::string>& told,
                      std::vector<bool>& shown_the_queue)
{
    co_await log_in_anna(scene, shown_the_queue);
    host.serve("hello\r\n");
    const base::milliseconds moment{10};
    while (told.empty())
        co_await net::sleep_for(scene.loop, moment);
    scene.greeter.greeted.clear();
    co_await log_in_anna(scene, shown_the_queue);
    scene.loop.stop(); // which nobody else does as long as the host is watched
}

} // namespace

TEST_CASE("proxy: the queue stands in when all hosts of a user have been down for long")
{
    const GreetingServer down("");
    const GreetingServer broken("nonsense\r\n");
    const GreetingServer queue("hello\r\n");
    Scene scene;
    scene.listener.user_domain = "example.org";
    scene.table.rows["anna@example.org"] = {host_at(down.port, 10),
                                            host_at(broken.port, 20)};
    db::RouteHost door = host_at(0);
    door.host = "127.0.0.1:" + std::to_string(queue.port);

    CHECK_FALSE(scene.open("anna")); // nothing stands in
    scene.backends.set_queue(door, {.after = 3600, .steady = 0});
    CHECK_FALSE(scene.open("anna")); // not yet
    scene.backends.set_queue(door, {.after = 0, .steady = 0});
    scene.greeter.greeted.clear();
    Opened first = scene.open("anna");
    REQUIRE(first);
    CHECK(first->stands_in);
    CHECK(first->name == door.host);
    first->leg.reset();                       // the test's server has one guest at a time
    CHECK(scene.greeter.greeted.size() == 2); // the broken host, too

    scene.greeter.greeted.clear();
    const Opened second = scene.open("anna");
    REQUIRE(second);
    CHECK(second->stands_in);
    CHECK(scene.greeter.greeted.size() == 1); // at once
}

TEST_CASE("proxy: now and then a login finds out whether the host lives, and has it then")
{
    const GreetingServer broken("nonsense\r\n");
    const GreetingServer good("hello\r\n");
    const GreetingServer queue("hello\r\n");
    db::RouteHost door = host_at(0);
    door.host = "127.0.0.1:" + std::to_string(queue.port);
    Scene scene;
    scene.backends.set_dead_for(base::seconds{0}); // every login finds out
    scene.backends.set_queue(door, {.after = 0, .steady = 0});
    scene.table.rows["anna"] = {host_at(broken.port)};
    for (int i = 0; i < 2; ++i) {
        scene.greeter.greeted.clear();
        const Opened anna = scene.open("anna");
        REQUIRE(anna);
        CHECK(anna->stands_in);
        CHECK(scene.greeter.greeted.size() == 2);
    }
    // A host of the route that is not known to be down is tried, whatever the others are.
    scene.table.rows["anna"] = {host_at(broken.port, 10), host_at(good.port, 20)};
    const Opened anna = scene.open("anna");
    REQUIRE(anna);
    CHECK_FALSE(anna->stands_in);
    CHECK(anna->host.port == good.port);
}

TEST_CASE("proxy: without the queue's door a login fails for the reason of the host")
{
    const GreetingServer broken("nonsense\r\n");
    const GreetingServer closed("");
    db::RouteHost door = host_at(0);
    door.host = "127.0.0.1:" + std::to_string(closed.port);
    Scene scene;
    scene.backends.set_queue(door, {.after = 0, .steady = 0});
    scene.table.rows["anna"] = {host_at(broken.port)};
    for (int i = 0; i < 2; ++i) {
        const Opened anna = scene.open("anna");
        REQUIRE_FALSE(anna);
        CHECK(is_of_host(anna.error().kind));
    }
}

TEST_CASE(
    "proxy: a host that greets and fails at logins is out, too, for this login as well")
{
    const GreetingServer lame("hello\r\n");
    const GreetingServer queue("hello\r\n");
    db::RouteHost door = host_at(0);
    door.host = "127.0.0.1:" + std::to_string(queue.port);
    for (const TroubleKind kind : {TroubleKind::broken, TroubleKind::unavailable}) {
        Scene scene;
        scene.backends.set_queue(door, {.after = 0, .steady = 0});
        scene.table.rows["anna"] = {host_at(lame.port)};
        Search search;
        Opened anna = scene.open("anna", search);
        REQUIRE(anna);
        CHECK_FALSE(anna->stands_in);
        const Trouble trouble{kind, "not now", {}};
        scene.backends.note_login(*anna, &trouble, "-");
        CHECK(search.goes_on_behind(*anna, trouble));
        anna = scene.open("anna", search);
        REQUIRE(anna);
        CHECK(anna->stands_in);
    }
}

TEST_CASE("proxy: the queue does not stand in while one host of the route is not out")
{
    const GreetingServer closed("");
    const GreetingServer busy("hello\r\n");
    const GreetingServer queue("hello\r\n");
    db::RouteHost door = host_at(0);
    door.host = "127.0.0.1:" + std::to_string(queue.port);
    Scene scene;
    scene.table.rows["bert"] = {host_at(closed.port)};
    scene.table.rows["anna"] = {host_at(busy.port, 10), host_at(closed.port, 20)};
    scene.backends.set_queue(door, {.after = 0, .steady = 0});
    Opened bert = scene.open("bert");
    REQUIRE(bert);
    CHECK(bert->stands_in);
    bert->leg.reset();
    scene.backends.set_queue(door, {.after = 3600, .steady = 0});
    Search search;
    Opened anna = scene.open("anna", search);
    REQUIRE(anna);
    CHECK(anna->host.port == busy.port);
    const Trouble later{TroubleKind::unavailable, "later", "[SYS/TEMP] later"};
    scene.backends.note_login(*anna, &later, "-");
    CHECK(search.goes_on_behind(*anna, later));
    anna = scene.open("anna", search);
    REQUIRE_FALSE(anna);
    CHECK(anna.error().reply == "[SYS/TEMP] later");
}

TEST_CASE("proxy: a name without an address is as good as a host that is down")
{
    const GreetingServer queue("hello\r\n");
    db::RouteHost door = host_at(0);
    door.host = "127.0.0.1:" + std::to_string(queue.port);
    Scene scene;
    scene.table.rows["anna"] = {host_at(143)};
    scene.table.rows["anna"].front().host = "mail.example";
    scene.backends.set_queue(door, {.after = 3600, .steady = 0});
    CHECK_FALSE(scene.open("anna"));
    scene.backends.set_queue(door, {.after = 0, .steady = 0});
    const Opened anna = scene.open("anna");
    REQUIRE(anna);
    CHECK(anna->stands_in);
}

TEST_CASE(
    "proxy: a host that is back is greeted, but its users stay at the queue for a while")
{
    const seal::testing::Directory directory;
    const GreetingServer queue("hello\r\n");
    GreetingServer host("");
    db::RouteHost door = host_at(0);
    door.host = "127.0.0.1:" + std::to_string(queue.port);
    const auto join = [&](Scene& scene) {
        scene.backends.set_dead_for(base::seconds{0});
        scene.backends.set_queue(door, {.after = 0, .steady = 3600});
        scene.backends.share_outages(directory.file("outages"));
        scene.table.rows["anna"] = {host_at(host.port)};
    };
    Scene one;
    Scene other; // of another process
    join(one);
    join(other);
    Opened anna = one.open("anna");
    REQUIRE(anna);
    CHECK(anna->stands_in);
    anna->leg.reset();
    host.serve("hello\r\n");
    for (Scene* each : {&one, &other, &one}) {
        each->greeter.greeted.clear();
        anna = each->open("anna");
        REQUIRE(anna);
        CHECK(anna->stands_in);
        anna->leg.reset();
        CHECK(each->greeter.greeted.size() == 2); // the host was asked as well
    }
    for (Scene* each : {&one, &other}) { // it has been well for long
        each->backends.set_queue(door, {.after = 0, .steady = 0});
        anna = each->open("anna");
        REQUIRE(anna);
        CHECK_FALSE(anna->stands_in);
        if (each == &one)
            each->backends.note_login(*anna, nullptr, "-");
        anna->leg.reset();
    }
}

TEST_CASE("proxy: a host that is out is watched, whoever logs in, and told when it lives")
{
    const GreetingServer queue("hello\r\n");
    GreetingServer host("");
    db::RouteHost door = host_at(0);
    door.host = "127.0.0.1:" + std::to_string(queue.port);
    Scene scene;
    std::vector<std::string> told;
    scene.backends.set_dead_for(base::seconds{0});
    scene.backends.set_queue(door, {.after = 0, .steady = 3600});
    scene.backends.watch_by(
        [](const proxy::ListenerPtr&) { return std::make_unique<Polite>(); });
    scene.backends.tell_alive([&](const std::string& name, const std::string& ip) {
        told.push_back(name + " " + ip);
    });
    scene.table.rows["anna"] = {host_at(host.port)};
    std::vector<bool> shown_the_queue;
    net::test::run(scene.loop, live_again(scene, host, told, shown_the_queue));
    CHECK(told == std::vector<std::string>{"127.0.0.1 127.0.0.1"});
    CHECK(shown_the_queue == std::vector<bool>{true, true});
    CHECK(scene.greeter.greeted.size() == 1); // the queue: no login waits for the host
}
