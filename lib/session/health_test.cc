// SPDX-License-Identifier: Apache-2.0
// A destination's health against a virtual clock.
#include "session/health.h"

#include <doctest/doctest.h>

using session::Health;
using session::HealthLimits;

TEST_CASE("delivery: connections grow with successes up to the limit")
{
    Health health(HealthLimits{.most = 8});
    CHECK(health.allowed(0) == Health::initial);
    for (int i = 0; i < 5; ++i)
        health.succeeded();
    CHECK(health.allowed(0) == 6);
    for (int i = 0; i < 1000; ++i)
        health.succeeded();
    CHECK(health.allowed(0) == 8);
    health.failed(0, "reset", 3); // others work: slower, not dead
    CHECK(!health.dead());
    CHECK(health.allowed(0) == 4);
}

TEST_CASE("delivery: a dead destination is probed after doubling pauses")
{
    Health health(HealthLimits{.most = 20, .first_pause = 60, .longest_pause = 300});
    health.failed(1000, "refused", 0);
    CHECK(health.dead());
    CHECK(health.why() == "refused");
    for (int i = 0; i < 10; ++i)
        health.failed(1001, "refused", 0); // those that were under way: no longer pause
    CHECK(health.allowed(1059) == 0);
    CHECK(health.allowed(1060) == 1);
    std::int64_t now = 1060;
    for (const std::int64_t pause : {120, 240, 300, 300}) {
        health.failed(now, "still", 0);
        CHECK(health.allowed(now + pause - 1) == 0);
        CHECK(health.allowed(now + pause) == 1);
        now += pause;
    }
    health.probe_now(now - 100);
    CHECK(health.allowed(now - 100) == 1);
    health.succeeded();
    CHECK(!health.dead());
    CHECK(health.allowed(now) == Health::initial);
    health.failed(now, "again", 0); // begins with the first pause once more
    CHECK(health.probe_at() == now + 60);
}
