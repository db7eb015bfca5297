// SPDX-License-Identifier: Apache-2.0
// Copies and forwards: all leaves, each once, whatever leads in a circle.
#include "delivery/expansion.h"
#include "delivery/facts_test.h"

#include <algorithm>
#include <doctest/doctest.h>
#include <numeric>

namespace {

using db::AddressKind;
using delivery::TestFacts;

delivery::Expansion expanded(TestFacts& facts, const std::vector<std::string>& recipients,
                             const std::set<std::string>& passed = {})
{
    std::vector<std::uint32_t> waiting(recipients.size());
    std::iota(waiting.begin(), waiting.end(), 0u);
    return delivery::expand(recipients, waiting, {}, passed, facts);
}

std::vector<std::string> leaves(const delivery::Expansion& expansion)
{
    std::vector<std::string> out;
    for (const delivery::Leaf& leaf : expansion.leaves)
        out.push_back(leaf.address);
    std::sort(out.begin(), out.end());
    return out;
}

const delivery::Leaf& leaf(const delivery::Expansion& expansion, std::string_view address)
{
    const auto found =
        std::ranges::find(expansion.leaves, address, &delivery::Leaf::address);
    REQUIRE(found != expansion.leaves.end());
    return *found;
}

using Names = std::vector<std::string>;
using Indexes = std::vector<std::uint32_t>;

} // namespace

TEST_CASE("delivery: forward, copy and chains of both")
{
    TestFacts facts;
    facts.row("alum@u.test", AddressKind::forward, "me@far.test");
    facts.row("boss@u.test", AddressKind::copy, "pa@u.test");
    facts.row("pa@u.test", AddressKind::copy, "alum@u.test");
    facts.row("many@u.test", AddressKind::forward, "a@x.test");
    facts.row("many@u.test", AddressKind::forward, "b@x.test");

    CHECK(leaves(expanded(facts, {"alum@u.test"})) == Names{"me@far.test"});
    CHECK(leaves(expanded(facts, {"many@u.test"})) == Names{"a@x.test", "b@x.test"});
    const delivery::Expansion boss = expanded(facts, {"Boss@u.test", "plain@u.test"});
    CHECK(leaves(boss) == Names{"Boss@u.test", "me@far.test", "pa@u.test"});
    CHECK(boss.replaced == Indexes{0});
    CHECK(leaf(boss, "me@far.test").via ==
          Names{"Boss@u.test", "pa@u.test", "alum@u.test"});
    for (const delivery::Leaf& one : boss.leaves)
        CHECK(one.private_copy == (one.address != "Boss@u.test"));
    CHECK(expanded(facts, {"plain@u.test"}).empty());
}

TEST_CASE("delivery: nobody gets a message twice")
{
    TestFacts facts;
    facts.row("a@u.test", AddressKind::copy, "c@u.test");
    facts.row("b@u.test", AddressKind::forward, "C@u.test");
    const delivery::Expansion two = expanded(facts, {"a@u.test", "b@u.test"});
    CHECK(leaves(two) == Names{"a@u.test", "c@u.test"});
    CHECK(two.replaced == Indexes{0, 1});
    CHECK(leaf(two, "c@u.test").via == Names{"a@u.test", "c@u.test", "b@u.test"});
    CHECK(two.joined.empty());
    const delivery::Expansion three = expanded(facts, {"a@u.test", "b@u.test", "c@u.test"});
    CHECK(leaves(three) == Names{"a@u.test"}); // c is a recipient anyway
    CHECK(three.replaced == Indexes{0, 1});
    REQUIRE(three.joined.size() == 2);
    CHECK(three.joined[0].via == Names{"a@u.test"});
    CHECK(three.joined[1].via == Names{"b@u.test"});
}

TEST_CASE("delivery: nobody joins a recipient that was refused")
{
    TestFacts facts;
    facts.row("a@u.test", AddressKind::copy, "c@u.test");
    const delivery::Expansion lost =
        delivery::expand({"a@u.test", "c@u.test"}, {0}, {1}, {}, facts);
    CHECK(leaves(lost) == Names{"a@u.test"}); // and c does not get it by another way
    CHECK(lost.joined.empty());
    // Named twice, and once it went well.
    CHECK(delivery::expand({"a@u.test", "c@u.test", "C@u.test"}, {0}, {1}, {}, facts)
              .joined.size() == 1);
}

TEST_CASE("delivery: all ways to an address are known, also through what is known")
{
    TestFacts facts;
    facts.row("all@u.test", AddressKind::forward, "x@u.test");
    facts.row("all@u.test", AddressKind::forward, "y@u.test");
    facts.row("x@u.test", AddressKind::forward, "z@u.test");
    facts.row("y@u.test", AddressKind::forward, "z@u.test");
    facts.row("z@u.test", AddressKind::copy, "Y@u.test"); // a circle
    const delivery::Expansion all = expanded(facts, {"all@u.test", "z@u.test"});
    CHECK(leaves(all) == Names{"z@u.test"});
    CHECK(all.expanded.size() == 4);
    Names via = leaf(all, "z@u.test").via;
    const Names by_x = {"all@u.test", "x@u.test"};
    const Names by_y = {"all@u.test", "y@u.test"};
    for (const Names& way : {by_x, by_y})
        CHECK(!std::ranges::search(via, way).empty());
    CHECK(via.back() == "z@u.test"); // who was named himself, without a way
}

