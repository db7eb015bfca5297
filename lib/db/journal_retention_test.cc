// SPDX-License-Identifier: Apache-2.0
#include "db/journal_fixture_test.h"
#include "db/journal_retention.h"
#include "db/journal_search.h"
#include "db/journal_tenants.h"

#include <doctest/doctest.h>
#include <random>

namespace {

using db::RetentionKind;
using db::RetentionRule;
using namespace db::testing;

constexpr std::int64_t day = 86'400 * second;

// Of a message that goes everything says "gone", of one that stays "kept".
db::JournalMessage marked(std::uint64_t id, std::int64_t time, const std::string& mark,
                          std::mt19937& source)
{
    const auto word = [&] { return random_word(source) + mark + std::to_string(id); };
    db::JournalMessage message = a_message(id, time);
    message.peer.client_name = word() + ".example.net";
    message.peer.helo = word();
    message.peer.login = word();
    message.sender = word() + "@" + word() + ".example";
    message.header_from = word() + "@example.net";
    message.message_id = word();
    message.subject = word() + " and " + word();
    message.recipients = {{word() + "@example.org", word() + "@example.com"},
                          {word() + "@example.org", ""}};
    message.attachments = {{word() + ".pdf", "application/" + mark, "", 1}};
    return message;
}

// Messages of two tenants in turn, the first half a day older than the second.
void fill(const std::string& path, std::uint64_t count)
{
    std::mt19937 source(1);
    db::Journal journal(path);
    for (std::uint64_t id = 1; id <= count;) {
        db::JournalBatch batch(journal);
        for (int i = 0; i < 500 && id <= count; ++i, ++id) {
            const bool old = id <= count / 2;
            const bool brief = id % 2 == 0;
            auto message =
                marked(id, noon + (old ? 0 : day) + static_cast<std::int64_t>(id),
                       old && brief ? "gone" : "kept", source);
            message.peer.tenant = brief ? "brief" : "patient";
            (void)batch.file(message);
            auto result = a_result(id, message.time + second);
            result.address = message.recipients[0].address;
            result.reply = "250 " + result.address + " has it";
            (void)batch.file(result);
        }
        batch.commit();
    }
}

} // namespace

TEST_CASE("journal: what retention deletes is nowhere in the files, all else is there")
{
    const JournalFixture fixture;
    constexpr std::uint64_t count = 6000;
    fill(fixture.path, count);
    CHECK(found_in_files(fixture.path, "gone") > count);

    const std::vector<RetentionRule> rules{
        {.kind = RetentionKind::messages, .tenant = "brief", .before = noon + day / 2}};
    const auto done = db::JournalRetention(fixture.path).apply(rules);
    CHECK(done.messages == count / 4);
    CHECK(done.finished);
    CHECK(done.names > count);
    CHECK(found_in_files(fixture.path, "gone") == 0);
    CHECK(fixture.whole());

    const db::JournalSearch search(fixture.path);
    CHECK(search.count({}) == count - count / 4);
    CHECK(search.count({.words = "and"}) == count - count / 4);
    CHECK(fixture.number("SELECT count(*) FROM addresses") ==
          static_cast<std::int64_t>(4 * (count - count / 4)));
    CHECK(search.story(spool::MessageId(1)).has_value());
    CHECK_FALSE(search.story(spool::MessageId(2)).has_value());
}

TEST_CASE("journal: labels go with the last rows of their time")
{
    const JournalFixture fixture;
    auto old = a_message(1);
    old.attachments[0].found = "application/x-ancient";
    fixture.file(old, a_message(2, noon + 2 * day));
    const auto done = db::JournalRetention(fixture.path)
                          .apply({{.kind = RetentionKind::messages, .before = noon + day}});
    CHECK(done.messages == 1);
    CHECK(fixture.number("SELECT count(*) FROM labels"
                         " WHERE text = 'application/x-ancient'") == 0);
    CHECK(found_in_files(fixture.path, "ancient") == 0);
    CHECK(fixture.row("SELECT listener, sender FROM journal_messages", 2) ==
          "mx|ann@example.net");
}

TEST_CASE("journal: a media type goes with the last attachment that has it")
{
    const JournalFixture fixture;
    auto old = a_message(1);
    old.peer.tenant = "brief";
    old.attachments = {{"a", "application/x-secret", "application/pdf", 1},
                       {"b", "application/pdf", "", 1},
                       {"c", "application/zip", "", 1},
                       {"d", "acme/east", "", 1},
                       {"e", "[192.0.2.1]:25/smtp", "", 1}};
    auto other = a_message(2, noon + 1);
    other.peer.tenant = "acme/east";
    other.attachments = {{"a", "application/odd", "application/zip", 1}};
    auto result = a_result(2, noon + second);
    result.relay = "[192.0.2.1]:25/smtp";
    fixture.file(old, other, result);
    const auto done = db::JournalRetention(fixture.path)
                          .apply({{.tenant = "brief", .before = noon + day}});
    CHECK(done.messages == 1);
    CHECK(found_in_files(fixture.path, "x-secret") == 0);
    CHECK(fixture.count("labels WHERE text = 'application/pdf'") == 0);
    CHECK(fixture.seen("tenant", "journal_messages") == "acme/east");
    CHECK(fixture.seen("found_type", "journal_attachments") == "application/zip");
    CHECK(fixture.seen("relay", "journal_recipients WHERE relay IS NOT NULL") ==
          "[192.0.2.1]:25/smtp");
}

