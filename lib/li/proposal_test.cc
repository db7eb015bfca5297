// SPDX-License-Identifier: Apache-2.0
#include "li/proposal.h"

#include <doctest/doctest.h>

namespace {

using li::Agreement;
using li::Time;

constexpr Time now = 1000 * li::day;
constexpr li::Rulings by_two{.second_person = true};

li::Measure running()
{
    li::Measure measure;
    li::Order& order = measure.orders.emplace_back();
    order.received = order.begin = now;
    order.end = now + 60 * li::day;
    measure.life.state = li::State::active;
    measure.life.activated = now;
    return measure;
}

} // namespace

TEST_CASE("li: what one person proposes is done when another one wants the same")
{
    li::Measure measure = running();
    CHECK(li::agree(measure, "redirect", now, "one", "x", by_two) == Agreement::proposed);
    CHECK(li::agree(measure, "redirect", now + 1, "one", "x", by_two) ==
          Agreement::proposed);
    REQUIRE(li::open_proposal(measure, "redirect", now + 1) != nullptr);
    CHECK(li::open_proposal(measure, "redirect", now + 1)->time == now);
    CHECK(li::open_proposal(measure, "extend", now + 1) == nullptr);
    CHECK(li::agree(measure, "redirect", now + 2, "two", "x", by_two) == Agreement::agreed);
    CHECK(measure.life.proposals.empty());
    // It was agreed to once.
    CHECK(li::agree(measure, "redirect", now + 3, "one", "x", by_two) ==
          Agreement::proposed);
}

TEST_CASE("li: another content is a proposal of its own, another act is, too")
{
    li::Measure measure = running();
    CHECK(li::agree(measure, "redirect", now, "one", "x", by_two) == Agreement::proposed);
    CHECK(li::agree(measure, "extend", now, "two", "x", by_two) == Agreement::proposed);
    CHECK(li::agree(measure, "redirect", now + 1, "two", "y", by_two) ==
          Agreement::differs);
    CHECK(li::agree(measure, "redirect", now + 2, "two", "y", by_two) ==
          Agreement::proposed);
    CHECK(measure.life.proposals.size() == 2);
    CHECK(li::agree(measure, "redirect", now + 3, "one", "x", by_two) ==
          Agreement::differs);
    CHECK(li::agree(measure, "redirect", now + 4, "one", "y", by_two) ==
          Agreement::differs);
    CHECK(li::agree(measure, "redirect", now + 5, "two", "y", by_two) == Agreement::agreed);
    CHECK(li::agree(measure, "extend", now + 6, "one", "x", by_two) == Agreement::agreed);
    CHECK(measure.life.proposals.empty());
}

TEST_CASE("li: a proposal holds a week, and not longer than its measure")
{
    li::Measure measure = running();
    (void)li::agree(measure, "extend", now, "one", "x", by_two);
    const Time later = now + li::proposal_holds;
    CHECK(li::open_proposal(measure, "extend", later - 1) != nullptr);
    CHECK(li::open_proposal(measure, "extend", later) == nullptr);
    CHECK(li::agree(measure, "extend", later, "two", "x", by_two) == Agreement::proposed);
    CHECK(measure.life.proposals.size() == 1);
    li::Measure expired = measure;
    CHECK(li::open_proposal(expired, "extend", now + 60 * li::day) == nullptr);
    REQUIRE(li::settle(expired, now + 60 * li::day));
    CHECK(expired.life.proposals.empty());
    REQUIRE(li::suspend(measure, later + 1).has_value());
    CHECK(measure.life.proposals.size() == 1);
    REQUIRE(li::end(measure, later + 2, "one", "over").has_value());
    CHECK(measure.life.proposals.empty());
}

TEST_CASE("li: one person is enough where no second one is asked for")
{
    li::Measure measure = running();
    CHECK(li::agree(measure, "extend", now, "one", "x", {}) == Agreement::agreed);
    CHECK(measure.life.proposals.empty());
    (void)li::agree(measure, "extend", now, "one", "x", by_two);
    CHECK(li::agree(measure, "extend", now, "one", "y", {}) == Agreement::agreed);
    CHECK(measure.life.proposals.empty());
}

TEST_CASE("li: two want other certificates of an authority")
{
    li::Authority authority;
    CHECK(li::agree(authority, now, "one", "x", {}) == Agreement::agreed);
    CHECK(authority.proposals.empty());
    CHECK(li::agree(authority, now, "one", "x", by_two) == Agreement::proposed);
    CHECK(li::agree(authority, now + 1, "one", "x", by_two) == Agreement::proposed);
    CHECK(li::agree(authority, now + 2, "two", "y", by_two) == Agreement::differs);
    REQUIRE(li::open_proposal(authority, now + 2) != nullptr);
    CHECK(li::agree(authority, now + 3, "one", "y", by_two) == Agreement::agreed);
    CHECK(li::open_proposal(authority, now + 3) == nullptr);
    CHECK(li::agree(authority, now, "one", "x", by_two) == Agreement::proposed);
    CHECK(li::agree(authority, now + li::proposal_holds, "two", "x", by_two) ==
          Agreement::proposed); // of the first nobody knows any more
}
