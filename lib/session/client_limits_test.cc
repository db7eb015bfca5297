// SPDX-License-Identifier: Apache-2.0
// session/client_limits_test.cc

#include "session/client_limits.h"

#include <doctest/doctest.h>

using session::Admission;
using session::ClientLimits;
using session::ClientRates;

namespace {

net::Address ip(std::string_view text)
{
    return net::Address::parse_ip(text).value();
}

} // namespace

TEST_CASE("session: connections are limited in total and per client")
{
    ClientLimits limits(ClientRates{.connections = 3, .connections_per_client = 2});
    CHECK(limits.enter(ip("192.0.2.1"), 0) == Admission::admitted);
    CHECK(limits.enter(ip("192.0.2.1"), 0) == Admission::admitted);
    CHECK(limits.enter(ip("192.0.2.1"), 0) == Admission::too_many_of_client);
    CHECK(limits.enter(ip("192.0.2.2"), 0) == Admission::admitted);
    CHECK(limits.enter(ip("192.0.2.3"), 0) == Admission::too_many);
    CHECK(limits.under_load());
    CHECK(limits.full());
    limits.leave(ip("192.0.2.1"));
    CHECK(limits.connections() == 2);
    CHECK_FALSE(limits.under_load());
    CHECK(limits.enter(ip("192.0.2.1"), 0) == Admission::admitted);
}

TEST_CASE("session: connection rate counts attempts within a minute")
{
    ClientLimits limits(ClientRates{.connections_per_client_minute = 2});
    for (int i = 0; i < 2; ++i) {
        CHECK(limits.enter(ip("192.0.2.1"), 59) == Admission::admitted);
        limits.leave(ip("192.0.2.1"));
    }
    CHECK(limits.enter(ip("192.0.2.1"), 59) == Admission::too_fast);
    CHECK(limits.enter(ip("192.0.2.9"), 59) == Admission::admitted);
    CHECK(limits.enter(ip("192.0.2.1"), 60) == Admission::admitted);
}

TEST_CASE("session: an IPv6 client is its /64")
{
    ClientLimits limits(ClientRates{.connections_per_client = 1});
    CHECK(limits.enter(ip("2001:db8::1"), 0) == Admission::admitted);
    CHECK(limits.enter(ip("2001:db8::ffff"), 0) == Admission::too_many_of_client);
    CHECK(limits.enter(ip("2001:db8:0:1::1"), 0) == Admission::admitted);
}

TEST_CASE("session: message rate, and clients of past minutes are forgotten")
{
    ClientLimits limits(ClientRates{.messages_per_client_minute = 1});
    CHECK(limits.may_send(ip("192.0.2.1"), 0));
    CHECK_FALSE(limits.may_send(ip("192.0.2.1"), 1));
    for (int i = 0; i < 200; ++i)
        CHECK(limits.may_send(ip("198.51.100." + std::to_string(i)), 2));
    CHECK(limits.remembered() == 201);
    CHECK(limits.may_send(ip("192.0.2.1"), 61));
    CHECK(limits.remembered() == 1);
}
