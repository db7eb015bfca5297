// SPDX-License-Identifier: Apache-2.0
#include "db/journal_fixture_test.h"
#include "db/journal_query.h"
#include "db/journal_search.h"

#include <algorithm>
#include <doctest/doctest.h>
#include <set>

namespace {

using db::JournalCriteria;
using db::JournalOrder;
using db::Outcome;
using namespace db::testing;

// Ten messages, a minute apart, that differ in every criterion, and a refusal.
struct Filled : JournalFixture {
    Filled()
    {
        db::Journal journal(path);
        db::JournalBatch batch(journal);
        for (std::uint64_t id = 1; id <= 10; ++id) {
            const auto at = noon + static_cast<std::int64_t>(id) * 60 * second;
            auto message = a_message(id, at);
            if (id == 3) {
                message.sender = "dora@example.com";
                message.peer.client = "192.0.2.33";
                message.peer.login = "dora";
                message.peer.listener = "submission";
                message.peer.tenant = "acme";
                message.subject = "Größe der Rechnung für März";
                message.attachments = {
                    {"Rechnung-2026.zip", "application/zip", "application/x-dosexec", 9}};
                message.size = 1'000'000;
            }
            if (id == 4) {
                message.origin = db::Origin::bounce;
                message.parent = spool::MessageId(3);
                message.sender.clear();
            }
            REQUIRE(batch.file(message));
            REQUIRE(batch.file(
                a_result(id, at + second, id == 5 ? Outcome::failed : Outcome::delivered)));
        }
        REQUIRE(batch.file(a_refusal(noon + 30 * second)));
        REQUIRE(batch.file(a_login(noon)));
        auto other = a_login(noon + second);
        other.peer.login = "dora";
        other.outcome = db::LoginOutcome::refused;
        REQUIRE(batch.file(other));
        batch.commit();
    }
    // The ids found; 0 for refusals.
    [[nodiscard]] std::vector<std::uint64_t> found(const JournalCriteria& criteria) const
    {
        const db::JournalSearch search(path);
        std::vector<std::uint64_t> ids;
        for (const auto& one : search.page(criteria, 100).messages)
            ids.push_back(one.message.id.value());
        CHECK(search.count(criteria) == ids.size());
        return ids;
    }
};

using Ids = std::vector<std::uint64_t>;

} // namespace

TEST_CASE("journal: each criterion finds what it says, alone and beside others")
{
    const Filled journal;
    const Ids all{10, 9, 8, 7, 6, 5, 4, 3, 2, 1};
    CHECK(journal.found({}) == all);
    CHECK(journal.found({.id = spool::MessageId(7)}) == Ids{7});
    CHECK(journal.found({.sender = "Dora@Example.com"}) == Ids{3});
    CHECK(journal.found({.recipient = "bob@example.org"}) == all);
    CHECK(journal.found({.recipient = "c@example.com"}) == all); // before the rewrite
    CHECK(journal.found({.address = "dora@example.com"}) == Ids{3});
    CHECK(journal.found({.address = "carl@example.org"}) == all);
    CHECK(journal.found({.domain = "EXAMPLE.org"}) == all);
    CHECK(journal.found({.domain = "example.com"}) == Ids{3});
    CHECK(journal.found({.domain = "none.example"}).empty());
    CHECK(journal.found({.sender_domain = "Example.com"}) == Ids{3});
    CHECK(journal.found({.sender_domain = "example.org"}).empty());
    CHECK(journal.found({.recipient_domain = "example.org"}) == all);
    CHECK(journal.found({.recipient_domain = "example.com"}).empty());
    CHECK(journal.found({.null_sender = true}) == Ids{4});
    CHECK(journal.found({.client = "192.0.2.33"}) == Ids{3});
    CHECK(journal.found({.login = "dora"}) == Ids{3});
    CHECK(journal.found({.listener = "submission"}) == Ids{3});
    CHECK(journal.found({.tenant = "acme"}) == Ids{3});
    CHECK(journal.found({.message_id = "<6@example.net>"}) == Ids{6});
    CHECK(journal.found({.message_id = "6@example.net"}) == Ids{6});
    CHECK(journal.found({.message_id = "@example.net"}).empty());
    CHECK(journal.found({.words = "ROOF offer"}).size() == 9);
    CHECK(journal.found({.words = "rech* grose"}).empty());
    CHECK(journal.found({.words = "rech* grosse"}) == Ids{3});
    CHECK(journal.found({.words = "rech* größe"}) == Ids{3});
    CHECK(journal.found({.words = "marz"}) == Ids{3}); // without its diacritic
    CHECK(journal.found({.files = "rechnung-2026.zip"}) == Ids{3});
    CHECK(journal.found({.words = "2026"}).empty());
    CHECK(journal.found({.type = "application/x-dosexec"}) == Ids{3});
    CHECK(journal.found({.type = "Application/ZIP"}) == Ids{3});
    CHECK(journal.found({.type = "application/*"}) == all);
    CHECK(journal.found({.type = "image/*"}).empty());
    CHECK(journal.found({.outcome = Outcome::failed}) == Ids{5});
    CHECK(journal.found({.outcome = Outcome::delivered}).size() == 9);
    CHECK(journal.found({.outcome = Outcome::waiting}) == all); // carl
    CHECK(journal.found({.origin = db::Origin::bounce}) == Ids{4});
    CHECK(journal.found({.origin = db::Origin::client}).size() == 9);
    CHECK(journal.found({.smallest = 5000}) == Ids{3});
    CHECK(journal.found({.largest = 5000}).size() == 9);
    CHECK(journal.found({.from = noon + 300 * second, .to = noon + 420 * second}) ==
          Ids{6, 5});
}

