// SPDX-License-Identifier: Apache-2.0
// Which failures to connect are for ever, with servers on the loopback and names that the
// hosts file or nobody knows.
#include "delivery/connector.h"
#include "net/server_test.h"
#include "net/test_support.h"

#include <doctest/doctest.h>
#include <string>
#include <vector>

namespace {

db::RouteHost host(std::string name, std::uint16_t port, int priority)
{
    db::RouteHost out;
    out.host = std::move(name);
    out.port = port;
    out.priority = priority;
    out.tls = db::TlsPolicy::none;
    return out;
}

net::Task<void> connect(delivery::Connector& connector, delivery::NextHopPtr next,
                        delivery::ConnectFailure& out)
{
    auto result = co_await connector.connect(next, {}, "-");
    REQUIRE(!result);
    out = std::move(result.error());
}

delivery::ConnectFailure failure_of(std::vector<db::RouteHost> hosts, std::size_t most = 10,
                                    std::vector<net::Address> ours = {})
{
    net::Loop loop;
    net::ResolverOptions dns;
    dns.servers = {"127.0.0.1@1"}; // nobody answers
    dns.timeout = base::milliseconds(500);
    net::Resolver resolver(loop, dns);
    delivery::ConnectOptions options;
    options.hostname = "gw.test";
    options.addresses_per_attempt = most;
    options.own_endpoints = std::move(ours);
    delivery::Connector connector(loop, resolver, options);
    auto next = std::make_shared<delivery::NextHop>();
    next->kind = delivery::NextHop::Kind::hosts;
    next->hosts = std::move(hosts);
    delivery::ConnectFailure out;
    net::test::run(loop, connect(connector, next, out));
    return out;
}

} // namespace

TEST_CASE("delivery: only when every host refuses for ever does mail fail")
{
    net::test::GreetingServer never("521 no mail here\r\n");
    net::test::GreetingServer later("421 busy\r\n");
    net::test::GreetingServer absent("");
    const std::string here = "127.0.0.1";
    CHECK(failure_of({host(here, never.port, 1)}).permanent);
    CHECK(failure_of({host(here, never.port, 1), host(here, never.port, 2)}).permanent);
    for (const std::uint16_t port : {later.port, absent.port}) {
        CHECK(!failure_of({host(here, port, 1), host(here, never.port, 2)}).permanent);
        CHECK(!failure_of({host(here, never.port, 1), host(here, port, 2)}).permanent);
    }
    CHECK(!failure_of({host(here, never.port, 1), host(here, later.port, 2)}, 1).permanent);
}

TEST_CASE("delivery: a name that is not found now keeps the mail waiting")
{
    net::test::GreetingServer never("521 no mail here\r\n");
    const auto failure =
        failure_of({host("gone.invalid", 25, 1), host("127.0.0.1", never.port, 2)});
    CHECK(!failure.permanent);
    CHECK(failure.status.kind == 4);
}

TEST_CASE(
    "delivery: a route that leads back to us keeps the mail waiting, and is not taken")
{
    net::test::GreetingServer ours("521 this is the gateway\r\n");
    const auto us = *net::Address::parse_ip("127.0.0.1", ours.port);
    const auto failure = failure_of({host("127.0.0.1", ours.port, 1)}, 10, {us});
    CHECK(!failure.permanent);
    CHECK(failure.status == smtp::EnhancedStatus{4, 4, 6});
    CHECK(failure.why.find("loops back") != std::string::npos);
}
