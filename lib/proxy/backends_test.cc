// SPDX-License-Identifier: Apache-2.0
#include "proxy/backends_stage_test.h"

using namespace backends_stage;

TEST_CASE("proxy: a user is the same however the name is written")
{
    CHECK(proxy::folded_name("Carl", "") == "carl");
    CHECK(proxy::folded_name("Carl", "Example.org") == "carl@example.org");
    CHECK(proxy::folded_name("CARL@EXAMPLE.ORG.", "other.test") == "carl@example.org");
    CHECK(proxy::folded_name("carl@b\xc3\xbc"
                             "cher.test",
                             "") == "carl@xn--bcher-kva.test");
    CHECK(proxy::folded_name("a@b@c", "d") == "a@b@c");
    CHECK(proxy::folded_name("carl@", "d") == "carl@");
}

TEST_CASE("proxy: a user with a route goes there, everybody else to the listener's backend")
{
    const GreetingServer own("hello\r\n");
    const GreetingServer common("hello\r\n");
    Scene scene;
    scene.listener.backend = host_at(common.port);
    scene.table.rows["anna@example.org"] = {host_at(own.port)};

    const Opened anna = scene.open("anna@example.org");
    REQUIRE(anna);
    CHECK(anna->host.port == own.port);
    CHECK(anna->name == "127.0.0.1:" + std::to_string(own.port));
    const Opened bert = scene.open("bert@example.org");
    REQUIRE(bert);
    CHECK(bert->host.port == common.port);
    CHECK(scene.backends.is_default("bert@example.org", scene.listener));
    CHECK_FALSE(scene.backends.is_default("anna@example.org", scene.listener));
}

TEST_CASE("proxy: user-domain completes a login name for the look-up only")
{
    Scene scene;
    scene.listener.user_domain = "example.org";
    CHECK_FALSE(scene.open("anna"));
    CHECK_FALSE(scene.open("anna@example.net"));
    CHECK(scene.table.asked ==
          std::vector<std::string>{"anna@example.org", "anna@example.net"});
}

TEST_CASE("proxy: no route and no backend, or a database that does not answer")
{
    Scene scene;
    Opened result = scene.open("anna");
    REQUIRE_FALSE(result);
    CHECK(result.error().kind == TroubleKind::no_route);
    scene.table.broken = true;
    result = scene.open("anna");
    REQUIRE_FALSE(result);
    CHECK(result.error().kind == TroubleKind::unavailable);
}

TEST_CASE(
    "proxy: the next host when one is down, broken or unavailable; not when it refuses")
{
    const GreetingServer down("");
    const GreetingServer broken("220 this is SMTP\r\n");
    const GreetingServer later("later\r\n");
    const GreetingServer locked("locked\r\n");
    const GreetingServer good("hello\r\n");
    struct {
        std::uint16_t first;
        bool goes_on;
    } const cases[] = {
        {down.port, true}, {broken.port, true}, {later.port, true}, {locked.port, false}};
    for (const auto& c : cases) {
        Scene scene;
        scene.table.rows["anna"] = {host_at(good.port, 20), host_at(c.first, 10)};
        const Opened result = scene.open("anna");
        CHECK(result.has_value() == c.goes_on);
        if (result)
            CHECK(result->host.port == good.port);
        else
            CHECK(result.error().kind == TroubleKind::in_use);
    }
}

TEST_CASE("proxy: a host that is down comes last until its pause is over")
{
    const GreetingServer broken("nonsense\r\n");
    const GreetingServer good("hello\r\n");
    Scene scene;
    scene.table.rows["anna"] = {host_at(broken.port, 10), host_at(good.port, 20)};
    REQUIRE(scene.open("anna"));
    CHECK(scene.greeter.greeted.size() == 2);
    REQUIRE(scene.open("anna"));
    CHECK(scene.greeter.greeted.size() == 3); // the good one at once
    scene.backends.set_dead_for(base::seconds{0});
    Scene fresh;
    fresh.backends.set_dead_for(base::seconds{0});
    fresh.table.rows = scene.table.rows;
    REQUIRE(fresh.open("anna"));
    REQUIRE(fresh.open("anna"));
    CHECK(fresh.greeter.greeted.size() == 4); // probed again
}