TEST_CASE("delivery: ways that branch and join again and again come to an end")
{
    TestFacts facts;
    for (int i = 0; i < 30; ++i)
        for (const char* const half : {"a", "b"}) {
            const std::string n = std::to_string(i);
            const std::string next = std::to_string(i + 1);
            facts.row(n + "@u.test", AddressKind::forward, half + n + "@u.test");
            facts.row(half + n + "@u.test", AddressKind::forward, next + "@u.test");
        }
    const delivery::Expansion end = expanded(facts, {"0@u.test"});
    CHECK(leaves(end) == Names{"30@u.test"});
    CHECK(end.expanded.size() == 90);
}

TEST_CASE("delivery: circles end, and lose nobody's mail")
{
    TestFacts facts;
    facts.row("a@u.test", AddressKind::forward, "b@u.test");
    facts.row("b@u.test", AddressKind::forward, "a@u.test");
    const delivery::Expansion circle = expanded(facts, {"a@u.test", "b@u.test"});
    CHECK(circle.leaves.empty());
    CHECK(circle.looping == Indexes{0, 1}); // both fail: neither is silently gone

    TestFacts copies;
    copies.row("a@u.test", AddressKind::copy, "b@u.test");
    copies.row("b@u.test", AddressKind::copy, "a@u.test");
    CHECK(leaves(expanded(copies, {"a@u.test"})) == Names{"a@u.test", "b@u.test"});

    TestFacts self;
    self.row("a@u.test", AddressKind::forward, "a@u.test");
    self.row("a@u.test", AddressKind::forward, "x@far.test");
    CHECK(leaves(expanded(self, {"a@u.test"})) == Names{"a@u.test", "x@far.test"});
}

TEST_CASE("delivery: what comes back is not forwarded once more")
{
    TestFacts facts;
    facts.row("a@u.test", AddressKind::forward, "x@far.test");
    facts.row("c@u.test", AddressKind::copy, "x@far.test");
    CHECK(expanded(facts, {"a@u.test"}, {"a@u.test"}).looping == Indexes{0});
    CHECK(leaves(expanded(facts, {"c@u.test"}, {"c@u.test"})) == Names{"c@u.test"});
    CHECK(delivery::delivered_to(
              "Received: x\r\nDelivered-To: A@u.test\r\n"
              "delivered-to:  b@u.test \r\nX-Delivered-To: c@u.test\r\n") ==
          std::set<std::string>{"a@u.test", "b@u.test"});
}

TEST_CASE("delivery: rewrites are followed, also below copies")
{
    TestFacts facts;
    facts.row("a@u.test", AddressKind::rewrite, "a@store1.test");
    facts.row("a@u.test", AddressKind::copy, "b@u.test");
    facts.row("b@u.test", AddressKind::rewrite, "b@store2.test");
    CHECK(leaves(expanded(facts, {"a@u.test"})) == Names{"a@store1.test", "b@store2.test"});
    CHECK(delivery::rewritten("b@u.test", facts) == "b@store2.test");
    CHECK(!delivery::expands("b@u.test", facts));
    facts.row("b@store2.test", AddressKind::rewrite, "b@u.test");
    CHECK(delivery::rewritten("b@u.test", facts).empty());
}

TEST_CASE("delivery: an expansion has a limit")
{
    TestFacts facts;
    for (int i = 0; i < 1200; ++i)
        facts.row("list@u.test", AddressKind::forward, std::to_string(i) + "@x.test");
    CHECK(expanded(facts, {"list@u.test"}).too_many);
}

TEST_CASE("delivery: where mail to an address is kept, whoever else gets it")
{
    TestFacts facts;
    facts.row("alias@u.test", AddressKind::rewrite, "store@u.test");
    facts.row("store@u.test", AddressKind::copy, "archive@u.test");
    facts.row("boss@u.test", AddressKind::copy, "pa@u.test");
    facts.row("list@u.test", AddressKind::forward, "boss@u.test");
    facts.row("both@u.test", AddressKind::forward, "me@far.test");
    facts.row("both@u.test", AddressKind::mailbox, "");
    facts.row("to-list@u.test", AddressKind::rewrite, "list@u.test");
    facts.row("x@u.test", AddressKind::rewrite, "y@u.test");
    facts.row("y@u.test", AddressKind::rewrite, "x@u.test");
    using delivery::own_mailbox;
    CHECK(own_mailbox("plain@u.test", facts) == "plain@u.test");
    CHECK(own_mailbox("alias@u.test", facts) == "store@u.test");
    CHECK(own_mailbox("Boss@u.test", facts) == "Boss@u.test");
    CHECK(own_mailbox("both@u.test", facts) == "both@u.test");
    for (const char* const none : {"list@u.test", "to-list@u.test", "x@u.test"})
        CHECK_FALSE(own_mailbox(none, facts));
}