TEST_CASE("journal: each kind and each tenant has a retention of its own")
{
    const JournalFixture fixture;
    auto acme = a_message(1);
    acme.peer.tenant = "acme";
    auto other = a_message(2, noon + 1);
    other.peer.tenant = "other";
    fixture.file(acme, other, a_message(3, noon + 2), a_refusal(), a_login());
    db::JournalRetention retention(fixture.path);
    const auto ids = [&] {
        std::string all;
        for (int id = 1; id <= 3; ++id)
            if (db::JournalSearch(fixture.path).story(spool::MessageId(id)))
                all += std::to_string(id);
        return all;
    };
    // All but acme's, who keep theirs.
    const RetentionRule acmes{.tenant = "acme", .before = noon - day};
    SUBCASE("others go")
    {
        CHECK(
            retention.apply({acmes, {.tenant = "other", .before = noon + day}}).messages ==
            1);
        CHECK(ids() == "13");
    }
    SUBCASE("all but one go")
    {
        CHECK(retention.apply({acmes, {.before = noon + day}}).messages == 2);
        CHECK(ids() == "1");
    }
    SUBCASE("those of nobody go")
    {
        CHECK(retention.apply({{.tenant = "", .before = noon + day}}).messages == 1);
        CHECK(ids() == "12");
    }
    SUBCASE("refusals and logins go")
    {
        const auto done =
            retention.apply({{.kind = RetentionKind::refusals, .before = noon + day},
                             {.kind = RetentionKind::logins, .before = noon + day}});
        CHECK(done.refusals == 1);
        CHECK(done.logins == 1);
        CHECK(ids() == "123");
        CHECK(found_in_files(fixture.path, "nobody@") == 0);
        CHECK(found_in_files(fixture.path, "203.0.113.5") == 0);
    }
}

TEST_CASE("journal: of several tenants the shortest period counts, or the one for all")
{
    const JournalFixture fixture;
    std::uint64_t id = 0;
    for (const db::Tenants& tenants : {db::Tenants{"long"},
                                       {"long", "longer"},
                                       {"brief", "long"},
                                       {"long", "other"},
                                       {"other"},
                                       {},
                                       {"a", "brief", "z"},
                                       {"briefly"}}) {
        ++id;
        auto message = a_message(id, noon + static_cast<std::int64_t>(id));
        message.peer.tenant = db::label_of(tenants);
        fixture.file(message);
    }
    const auto left = [&] {
        std::string all;
        for (std::uint64_t one = 1; one <= id; ++one)
            if (db::JournalSearch(fixture.path).story(spool::MessageId(one)))
                all += std::to_string(one);
        return all;
    };
    const RetentionRule lasting{.tenant = "long", .before = noon - 9 * day};
    const RetentionRule longer{.tenant = "longer", .before = noon - 8 * day};
    db::JournalRetention retention(fixture.path);
    const RetentionRule brief{.tenant = "brief", .before = noon + day};
    CHECK(retention.apply({{.before = noon - day}, lasting, brief}).messages == 2);
    CHECK(left() == "124568");
    // Two who both keep it longer than everybody; one of whom nothing is said does not.
    CHECK(retention.apply({{.before = noon + day}, lasting, longer}).messages == 4);
    CHECK(left() == "12");
    CHECK(retention
              .apply({{.before = noon - day}, {.tenant = "longer", .before = noon + day}})
              .messages == 1);
    CHECK(left() == "1");
}

TEST_CASE("journal: a reader that keeps the log from being emptied is told")
{
    const JournalFixture fixture;
    fixture.file(a_message(1), a_message(2, noon + 1));
    db::JournalRetention retention(fixture.path, base::milliseconds{10});
    {
        const db::Sqlite reader(fixture.path, db::Access::read, base::milliseconds{10});
        db::Statement open = reader.prepare("SELECT key FROM messages");
        CHECK(open.step());
        CHECK_FALSE(retention.apply({{.before = noon + day}}).finished);
    }
    CHECK(retention.finish());
    CHECK(found_in_files(fixture.path, "roof") == 0);
}

TEST_CASE("journal: the writer goes on while retention deletes")
{
    const JournalFixture fixture;
    db::Journal journal(fixture.path);
    const auto file = [&](std::uint64_t id) {
        db::JournalBatch batch(journal);
        (void)batch.file(a_message(id, noon + static_cast<std::int64_t>(id)));
        batch.commit();
    };
    file(1);
    CHECK(db::JournalRetention(fixture.path).apply({{.before = noon + day}}).messages == 1);
    file(2); // its names were deleted meanwhile
    CHECK(fixture.row("SELECT sender, listener, client FROM journal_messages", 3) ==
          "ann@example.net|mx|192.0.2.1");
}

TEST_CASE("journal: addresses that no row came to have are in no file either")
{
    const JournalFixture fixture;
    auto message = a_message(1);
    message.recipients = {{"said@example.org", ""}};
    const auto result = [](std::uint64_t id, const char* to, const char* said, int after) {
        auto one = a_result(id, noon + after * second, db::Outcome::waiting);
        one.address = to;
        one.original = said;
        return one;
    };
    {
        db::Journal journal(fixture.path);
        db::JournalBatch batch(journal);
        REQUIRE(batch.file(message));
        // The table of addresses was changed between two attempts.
        CHECK(batch.file(result(1, "first@example.org", "said@example.org", 1)));
        CHECK(batch.file(result(1, "second@example.org", "said@example.org", 2)));
        // Of two who became one only that is known.
        CHECK(batch.file(result(2, "one@example.org", "left@example.org", 1)));
        CHECK(batch.file(result(2, "one@example.org", "right@example.org", 2)));
        batch.commit();
    }
    (void)db::JournalRetention(fixture.path).apply({{.before = noon + day}});
    CHECK(fixture.count("messages") == 0);
    CHECK(fixture.count("addresses") == 0);
    CHECK(found_in_files(fixture.path, "@example") == 0);
}