TEST_CASE("journal: criteria hold together")
{
    const Filled journal;
    CHECK(journal.found({.recipient = "bob@example.org", .outcome = Outcome::failed}) ==
          Ids{5});
    CHECK(journal.found({.recipient = "carl@example.org", .outcome = Outcome::failed})
              .empty());
    CHECK(journal.found({.sender = "ann@example.net",
                         .recipient = "bob@example.org",
                         .address = "carl@example.org",
                         .domain = "example.org",
                         .client = "192.0.2.1",
                         .listener = "mx",
                         .message_id = "<8@example.net>",
                         .words = "roof",
                         .files = "plan",
                         .type = "application/pdf",
                         .outcome = Outcome::delivered,
                         .origin = db::Origin::client,
                         .smallest = 1,
                         .largest = 100'000,
                         .from = noon}) == Ids{8});
    CHECK(journal.found({.id = spool::MessageId(8), .message_id = "<7@example.net>"})
              .empty());
    CHECK(journal.found({.id = spool::MessageId(8),
                         .message_id = "8@example.net",
                         .words = "roof"}) == Ids{8});
    CHECK(journal.found({.sender = "dora@example.com", .words = "roof"}).empty());
    CHECK(journal.found({.kind = db::JournalKind::refusals}) == Ids{0});
    CHECK(journal.found({.reason = "unknown-recipient",
                         .kind = db::JournalKind::refusals}) == Ids{0});
    CHECK(journal.found({.reason = "unknown-recipient"}).empty());
    CHECK(journal.found({.reason = "else", .kind = db::JournalKind::refusals}).empty());
    CHECK(journal.found({.null_sender = true, .recipient = "bob@example.org"}) == Ids{4});
    CHECK(journal
              .found({.sender_domain = "example.net",
                      .recipient_domain = "example.org",
                      .domain = "example.org"})
              .size() == 8);
    CHECK(journal.found({.kind = db::JournalKind::both}).size() == 11);
    CHECK(journal.found({.recipient = "nobody@example.org",
                         .outcome = Outcome::refused,
                         .kind = db::JournalKind::both}) == Ids{0});
}

TEST_CASE("journal: whichever criterion is followed, the same is found")
{
    const Filled journal;
    const auto same = [&](const JournalCriteria& criteria, const Ids& ids) {
        CHECK(journal.found(criteria) == ids);
        JournalCriteria by_words = criteria;
        by_words.words = "roof";
        CHECK(journal.found(by_words) == ids);
        for (const std::uint64_t id : ids) {
            JournalCriteria by_id = criteria;
            by_id.id = spool::MessageId(id);
            CHECK(journal.found(by_id) == Ids{id});
        }
    };
    // Bob's failed: carl was a recipient of that message, too.
    same({.address = "carl@example.org", .outcome = Outcome::failed}, {5});
    same({.recipient = "carl@example.org", .outcome = Outcome::failed}, {});
    same({.address = "ann@example.net", .outcome = Outcome::failed}, {5});
    same({.address = "bob@example.org", .outcome = Outcome::failed}, {5});
}

TEST_CASE("journal: hundreds of media types may begin as it is asked")
{
    const JournalFixture journal;
    {
        db::Journal writer(journal.path);
        db::JournalBatch batch(writer);
        for (std::uint64_t id = 1; id <= 300; ++id) {
            auto message = a_message(id, noon + static_cast<std::int64_t>(id));
            message.attachments[0].found = fmt::format("application/x-{}", id);
            message.attachments[0].declared = id % 2 == 0 ? "" : "text/plain";
            REQUIRE(batch.file(message));
        }
        batch.commit();
    }
    const db::JournalSearch search(journal.path);
    CHECK(search.count({.type = "application/*"}) == 300);
    CHECK(search.count({.type = "text/*"}) == 150);
    CHECK(search.page({.type = "application/*"}, 500).messages.size() == 300);
    const auto first = search.ranking({.type = "application/*"}, db::JournalSort::size, 5);
    CHECK(first.messages.size() == 5);
    CHECK(first.next);
}

