// SPDX-License-Identifier: Apache-2.0
#include "pace.h"

#include <doctest/doctest.h>

namespace {

using base::milliseconds;
using replayctl::Pace;

// How many go until then, where each is sent as soon as it may be.
std::size_t sent_until(Pace& pace, base::SteadyTime& now, base::SteadyTime end)
{
    std::size_t count = 0;
    for (;;) {
        now += pace.wait(now);
        if (now >= end)
            return count;
        pace.sent(pace.batch(), now);
        count += pace.batch();
    }
}

} // namespace

TEST_CASE("replayctl: so many go in a second, evenly")
{
    for (const std::uint32_t rate : {1u, 7u, 50u, 1000u}) {
        base::SteadyTime now;
        Pace pace(rate, now);
        const base::SteadyTime end = now + base::seconds(10);
        CAPTURE(rate);
        const std::size_t sent = sent_until(pace, now, end);
        CHECK(sent >= 10 * rate);
        CHECK(sent <= 10 * rate + pace.batch());
        CHECK(now - end <= base::seconds(1));
    }
}

TEST_CASE("replayctl: what a pause has missed is not made up for")
{
    base::SteadyTime now;
    Pace pace(100, now);
    pace.sent(10, now);
    now += base::seconds(3600);
    CHECK(pace.wait(now) == base::Steady::duration::zero());
    pace.sent(10, now);
    now += milliseconds(100);
    CHECK(sent_until(pace, now, now + milliseconds(1000)) <= 120);
}

TEST_CASE("replayctl: a slow disk is not waited for as well")
{
    base::SteadyTime now;
    Pace pace(100, now);
    for (int i = 0; i < 10; ++i) {
        now += milliseconds(90); // what it takes to write ten
        pace.sent(10, now);
        CHECK(pace.wait(now) <= milliseconds(100));
    }
    CHECK(pace.wait(now) == milliseconds(100));
}

TEST_CASE("replayctl: without a rate nothing is waited for")
{
    const base::SteadyTime now;
    Pace pace(0, now);
    pace.sent(pace.batch(), now);
    CHECK(pace.wait(now) == base::Steady::duration::zero());
    CHECK(pace.batch() == 256);
}
