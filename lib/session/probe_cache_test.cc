// SPDX-License-Identifier: Apache-2.0
// session/probe_cache_test.cc

#include "session/probe_cache.h"

#include <doctest/doctest.h>

using base::seconds;
using session::ProbeAnswer;
using session::ProbeCache;
using Kind = session::ProbeAnswer::Kind;

TEST_CASE("session: probe answers are kept for their time, failures not at all")
{
    ProbeCache cache(seconds{100}, seconds{10}, 10);
    const base::SteadyTime now{};
    cache.remember("known@a.example", {Kind::known, "250 ok"}, now);
    cache.remember("nobody@a.example", {Kind::unknown, "550 no"}, now);
    cache.remember("who@a.example", {Kind::no_answer, "connection refused"}, now);

    CHECK(cache.find("known@a.example", now + seconds{99})->kind == Kind::known);
    CHECK_FALSE(cache.find("known@a.example", now + seconds{100}));
    CHECK(cache.find("nobody@a.example", now + seconds{9})->kind == Kind::unknown);
    CHECK_FALSE(cache.find("nobody@a.example", now + seconds{10}));
    CHECK_FALSE(cache.find("who@a.example", now));
    CHECK_FALSE(cache.find("other@a.example", now));
}

TEST_CASE("session: the probe cache is bounded")
{
    ProbeCache cache(seconds{100}, seconds{10}, 5);
    for (int i = 0; i < 100; ++i)
        cache.remember(std::to_string(i) + "@a.example", {Kind::known, ""}, {});
    CHECK(cache.size() <= 5);
}
