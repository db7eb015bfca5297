// SPDX-License-Identifier: Apache-2.0
#include "delivery/guard.h"

#include <doctest/doctest.h>

using delivery::Guard;
using Verdict = Guard::Verdict;
using spool::MessageId;
using Recipients = std::vector<std::uint32_t>;

TEST_CASE("delivery: refusals in a row trip the guard, a success resets it")
{
    Guard guard(3);
    CHECK(guard.refused(MessageId(1), {0}, 0) == Verdict::suspect);
    CHECK(guard.refused(MessageId(1), {0, 2}, 10) == Verdict::suspect); // the same: no news
    CHECK(guard.refused(MessageId(2), {0}, 10) == Verdict::suspect);
    CHECK(guard.refused(MessageId(3), {0}, 20) == Verdict::tripped);
    const std::vector<Guard::Suspect> suspects = guard.take_suspects();
    REQUIRE(suspects.size() == 3);
    CHECK(suspects[0].id == MessageId(1));
    CHECK(suspects[0].recipients == Recipients{0, 2});
    CHECK(suspects[2].id == MessageId(3));
    CHECK(guard.take_suspects().empty());
    CHECK(guard.refused(MessageId(4), {0}, 30) == Verdict::hold);
    CHECK(guard.is_tripped());
    guard.delivered();
    CHECK(!guard.is_tripped());
    CHECK(guard.refused(MessageId(5), {0}, 40) == Verdict::suspect);
}

TEST_CASE("delivery: a refusal among successes is believed at the second try")
{
    Guard guard(3);
    CHECK(guard.refused(MessageId(1), {0}, 0) == Verdict::suspect);
    guard.delivered();
    CHECK(guard.refused(MessageId(1), {0}, 300) == Verdict::believe);
    CHECK(guard.refused(MessageId(1), {0}, 600) == Verdict::suspect); // forgotten
}

TEST_CASE("delivery: without other mail a refusal is believed in the end")
{
    Guard guard(3);
    CHECK(guard.refused(MessageId(1), {0}, 0) == Verdict::suspect);
    CHECK(guard.refused(MessageId(1), {0}, Guard::patience - 1) == Verdict::suspect);
    CHECK(guard.refused(MessageId(1), {0}, Guard::patience) == Verdict::believe);
}