TEST_CASE("proxy: the only host is tried even while it counts as dead")
{
    const GreetingServer broken("nonsense\r\n");
    Scene scene;
    scene.listener.backend = host_at(broken.port);
    CHECK_FALSE(scene.open("anna"));
    const Opened again = scene.open("anna");
    REQUIRE_FALSE(again);
    CHECK(again.error().kind == TroubleKind::broken);
    CHECK(scene.greeter.greeted.size() == 2);
}

TEST_CASE("proxy: one login asks no host twice, and hears what the first login came to")
{
    const GreetingServer broken("nonsense\r\n");
    const GreetingServer first("hello\r\n");
    const GreetingServer second("hello\r\n");
    Scene scene;
    scene.table.rows["anna"] = {host_at(broken.port, 10), host_at(first.port, 20),
                                host_at(second.port, 30)};
    Search search;
    Opened anna = scene.open("anna", search);
    REQUIRE(anna);
    CHECK(anna->host.port == first.port);
    CHECK(search.has_asked(scene.greeter.greeted.front()));
    CHECK_FALSE(search.has_asked(anna->key));
    CHECK_FALSE(search.goes_on_behind(*anna, {TroubleKind::refused, "wrong", {}}));
    CHECK(search.goes_on_behind(*anna, {TroubleKind::unavailable, "full", "[SYS/TEMP]"}));

    anna = scene.open("anna", search);
    REQUIRE(anna);
    CHECK(anna->host.port == second.port);
    CHECK(search.goes_on_behind(*anna, {TroubleKind::broken, "hung up", {}}));

    anna = scene.open("anna", search);
    REQUIRE_FALSE(anna);
    CHECK(anna.error().why == "full");
    CHECK(anna.error().reply == "[SYS/TEMP]");
    CHECK(scene.greeter.greeted.size() == 3);
    CHECK(scene.open("anna")); // another login asks them all
}

TEST_CASE("proxy: a host that greets and fails at logins rests until one comes out well")
{
    const GreetingServer lame("hello\r\n");
    const GreetingServer good("hello\r\n");
    const Trouble hung_up{TroubleKind::broken, "hung up", {}};
    Scene scene;
    scene.backends.set_dead_for(base::seconds{0});
    scene.table.rows["anna"] = {host_at(lame.port, 10), host_at(good.port, 20)};
    for (int i = 0; i < 3; ++i) {
        const Opened anna = scene.open("anna");
        REQUIRE(anna);
        CHECK(anna->host.port == lame.port); // less may be one user's
        scene.backends.note_login(*anna, &hung_up, "-");
    }
    scene.backends.set_dead_for(base::seconds{1000}); // that pause is over, the next not
    Opened probe = scene.open("anna");
    REQUIRE(probe);
    CHECK(probe->host.port == lame.port);
    probe->leg.reset(); // the test's server has one guest at a time
    CHECK(scene.open("anna")->host.port == good.port); // the greeting was not enough
    scene.backends.note_login(*probe, &hung_up, "-");
    CHECK(scene.open("anna")->host.port == good.port);
    const Trouble wrong{TroubleKind::refused, "wrong password", {}};
    scene.backends.note_login(*probe, &wrong, "-"); // which is an answer
    CHECK(scene.open("anna")->host.port == lame.port);
}

TEST_CASE("proxy: a wrong route to a host is nobody else's trouble")
{
    const GreetingServer shared("hello\r\n");
    const GreetingServer spare("hello\r\n");
    Scene scene;
    scene.table.rows["anna"] = {host_at(shared.port, 10), host_at(spare.port, 20)};
    db::RouteHost wrong = host_at(shared.port);
    wrong.protocol = db::Protocol::imaps;
    wrong.tls = db::TlsPolicy::verify;
    wrong.tls_name = "wrong.test";
    scene.table.rows["bert"] = {wrong, host_at(spare.port, 20)};

    CHECK(scene.open("bert")->host.port == spare.port);
    const Opened anna = scene.open("anna");
    REQUIRE(anna);
    CHECK(anna->host.port == shared.port);
    CHECK(scene.open("bert")->host.port == spare.port); // and that way is known
}

