// SPDX-License-Identifier: Apache-2.0
// Where mail goes: the order of the ways, and what keeps destinations apart.
#include "base/failure.h"
#include "delivery/facts_test.h"
#include "delivery/route.h"
#include "seal/digest.h"

#include <doctest/doctest.h>

namespace {

using delivery::Decision;
using delivery::NextHop;

db::RouteHost host(std::string name, std::uint16_t port)
{
    db::RouteHost out;
    out.pattern = name;
    out.host = std::move(name);
    out.port = port;
    return out;
}

spool::Envelope from_listener(std::string name)
{
    spool::Envelope envelope;
    envelope.sender = "s@x.test";
    envelope.client.listener = std::move(name);
    return envelope;
}

} // namespace

TEST_CASE("delivery: route, then listener, then smarthost, then MX")
{
    delivery::TestFacts facts;
    facts.routes["routed.test"] = {host("10.0.0.1", 2525)};
    delivery::RouteOptions options;
    options.listener_backends = {{"in", "10.0.0.2:25"}, {"out", ""}};
    const auto key = [&](const char* listener, const char* address) {
        delivery::Router router(facts, options, nullptr);
        return router.decide(from_listener(listener), address, 0, false).next->key;
    };
    CHECK(key("in", "a@routed.test") == "10.0.0.1:2525");
    CHECK(key("in", "a@other.test") == "10.0.0.2:25");
    CHECK(key("out", "a@Other.TEST") == "mx:other.test");
    CHECK(key("", "a@[192.0.2.1]") == "192.0.2.1:25");
    options.smarthost = "smart.test:587";
    CHECK(key("out", "a@other.test") == "smart.test:587");
    CHECK(key("in", "a@other.test") == "10.0.0.2:25");
}

TEST_CASE("delivery: a forward to strangers does not go to a listener's backend")
{
    delivery::TestFacts facts;
    facts.domains["ours.test"] = {};
    delivery::RouteOptions options;
    options.listener_backends = {{"in", "10.0.0.2:25"}};
    delivery::Router router(facts, options, nullptr);
    spool::Envelope envelope = from_listener("in");
    envelope.origin = spool::Origin::forward;
    CHECK(router.decide(envelope, "a@far.test", 0, false).next->key == "mx:far.test");
    CHECK(router.decide(envelope, "a@ours.test", 0, false).next->key == "10.0.0.2:25");
}

TEST_CASE("delivery: nor does a replay to strangers that its client has not named")
{
    delivery::TestFacts facts;
    facts.domains["ours.test"] = {};
    delivery::RouteOptions options;
    options.listener_backends = {{"in", "10.0.0.2:25"}};
    delivery::Router router(facts, options, nullptr);
    spool::Envelope envelope = from_listener("in");
    envelope.origin = spool::Origin::replay;
    CHECK(router.decide(envelope, "a@far.test", 0, false).next->key == "10.0.0.2:25");
    envelope.redirected = true;
    CHECK(router.decide(envelope, "a@far.test", 0, false).next->key == "mx:far.test");
    CHECK(router.decide(envelope, "a@ours.test", 0, false).next->key == "10.0.0.2:25");
}

TEST_CASE("delivery: what has a route of its own goes by that and no other way")
{
    delivery::TestFacts facts;
    facts.routes["u.test"] = {host("10.0.0.1", 25)};
    facts.row("a@u.test", db::AddressKind::rewrite, "b@u.test");
    delivery::RouteOptions options;
    options.smarthost = "smart.test:587";
    delivery::Router router(facts, options, nullptr);
    spool::Envelope envelope;
    envelope.route = "restored.test";
    const auto decide = [&](const char* to) {
        return router.decide(envelope, to, 0, false);
    };
    try {
        (void)decide("a@u.test");
        FAIL("there is no such route");
    } catch (const base::Failure& failure) {
        CHECK(std::string(failure.what()) == "there is no route restored.test");
        CHECK(failure.remedy() == base::Remedy::try_later);
    }
    facts.routes["restored.test"] = {host("10.0.0.9", 24)};
    facts.routes["restored.test"][0].protocol = db::Protocol::lmtp;
    ++facts.changes;
    const Decision decision = decide("a@u.test");
    CHECK(decision.next->key == "10.0.0.9:24/lmtp");
    CHECK(decision.next->lmtp);
    CHECK(decision.address == "b@u.test");
    CHECK(decide("x@far.test").next->key == "10.0.0.9:24/lmtp");
    envelope.route.clear();
    CHECK(decide("a@u.test").next->key == "10.0.0.1:25");
    facts.domains["u.test"].hold = true;
    envelope.route = "restored.test";
    CHECK(decide("a@u.test").kind == Decision::Kind::hold);
}

