// SPDX-License-Identifier: Apache-2.0
#include "delivery/guard.h"

#include <doctest/doctest.h>

using delivery::Guard;
using Verdict = Guard::Verdict;
using spool::MessageId;

TEST_CASE("delivery: refusals in a row trip the guard, a success resets it")
{
    Guard guard(3);
    CHECK(guard.refused(MessageId(1), 0) == Verdict::suspect);
    CHECK(guard.refused(MessageId(1), 10) == Verdict::suspect); // the same one: no news
    CHECK(guard.refused(MessageId(2), 10) == Verdict::suspect);
    CHECK(guard.refused(MessageId(3), 20) == Verdict::tripped);
    CHECK(guard.take_suspects() ==
          std::vector<MessageId>{MessageId(1), MessageId(2), MessageId(3)});
    CHECK(guard.refused(MessageId(4), 30) == Verdict::hold);
    CHECK(guard.is_tripped());
    guard.delivered();
    CHECK(!guard.is_tripped());
    CHECK(guard.refused(MessageId(5), 40) == Verdict::suspect);
}

TEST_CASE("delivery: a refusal among successes is believed at the second try")
{
    Guard guard(3);
    CHECK(guard.refused(MessageId(1), 0) == Verdict::suspect);
    guard.delivered();
    CHECK(guard.refused(MessageId(1), 300) == Verdict::believe);
    CHECK(guard.refused(MessageId(1), 600) == Verdict::suspect); // forgotten
}

TEST_CASE("delivery: without other mail a refusal is believed in the end")
{
    Guard guard(3);
    CHECK(guard.refused(MessageId(1), 0) == Verdict::suspect);
    CHECK(guard.refused(MessageId(1), Guard::patience - 1) == Verdict::suspect);
    CHECK(guard.refused(MessageId(1), Guard::patience) == Verdict::believe);
}
