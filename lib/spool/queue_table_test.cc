// SPDX-License-Identifier: Apache-2.0
#include "spool/queue_table.h"

#include <algorithm>
#include <doctest/doctest.h>
#include <map>
#include <random>
#include <string>
#include <vector>

namespace {

using spool::Change;
using spool::RecipientState;
using What = spool::Change::What;

spool::MessageId id(std::uint32_t n)
{
    return spool::MessageId(spool::Location{1000 + n / 100, (n % 100) * 16});
}

const spool::Entry& insert(spool::QueueTable& table, std::uint32_t n,
                           std::size_t recipients)
{
    const std::vector<spool::EntryParts::One> all(
        recipients, {RecipientState::waiting, "", "example.org"});
    spool::EntryParts parts;
    parts.id = id(n);
    parts.where = parts.id.first_written();
    parts.size = 100 + n;
    parts.recipients = all;
    return table.insert(parts);
}

Change result(std::uint32_t n, std::uint32_t recipient, RecipientState state)
{
    return {.id = id(n),
            .what = What::result,
            .state = state,
            .recipient = recipient,
            .text = "because"};
}

} // namespace

TEST_CASE("spool: a message leaves the queue with its last waiting recipient")
{
    spool::QueueTable table;
    insert(table, 1, 3);
    CHECK(table.apply(result(1, 0, RecipientState::delivered)) == spool::Applied::changed);
    CHECK(table.apply(result(1, 1, RecipientState::waiting)) == spool::Applied::changed);
    CHECK(table.apply(result(1, 2, RecipientState::failed)) == spool::Applied::changed);
    CHECK(table.apply(result(1, 7, RecipientState::failed)) == spool::Applied::changed);
    CHECK(table.texts().text(table.find(id(1))->reason()) == "because");
    CHECK(table.apply(result(1, 1, RecipientState::expired)) == spool::Applied::finished);
    CHECK(table.find(id(1)) == nullptr);
    CHECK(table.texts().size() == 0);
    CHECK(table.live().empty());
    CHECK(table.apply(result(1, 1, RecipientState::expired)) == spool::Applied::unknown);
}

TEST_CASE("spool: what operators ask for changes an entry")
{
    spool::QueueTable table;
    const spool::Entry& entry = insert(table, 1, 1);
    table.apply(
        {.id = id(1), .what = What::attempt, .attempts = 4, .when = 50, .text = "mx:25"});
    table.apply({.id = id(1), .what = What::hold, .hold = spool::Hold::by_operator});
    CHECK(entry.held());
    table.apply({.id = id(1), .what = What::release, .when = 60});
    CHECK_FALSE(entry.held());
    CHECK(entry.next_attempt() == 60);
    CHECK(entry.attempts() == 4);
    table.apply({.id = id(1), .what = What::requeue, .when = 70});
    CHECK(entry.requeued());
    CHECK(entry.attempts() == 0);
    CHECK(entry.destination() == 0);
    table.apply(
        {.id = id(1), .what = What::attempt, .attempts = 1, .when = 80, .text = "mx:25"});
    CHECK_FALSE(entry.requeued());
    table.apply({.id = id(1), .what = What::expire, .when = 90});
    CHECK(entry.expire_requested());
    CHECK(table.apply({.id = id(1), .what = What::remove}) == spool::Applied::finished);
}

TEST_CASE("spool: live records are counted where they are")
{
    spool::QueueTable table;
    insert(table, 1, 1);
    insert(table, 2, 1);
    CHECK(table.live().at(1000).messages == 2);
    CHECK(table.live().at(1000).bytes == 203);
    table.apply({.id = id(1), .what = What::moved, .where = {2000, 32}});
    CHECK(table.live().at(1000).messages == 1);
    CHECK(table.live().at(2000).bytes == 101);
    CHECK(table.find(id(1))->where() == spool::Location{2000, 32});
}

TEST_CASE("spool: the table holds what a map would hold")
{
    spool::QueueTable table;
    std::map<std::uint32_t, std::vector<RecipientState>> model;
    std::mt19937 random(11);
    for (int step = 0; step < 60000; ++step) {
        const std::uint32_t n = random() % 9000;
        const auto known = model.find(n);
        if (known == model.end()) {
            const std::size_t recipients = 1 + random() % 3;
            insert(table, n, recipients);
            model[n] = std::vector(recipients, RecipientState::waiting);
            continue;
        }
        const std::uint32_t who = random() % known->second.size();
        const auto state = static_cast<RecipientState>(random() % 3);
        known->second[who] = state;
        table.apply(result(n, who, state));
        if (std::ranges::count(known->second, RecipientState::waiting) == 0)
            model.erase(known);
    }
    CHECK(table.size() == model.size());
    for (const auto& [n, states] : model) {
        const spool::Entry* const entry = table.find(id(n));
        REQUIRE(entry != nullptr);
        for (std::uint32_t i = 0; i < states.size(); ++i)
            CHECK(entry->state(i) == states[i]);
    }
}

TEST_CASE("spool: a queued message costs at most 80 bytes of memory")
{
    spool::QueueTable table;
    constexpr std::uint32_t messages = 100'000;
    for (std::uint32_t n = 0; n < messages; ++n)
        insert(table, n, 1);
    CHECK(table.bytes() / messages <= 80);
}
