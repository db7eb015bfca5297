// SPDX-License-Identifier: Apache-2.0
// What several tenants have in common is found for each of them.
#include "db/journal_fixture_test.h"
#include "db/journal_search.h"
#include "db/journal_tenants.h"

#include <doctest/doctest.h>

namespace {

using namespace db::testing;
using Ids = std::vector<std::uint64_t>;

} // namespace

TEST_CASE("journal: a label names each of its tenants, and no other")
{
    const std::string label = db::label_of({"other", "acme", "a b"});
    for (const char* tenant : {"other", "acme", "a b"})
        CHECK(db::names_tenant(label, tenant));
    for (const char* tenant : {"a", "b", "acm", "othe", "acme\tother", ""})
        CHECK_FALSE_MESSAGE(db::names_tenant(label, tenant), tenant);
    CHECK(db::shown_tenants(label) == "a b, acme, other");
    CHECK(db::label_of({}).empty());
    CHECK_FALSE(db::names_tenant("", ""));
    CHECK(db::shown_tenants("").empty());
    CHECK(db::label_of({"acme"}) == "acme");
}

TEST_CASE("journal: mail of several tenants is found for each of them")
{
    const JournalFixture fixture;
    auto both = a_message(1);
    both.peer.tenant = db::label_of({"acme", "other"});
    auto one = a_message(2, noon + 1);
    one.peer.tenant = "acme";
    auto longer = a_message(3, noon + 2);
    longer.peer.tenant = "acme gmbh";
    longer.peer.listener = "x acme x";
    fixture.file(both, one, longer);
    const db::JournalSearch search(fixture.path);
    const auto found = [&](const db::JournalCriteria& criteria) {
        Ids ids;
        for (const auto& each : search.page(criteria, 9).messages)
            ids.push_back(each.message.id.value());
        return ids;
    };
    CHECK(found({.tenant = "acme"}) == Ids{2, 1});
    CHECK(found({.tenant = "other"}) == Ids{1});
    CHECK(found({.tenant = "acme gmbh"}) == Ids{3});
    CHECK(found({.sender = "ann@example.net", .tenant = "other"}) == Ids{1});
    CHECK(found({.tenant = "acm"}).empty());
    CHECK(search.count({.tenant = "acme"}) == 2);
}

TEST_CASE("journal: mail with very many others is found for a tenant as well")
{
    const JournalFixture fixture;
    constexpr int many = 60; // more numbers than an index is followed for
    {
        db::Journal journal(fixture.path);
        db::JournalBatch batch(journal);
        for (int i = 1; i <= many; ++i) {
            auto message = a_message(static_cast<std::uint64_t>(i), noon + i);
            message.peer.tenant = db::label_of({"acme", "other" + std::to_string(i)});
            REQUIRE(batch.file(message));
        }
        batch.commit();
    }
    const db::JournalSearch search(fixture.path);
    CHECK(search.count({.tenant = "acme"}) == many);
    CHECK(search.count({.tenant = "other7"}) == 1);
    CHECK(search.page({.tenant = "acme"}, 9).messages.size() == 9);
}