TEST_CASE("journal: pages go on where the last one ended, in both directions")
{
    const Filled journal;
    const db::JournalSearch search(journal.path);
    for (const auto order : {JournalOrder::newest_first, JournalOrder::oldest_first})
        for (const JournalCriteria& criteria :
             {JournalCriteria{}, JournalCriteria{.domain = "example.org"},
              JournalCriteria{.words = "r*"}}) {
            Ids ids;
            std::optional<db::JournalKey> after;
            do {
                const auto page = search.page(criteria, 3, order, after);
                for (const auto& one : page.messages)
                    ids.push_back(one.message.id.value());
                after = page.next;
            } while (after);
            CHECK(ids.size() == 10);
            CHECK(std::ranges::is_sorted(ids) == (order == JournalOrder::oldest_first));
        }
}

TEST_CASE("journal: ids alone come in pages, the oldest first, and none of refusals")
{
    const Filled journal;
    const db::JournalSearch search(journal.path);
    Ids ids;
    std::optional<db::JournalKey> after;
    std::size_t pages = 0;
    do {
        const db::JournalIds page = search.ids({.kind = db::JournalKind::both}, 3, after);
        CHECK(page.ids.size() <= 3);
        for (const spool::MessageId id : page.ids)
            ids.push_back(id.value());
        after = page.next;
    } while (after && ++pages < 10);
    CHECK(ids == Ids{1, 2, 3, 4, 5, 6, 7, 8, 9, 10});
    CHECK(search.ids({.words = "none"}, 3).ids.empty());
}

TEST_CASE("journal: what became of each recipient of a message")
{
    const Filled journal;
    const db::JournalSearch search(journal.path);
    const std::vector<db::FiledOutcome> all = search.outcomes(spool::MessageId(5));
    REQUIRE(all.size() == 2);
    CHECK(all[0].address == "bob@example.org");
    CHECK(all[0].outcome == Outcome::failed);
    CHECK(all[1].address == "carl@example.org");
    CHECK(all[1].original == "c@example.com");
    CHECK(all[1].outcome == Outcome::waiting);
    CHECK(search.outcomes(spool::MessageId(99)).empty());
}

TEST_CASE("journal: the largest and the slowest first, in pages")
{
    const JournalFixture journal;
    {
        db::Journal writer(journal.path);
        db::JournalBatch batch(writer);
        for (std::uint64_t id = 1; id <= 9; ++id) {
            auto message = a_message(id, noon + static_cast<std::int64_t>(id) * second);
            message.size = id % 3 * 1000;
            if (id > 1)
                message.recipients.pop_back();
            REQUIRE(batch.file(message));
            if (id <= 3) // the first is the slowest
                REQUIRE(batch.file(a_result(
                    id, message.time + static_cast<std::int64_t>(10 - id) * second)));
        }
        batch.commit();
    }
    const db::JournalSearch search(journal.path);
    const auto ranked = [&search](const JournalCriteria& criteria, db::JournalSort sort) {
        std::vector<Ids> pages;
        for (const std::size_t limit : {std::size_t{1}, std::size_t{4}, std::size_t{9}}) {
            Ids ids;
            std::optional<db::JournalRank> after;
            do {
                const auto page = search.ranking(criteria, sort, limit, after);
                CHECK(page.messages.size() <= limit);
                for (const auto& one : page.messages)
                    ids.push_back(one.message.id.value());
                after = page.next;
            } while (after);
            pages.push_back(ids);
        }
        CHECK(pages[0] == pages[1]);
        CHECK(pages[1] == pages[2]);
        return pages[0];
    };
    CHECK(ranked({}, db::JournalSort::size) == Ids{8, 5, 2, 7, 4, 1, 9, 6, 3});
    CHECK(ranked({.recipient = "bob@example.org"}, db::JournalSort::size) ==
          Ids{8, 5, 2, 7, 4, 1, 9, 6, 3});
    CHECK(ranked({}, db::JournalSort::recipients) == Ids{1, 9, 8, 7, 6, 5, 4, 3, 2});
    CHECK(ranked({}, db::JournalSort::delay) == Ids{1, 2, 3, 9, 8, 7, 6, 5, 4});
    CHECK(ranked({.words = "roof", .from = noon + 4 * second}, db::JournalSort::size) ==
          Ids{8, 5, 7, 4, 9, 6});
    CHECK(ranked({.sender = "nobody@example.org"}, db::JournalSort::size).empty());
}