TEST_CASE("delivery: routes that differ in policy are different destinations")
{
    delivery::TestFacts facts;
    facts.routes["a.test"] = {host("h.test", 25)};
    facts.routes["b.test"] = {host("h.test", 25)};
    facts.routes["c.test"] = {host("h.test", 25)};
    facts.routes["a.test"][0].pattern = "a.test";
    facts.routes["b.test"][0].pattern = "b.test";
    facts.routes["c.test"][0].pattern = "c.test";
    facts.routes["c.test"][0].tls = db::TlsPolicy::verify;
    delivery::Router router(facts, {}, nullptr);
    const auto key = [&](const char* address) {
        return router.decide({}, address, 0, false).next->key;
    };
    CHECK(key("x@a.test") == key("x@b.test"));
    CHECK(key("x@a.test") != key("x@c.test"));
}

TEST_CASE("delivery: decisions follow the tables when these change")
{
    delivery::TestFacts facts;
    facts.routes["a.test"] = {host("one.test", 25)};
    facts.routes["a.test"][0].pattern = "a.test";
    delivery::Router router(facts, {}, nullptr);
    CHECK(router.decide({}, "x@a.test", 0, false).next->key == "one.test:25");
    facts.routes["a.test"][0].host = "two.test";
    ++facts.changes;
    CHECK(router.decide({}, "x@a.test", 0, false).next->key == "two.test:25");
}

TEST_CASE("delivery: holds, rewrites, circles and nonsense")
{
    delivery::TestFacts facts;
    facts.domains["held.test"].hold = true;
    facts.row("a@u.test", db::AddressKind::rewrite, "b@store.test");
    facts.row("x@u.test", db::AddressKind::rewrite, "y@u.test");
    facts.row("y@u.test", db::AddressKind::rewrite, "x@u.test");
    delivery::Router router(facts, {}, nullptr);
    CHECK(router.decide({}, "a@held.test", 0, false).kind == Decision::Kind::hold);
    CHECK(router.decide({}, "a@held.test", 0, true).kind == Decision::Kind::deliver);
    CHECK(router.decide({}, "a@u.test", 0, false).address == "b@store.test");
    const Decision circle = router.decide({}, "x@u.test", 0, false);
    CHECK(circle.kind == Decision::Kind::fail);
    CHECK(circle.status == smtp::EnhancedStatus{5, 4, 6});
    CHECK(router.decide({}, "nobody", 0, false).kind == Decision::Kind::fail);
}

TEST_CASE("delivery: rewritten senders come back")
{
    delivery::TestFacts facts;
    const smtp::Srs srs("srs.test", {"secret"}, &seal::hmac_sha256);
    delivery::Router router(facts, {}, &srs);
    const std::int64_t now = 20000 * 86400;
    const std::string rewritten = srs.forward("alice@a.test", 20000);
    const Decision back = router.decide({}, rewritten, now, false);
    CHECK(back.address == "alice@a.test");
    CHECK(back.next->key == "mx:a.test");
    const Decision forged =
        router.decide({}, "SRS0=AAAAAA=AA=a.test=alice@srs.test", now, false);
    CHECK(forged.kind == Decision::Kind::fail);
}

TEST_CASE("delivery: host and port")
{
    struct Row {
        const char* text;
        const char* host;
        std::uint16_t port;
    };
    for (const Row& row :
         {Row{"h.test:26", "h.test", 26}, Row{"h.test", "h.test", 25},
          Row{"[2001:db8::1]:26", "[2001:db8::1]", 26},
          Row{"[2001:db8::1]", "[2001:db8::1]", 25}, Row{"2001:db8::1", "2001:db8::1", 25},
          Row{"127.0.0.1:65535", "127.0.0.1", 65535}}) {
        CAPTURE(row.text);
        const db::RouteHost parsed = delivery::parse_host(row.text);
        CHECK(parsed.host == row.host);
        CHECK(parsed.port == row.port);
    }
}