TEST_CASE("proxy: what makes two ways to one address")
{
    const net::Address here = *net::Address::parse_ip("192.0.2.1", 143);
    const db::RouteHost plain = host_at(143);
    db::RouteHost same = plain;
    same.pattern = "bert@example.org";
    same.priority = 7;
    same.host = "mail.example.org";
    CHECK(proxy::way_to(here, plain) == proxy::way_to(here, same));
    CHECK(proxy::way_to(here, plain) !=
          proxy::way_to(*net::Address::parse_ip("192.0.2.1", 993), plain));

    const auto changed = [&](auto change, db::TlsPolicy tls) {
        db::RouteHost before = plain;
        before.tls = tls;
        db::RouteHost after = before;
        change(after);
        return proxy::way_to(here, before) != proxy::way_to(here, after);
    };
    for (const auto tls : {db::TlsPolicy::none, db::TlsPolicy::verify}) {
        const bool secure = tls != db::TlsPolicy::none;
        CHECK(changed([](auto& h) { h.protocol = db::Protocol::imaps; }, tls));
        CHECK(changed([](auto& h) { h.client_info = db::ClientInfo::proxy; }, tls));
        CHECK(changed([](auto& h) { h.tls = db::TlsPolicy::fingerprint; }, tls));
        CHECK(changed([](auto& h) { h.host = "mail.example.org"; }, tls) == secure);
        CHECK(changed([](auto& h) { h.tls_name = "mail.example.org"; }, tls) == secure);
        CHECK(changed([](auto& h) { h.fingerprint = "00"; }, tls) == secure);
        CHECK(changed([](auto& h) { h.ca_file = "/etc/ca.pem"; }, tls) == secure);
    }
}

TEST_CASE("proxy: no descriptor for a connection says nothing about the host")
{
    const GreetingServer first("hello\r\n");
    const GreetingServer second("hello\r\n");
    Scene scene;
    scene.table.rows["anna"] = {host_at(first.port, 10), host_at(second.port, 20)};
    {
        const net::test::NoDescriptors none;
        const Opened lacking = scene.open("anna");
        REQUIRE_FALSE(lacking);
        CHECK(lacking.error().kind == TroubleKind::unavailable);
        CHECK(lacking.error().why.contains("Too many open files"));
    }
    const Opened anna = scene.open("anna");
    REQUIRE(anna);
    CHECK(anna->host.port == first.port);
}

TEST_CASE("proxy: equal hosts share the users, and a lower priority comes first")
{
    const GreetingServer one("hello\r\n");
    const GreetingServer two("hello\r\n");
    const GreetingServer spare("hello\r\n");
    Scene scene;
    scene.table.rows["anna"] = {host_at(spare.port, 20), host_at(one.port, 10),
                                host_at(two.port, 10)};
    std::map<std::uint16_t, int> seen;
    for (int i = 0; i < 60; ++i) {
        const Opened result = scene.open("anna");
        REQUIRE(result);
        ++seen[result->host.port];
    }
    CHECK(seen[one.port] > 5);
    CHECK(seen[two.port] > 5);
    CHECK(seen[spare.port] == 0);
}

TEST_CASE("proxy: TLS that cannot be had is never plain")
{
    const GreetingServer plain("hello\r\n");
    Scene scene;
    db::RouteHost host = host_at(plain.port);
    host.protocol = db::Protocol::imaps;
    host.tls = db::TlsPolicy::encrypt;
    scene.listener.backend = host;
    const Opened result = scene.open("anna");
    REQUIRE_FALSE(result);
    CHECK(result.error().kind == TroubleKind::tls);
    CHECK(scene.greeter.greeted.empty());
}

TEST_CASE("proxy: a CA file that is missing is trouble of TLS, and nothing is said")
{
    const GreetingServer plain("hello\r\n");
    Scene scene;
    db::RouteHost host = host_at(plain.port);
    host.tls = db::TlsPolicy::verify;
    host.ca_file = "/nonexistent/ca.pem";
    scene.listener.backend = host;
    const Opened result = scene.open("anna");
    REQUIRE_FALSE(result);
    CHECK(result.error().kind == TroubleKind::tls);
    CHECK(scene.greeter.greeted.empty());
}

TEST_CASE("proxy: a name without an address, and without a resolver")
{
    Scene scene;
    db::RouteHost host = host_at(143);
    host.host = "mail.example";
    scene.listener.backend = host;
    const Opened result = scene.open("anna");
    REQUIRE_FALSE(result);
    CHECK(result.error().kind == TroubleKind::down);
    CHECK(result.error().why.contains("mail.example"));
}