TEST_CASE("journal: who waits for others to write is told, and what is deleted is skipped")
{
    const JournalFixture journal;
    const db::JournalSearch search(journal.path);
    const std::int64_t before = search.version();
    CHECK(search.version() == before);
    journal.file(a_message(1));
    CHECK(search.version() != before);
    const auto keys = search.keys({}, 10);
    REQUIRE(keys.size() == 1);
    CHECK(search.message(keys[0])->message.id == spool::MessageId(1));
    CHECK_FALSE(search.message(keys[0] + 1));
}

TEST_CASE("journal: words without a word are refused")
{
    const Filled journal;
    const auto failure = failure_of(
        [&] { (void)db::JournalSearch(journal.path).page({.words = "?! *"}, 10); });
    REQUIRE(failure);
    CHECK(failure->remedy() == base::Remedy::fix_arguments);
    CHECK(journal.found({.words = "roof\" OR \"x"}).empty());
}

TEST_CASE("journal: a message's story has everything that was filed")
{
    const Filled journal;
    const db::JournalSearch search(journal.path);
    const auto story = search.story(spool::MessageId(3));
    REQUIRE(story);
    CHECK(story->message.sender == "dora@example.com");
    CHECK(story->message.peer.tenant == "acme");
    CHECK(story->message.attachments.at(0).found == "application/x-dosexec");
    REQUIRE(story->recipients.size() == 2);
    CHECK(story->recipients[0].result.reply == "250 2.0.0 ok");
    CHECK(story->recipients[0].first == noon + 181 * second);
    CHECK(story->recipients[1].result.original == "c@example.com");
    REQUIRE(story->children.size() == 1);
    CHECK(story->children[0].id == spool::MessageId(4));
    CHECK(search.message(story->children[0].key)->message.origin == db::Origin::bounce);
    CHECK(search.story(spool::MessageId(4))->message.parent == spool::MessageId(3));
    CHECK_FALSE(search.story(spool::MessageId(99)));

    const auto refusal = search.page({.kind = db::JournalKind::refusals}, 1).messages.at(0);
    CHECK(refusal.refused);
    CHECK(refusal.code == 550);
    CHECK(refusal.reason == "unknown-recipient");
}

TEST_CASE("journal: which of some messages still wait, also if one is no longer there")
{
    const Filled filled;
    db::Journal journal(filled.path);
    db::JournalBatch batch(journal);
    auto carls = a_result(7, noon + 600 * second);
    carls.address = "carl@example.org";
    REQUIRE(batch.file(carls));
    batch.commit();
    const db::JournalSearch search(filled.path);
    std::vector<db::JournalKey> keys = search.keys({}, 100);
    REQUIRE(keys.size() == 10);
    std::set<db::JournalKey> all(keys.begin(), keys.end());
    all.erase(keys[3]); // 7: both of its recipients are finished
    keys.push_back(1);
    CHECK(search.waiting(keys) == all);
    CHECK(search.waiting({}).empty());
}

TEST_CASE("journal: logins are found, newest first")
{
    const Filled journal;
    const db::JournalSearch search(journal.path);
    CHECK(search.logins({}, 10).size() == 2);
    CHECK(search.logins({}, 1).at(0).login.peer.login == "dora");
    CHECK(search.logins({}, 10, search.logins({}, 1).at(0).key).size() == 1);
    CHECK(search.logins({.login = "bob@example.org"}, 10).size() == 1);
    CHECK(search.logins({.login = "dora", .outcome = db::LoginOutcome::accepted}, 10)
              .empty());
    CHECK(search.logins({.login = "dora", .client = "203.0.113.5"}, 10).size() == 1);
    CHECK(search.logins({.client = "203.0.113.6"}, 10).empty());
}

TEST_CASE("journal: a pseudonym is found by the address it stands for")
{
    const JournalFixture fixture;
    db::JournalPolicies policies;
    policies.tenants["acme"].pseudonym_key = "k";
    {
        db::Journal journal(fixture.path, policies);
        db::JournalBatch batch(journal);
        auto message = a_message(1);
        message.peer.tenant = "acme";
        CHECK(batch.file(message));
        CHECK(batch.file(a_message(2)));
        batch.commit();
    }
    const JournalCriteria bob{.recipient = "bob@example.org"};
    CHECK(db::JournalSearch(fixture.path, policies).page(bob, 9).messages.size() == 2);
    CHECK(db::JournalSearch(fixture.path).page(bob, 9).messages.size() == 1);
}
