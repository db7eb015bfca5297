// SPDX-License-Identifier: Apache-2.0
#include "proxy/outage.h"

#include <doctest/doctest.h>

using proxy::Outage;

namespace {

constexpr proxy::OutageTimes times{.after = 60, .steady = 30, .test = 10};

Outage lasting(std::int64_t now)
{
    Outage outage;
    outage.failed(times, now - 60);
    outage.failed(times, now);
    return outage;
}

} // namespace

TEST_CASE("outage: it begins when the backend has been down for long enough")
{
    Outage outage;
    CHECK_FALSE(outage.lasts());
    outage.failed(times, 1000);
    outage.failed(times, 1059);
    CHECK_FALSE(outage.lasts());
    outage.failed(times, 1060);
    CHECK(outage.lasts());
}

TEST_CASE("outage: one success before that, and all begins again")
{
    Outage outage;
    outage.failed(times, 1000);
    outage.succeeded(times, 1050);
    outage.failed(times, 1060);
    CHECK_FALSE(outage.lasts());
    outage.failed(times, 1119);
    CHECK_FALSE(outage.lasts());
    outage.failed(times, 1120);
    CHECK(outage.lasts());
}

TEST_CASE("outage: it ends when the backend has lived for long enough")
{
    Outage outage = lasting(1000);
    outage.succeeded(times, 1010);
    CHECK(outage.lasts());
    outage.succeeded(times, 1039);
    CHECK(outage.lasts());
    outage.succeeded(times, 1040);
    CHECK_FALSE(outage.lasts());
}

TEST_CASE("outage: a failure on the way back, and the backend has to live anew")
{
    Outage outage = lasting(1000);
    outage.succeeded(times, 1010);
    outage.failed(times, 1020);
    outage.succeeded(times, 1030);
    outage.succeeded(times, 1059);
    CHECK(outage.lasts());
    outage.succeeded(times, 1060);
    CHECK_FALSE(outage.lasts());
}

TEST_CASE("outage: greetings count for its end, and a login must come to it")
{
    Outage outage = lasting(1000);
    CHECK_FALSE(outage.wants_login(times, 1000));
    outage.greeted(1010);
    outage.greeted(1020);
    CHECK_FALSE(outage.wants_login(times, 1039));
    outage.greeted(1039);
    CHECK(outage.wants_login(times, 1040));
    outage.greeted(1040);
    CHECK(outage.lasts());
    outage.succeeded(times, 1041);
    CHECK_FALSE(outage.lasts());
}

TEST_CASE("outage: one login at a time finds out, and its failure lets the others wait")
{
    Outage outage = lasting(1000);
    outage.greeted(1010);
    REQUIRE(outage.wants_login(times, 1040));
    outage.login_begins(1040);
    CHECK_FALSE(outage.wants_login(times, 1049));
    CHECK(outage.wants_login(times, 1050)); // it has gone without a word
    outage.failed(times, 1050);
    CHECK_FALSE(outage.wants_login(times, 1060));
    outage.greeted(1060);
    CHECK_FALSE(outage.wants_login(times, 1089));
    CHECK(outage.wants_login(times, 1090));
}

TEST_CASE("outage: a greeting says nothing of a host that is not out yet")
{
    Outage outage;
    outage.failed(times, 1000);
    outage.greeted(1030);
    outage.failed(times, 1060);
    CHECK(outage.lasts());
}

TEST_CASE("outage: every few seconds somebody finds out")
{
    Outage outage = lasting(1000);
    CHECK_FALSE(outage.wants_test(times, 1009));
    CHECK(outage.wants_test(times, 1010));
    outage.failed(times, 1010);
    CHECK_FALSE(outage.wants_test(times, 1019));
    outage.succeeded(times, 1020);
    CHECK_FALSE(outage.wants_test(times, 1029));
    CHECK(outage.wants_test(times, 1030));
}

TEST_CASE("outage: without times it begins and ends at once")
{
    constexpr proxy::OutageTimes none{.after = 0, .steady = 0, .test = 0};
    Outage outage;
    outage.failed(none, 1000);
    CHECK(outage.lasts());
    CHECK(outage.wants_test(none, 1000));
    outage.succeeded(none, 1000);
    CHECK_FALSE(outage.lasts());
}
