// SPDX-License-Identifier: Apache-2.0
#include "run_policy.h"

#include <doctest/doctest.h>

using base::milliseconds;

TEST_CASE("sponts: pauses between restarts double up to a limit")
{
    sponts::Backoff backoff;
    milliseconds expected = sponts::first_pause;
    for (int i = 0; i < 20; ++i) {
        CHECK(backoff.pause_after(milliseconds{10}) == expected);
        expected = std::min(expected * 2, sponts::longest_pause);
    }
    CHECK(backoff.pause_after(milliseconds{10}) == sponts::longest_pause);
}

TEST_CASE("sponts: a long run makes the next pause the first one again")
{
    sponts::Backoff backoff;
    for (int i = 0; i < 5; ++i)
        (void)backoff.pause_after(milliseconds{0});
    CHECK(backoff.pause_after(sponts::stable_after) == sponts::first_pause);
    CHECK(backoff.pause_after(milliseconds{0}) == 2 * sponts::first_pause);
}

TEST_CASE("sponts: only a configuration error before readiness is hopeless")
{
    CHECK(sponts::is_hopeless({.by_signal = false, .number = 78}, false));
    CHECK(sponts::is_hopeless({.by_signal = false, .number = 64}, false));
    CHECK(!sponts::is_hopeless({.by_signal = false, .number = 78}, true));
    CHECK(!sponts::is_hopeless({.by_signal = false, .number = 75}, false));
    CHECK(!sponts::is_hopeless({.by_signal = false, .number = 0}, false));
    CHECK(!sponts::is_hopeless({.by_signal = true, .number = 64}, false));
}
