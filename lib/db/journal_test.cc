// SPDX-License-Identifier: Apache-2.0
#include "db/journal_fixture_test.h"
#include "db/journal_retention.h"

#include <doctest/doctest.h>

namespace {

using db::JournalBatch;
using db::Outcome;
using namespace db::testing;

} // namespace

TEST_CASE("journal: a message is filed with everything that is known of it")
{
    const JournalFixture fixture;
    CHECK(fixture.file(a_message(1234567890123456)));
    CHECK(fixture.row("SELECT id, time, state, origin, listener, protocol, tls, client,"
                      " client_name, helo, sender, size, recipients, subject, message_id,"
                      " header_from FROM journal_messages",
                      16) ==
          spool::MessageId(1234567890123456).text() +
              "|2026-11-23T12:00:00.000Z|queued|client|mx|ESMTPS|TLSv1.3|192.0.2.1|"
              "mail.example.net|mail.example.net|ann@example.net|4711|2|"
              "Offer for the new roof|<1234567890123456@example.net>|ann@example.net");
    CHECK(fixture.row("SELECT id, address, original, result, attempts"
                      " FROM journal_recipients ORDER BY address DESC",
                      5) == spool::MessageId(1234567890123456).text() +
                                "|carl@example.org|c@example.com|waiting|0");
    CHECK(fixture.row("SELECT number, name, declared_type, found_type, size"
                      " FROM journal_attachments",
                      5) == "1|Roof-plan.pdf|application/pdf|application/pdf|1000");
    CHECK(fixture.number("SELECT rowid = (SELECT key FROM messages) FROM words"
                         " WHERE words MATCH 'subject:roof AND files:plan'") == 1);
    CHECK(fixture.whole());
}

TEST_CASE("journal: the same events twice change nothing")
{
    const JournalFixture fixture;
    const auto all = [&] {
        return fixture.file(a_message(7), a_result(7, noon + second), a_refusal(),
                            a_login());
    };
    const auto picture = [&] {
        return fixture.number("SELECT sum(size + attempts + result + r.last)"
                              " FROM messages m JOIN recipients r ON r.message = m.key") +
               fixture.number("SELECT count(*) FROM logins") +
               fixture.number("SELECT count(*) FROM refusals") +
               fixture.number("SELECT count(*) FROM attachments") +
               fixture.number("SELECT count(*) FROM words WHERE words MATCH 'roof'");
    };
    CHECK(all());
    const std::int64_t before = picture();
    CHECK_FALSE(fixture.file(a_message(7)));
    CHECK_FALSE(fixture.file(a_result(7, noon + second)));
    CHECK_FALSE(fixture.file(a_refusal()));
    CHECK_FALSE(fixture.file(a_login()));
    CHECK(picture() == before);
}

TEST_CASE("journal: the newest result counts, in whatever order results come")
{
    const JournalFixture fixture;
    auto deferred = a_result(7, noon + second, Outcome::waiting);
    deferred.reply = "451 later";
    auto delivered = a_result(7, noon + 90 * second);
    delivered.attempts = 2;
    SUBCASE("in order")
    {
        fixture.file(a_message(7), deferred, delivered);
    }
    SUBCASE("results reversed")
    {
        fixture.file(a_message(7), delivered, deferred);
    }
    SUBCASE("message last")
    {
        fixture.file(delivered, deferred, a_message(7));
    }
    SUBCASE("message between")
    {
        fixture.file(deferred, a_message(7), delivered);
    }
    CHECK(fixture.row("SELECT time, result, attempts, reply, relay, first_attempt,"
                      " last_attempt, delay FROM journal_recipients"
                      " WHERE address = 'bob@example.org'",
                      8) ==
          "2026-11-23T12:00:00.000Z|delivered|2|250 2.0.0 ok|mail1.internal[192.0.2.9]:25|"
          "2026-11-23T12:00:01.000Z|2026-11-23T12:01:30.000Z|90.0");
    CHECK(fixture.number("SELECT count(*) FROM messages") == 1);
    CHECK(fixture.number("SELECT count(*) FROM recipients") == 2);
    CHECK(fixture.row("SELECT state FROM journal_messages", 1) == "queued"); // carl's
}

TEST_CASE("journal: results whose message never comes are shown as such")
{
    const JournalFixture fixture;
    fixture.file(a_result(7, noon));
    CHECK(fixture.row("SELECT state FROM journal_messages", 1) == "unknown");
}

TEST_CASE("journal: messages of one microsecond keep apart, however many")
{
    const JournalFixture fixture;
    {
        db::Journal journal(fixture.path);
        JournalBatch batch(journal);
        for (std::uint64_t id = 1; id <= 1500; ++id)
            CHECK(batch.file(a_message(id)));
        batch.commit();
    }
    CHECK(fixture.number("SELECT count(*) FROM messages") == 1500);
    CHECK(fixture.number("SELECT max(key >> 10) - min(key >> 10) FROM messages") == 1);
}

TEST_CASE("journal: what is refused is filed with its reason")
{
    const JournalFixture fixture;
    auto at_mail = a_refusal(noon + 1);
    at_mail.recipient.clear();
    CHECK(fixture.file(a_refusal(), at_mail));
    CHECK(
        fixture.row("SELECT time, client, sender, recipient, code, enhanced, reason, reply"
                    " FROM journal_refusals",
                    8) ==
        "2026-11-23T12:00:00.000Z|198.51.100.7|eve@example.com|nobody@example.org|550|"
        "5.1.1|unknown-recipient|no such user here");
    CHECK(fixture.number("SELECT count(*) FROM journal_refusals") == 2);
    CHECK(fixture.number("SELECT count(*) FROM journal_messages") == 0);
}

TEST_CASE("journal: logins are filed")
{
    const JournalFixture fixture;
    auto refused = a_login(noon + 1);
    refused.outcome = db::LoginOutcome::refused;
    refused.reason = "bad-password";
    CHECK(fixture.file(a_login(), refused));
    CHECK(fixture.row("SELECT time, service, client, login, result, reason, mechanism,"
                      " backend, tls FROM journal_logins ORDER BY key DESC",
                      9) ==
          "2026-11-23T12:00:00.000Z|imap|203.0.113.5|bob@example.org|refused|bad-password|"
          "PLAIN|mail1.internal:143|TLSv1.3");
}

TEST_CASE("journal: progress stands in the same batch, and a source never goes back")
{
    const JournalFixture fixture;
    {
        db::Journal journal(fixture.path);
        JournalBatch lost(journal);
        CHECK(lost.advance("relayd", 100));
        CHECK(lost.file(a_message(1)));
        // Dies without commit().
    }
    db::Journal journal(fixture.path);
    CHECK(journal.progress("relayd") == 0);
    {
        JournalBatch batch(journal);
        CHECK(batch.advance("relayd", 100));
        CHECK(batch.file(a_message(1)));
        CHECK_FALSE(batch.advance("relayd", 100));
        CHECK_FALSE(batch.advance("relayd", 50));
        CHECK(batch.advance("sendd", 50));
        batch.commit();
    }
    CHECK(journal.progress("relayd") == 100);
    CHECK(journal.progress("sendd") == 50);
    CHECK(fixture.number("SELECT count(*) FROM messages") == 1);
}

TEST_CASE("journal: names made in a batch that was given up are made again")
{
    const JournalFixture fixture;
    db::Journal journal(fixture.path);
    {
        JournalBatch lost(journal);
        CHECK(lost.file(a_message(1)));
    }
    JournalBatch batch(journal);
    CHECK(batch.file(a_message(2)));
    batch.commit();
    CHECK(fixture.row("SELECT sender FROM journal_messages", 1) == "ann@example.net");
}

TEST_CASE("journal: names that another process has removed are made again")
{
    const JournalFixture fixture;
    db::Journal journal(fixture.path);
    {
        JournalBatch batch(journal);
        CHECK(batch.file(a_message(1)));
        batch.commit();
    }
    db::Sqlite(fixture.path, db::Access::write, base::milliseconds{1000})
        .run("DELETE FROM messages; DELETE FROM recipients; DELETE FROM addresses;"
             " DELETE FROM attachments; DELETE FROM labels; DELETE FROM domains");
    JournalBatch batch(journal);
    CHECK(batch.file(a_message(2)));
    batch.commit();
    CHECK(fixture.row("SELECT sender, listener FROM journal_messages", 2) ==
          "ann@example.net|mx");
}

TEST_CASE("journal: odd texts are filed as text")
{
    const JournalFixture fixture;
    auto message = a_message(1);
    message.subject = std::string("a\0b\x80 \xc3\xbc", 7) + std::string(5000, 'x');
    message.sender.clear();
    message.recipients = {{"bob@example.org", ""}, {"BOB@example.org", ""}, {"", ""}};
    message.attachments.clear();
    CHECK(fixture.file(message));
    CHECK(fixture.number("SELECT length(CAST(subject AS BLOB)) FROM messages") == 1000);
    CHECK(fixture.number("SELECT subject LIKE 'a\uFFFDb\uFFFD ü%' FROM messages") == 1);
    CHECK(fixture.number("SELECT count(*) FROM recipients") == 1);
    CHECK(fixture.number("SELECT sender IS NULL FROM messages") == 1);
}

TEST_CASE("journal: a recipient is one row, by whichever address its results come")
{
    const JournalFixture journal;
    const auto now = noon;
    auto message = a_message(7);
    message.recipients = {{"old@example.org", ""}};
    auto rewritten = a_result(7, now + 1);
    rewritten.address = "new@example.org";
    rewritten.original = "old@example.org";
    auto expired = a_result(7, now + 2, Outcome::expired);
    expired.address = "old@example.org";
    const std::string row = "SELECT count(*), max(address), max(original), max(result)"
                            " FROM journal_recipients";
    SUBCASE("after the message")
    {
        CHECK(journal.file(message));
        CHECK(journal.file(rewritten));
    }
    SUBCASE("before the message")
    {
        CHECK(journal.file(rewritten));
        CHECK(journal.file(message));
    }
    CHECK(journal.row(row, 4) == "1|new@example.org|old@example.org|delivered");
    CHECK(journal.file(expired));
    CHECK(journal.row(row, 4) == "1|new@example.org|old@example.org|expired");
}

TEST_CASE("journal: attempts that do not say their number are counted, each once")
{
    const JournalFixture journal;
    CHECK(journal.file(a_message(7)));
    auto result = a_result(7, noon + 1, Outcome::waiting);
    result.attempts = 0;
    CHECK(journal.file(result));
    CHECK_FALSE(journal.file(result));
    result.time += 1;
    CHECK(journal.file(result));
    result.time += 1;
    result.outcome = Outcome::expired; // not an attempt
    CHECK(journal.file(result));
    CHECK(journal.number("SELECT attempts FROM recipients WHERE attempts > 0") == 2);
}

TEST_CASE("journal: what only the queue knows counts where nothing else is known")
{
    const JournalFixture journal;
    CHECK(journal.file(a_message(7)));
    auto told = a_result(7, noon + 100);
    told.fallback = true;
    CHECK(journal.file(told));
    told.time += 1;
    told.outcome = Outcome::failed;
    CHECK_FALSE(journal.file(told));
    CHECK(journal.file(db::JournalDeletion{spool::MessageId(7), noon + 200}));
    CHECK(journal.number("SELECT count(*) FROM recipients WHERE result = 1") == 1);
    CHECK(journal.number("SELECT count(*) FROM recipients WHERE result = 4") == 1);
    CHECK_FALSE(journal.file(db::JournalDeletion{spool::MessageId(8), noon}));
}

TEST_CASE("journal: of who is given up nothing is known until somebody tells")
{
    const JournalFixture fixture;
    auto attempt = a_result(1, noon + second, db::Outcome::waiting);
    fixture.file(a_message(1), attempt, a_message(2, noon + 1));
    {
        db::Journal journal(fixture.path);
        const auto waiting = journal.waiting(0, 1);
        REQUIRE(waiting.size() == 1);
        CHECK(waiting[0].id == spool::MessageId(1));
        const auto others = journal.waiting(waiting[0].key, 10);
        REQUIRE(others.size() == 1);
        db::JournalBatch batch(journal);
        batch.give_up(waiting[0].key);
        CHECK(batch.waits(spool::MessageId(1))); // the queue may be asked of it
        batch.commit();
        CHECK(journal.waiting(0, 10).size() == 1);
    }
    const std::string of_bob = "journal_recipients WHERE address = 'bob@example.org'";
    CHECK(fixture.seen("result, attempts, delay", of_bob + " ORDER BY key") ==
          "unknown|1|");
    CHECK(fixture.seen("state", "journal_messages ORDER BY key") == "unknown");
    CHECK(fixture.seen("state", "journal_messages ORDER BY key DESC") == "queued");
    auto told = a_result(1, noon + second);
    told.fallback = true;
    CHECK(fixture.file(told));
    CHECK(fixture.seen("result", of_bob + " ORDER BY key") == "delivered");
    // Another recipient by an event; it waits again.
    auto later = a_result(1, noon + 2 * second, db::Outcome::waiting);
    later.address = "carl@example.org";
    CHECK(fixture.file(later));
    CHECK(fixture.seen("result", "journal_recipients WHERE address = 'carl@example.org'"
                                 " ORDER BY key") == "waiting");
}

TEST_CASE("journal: events that were lost are told once, and go with messages")
{
    const JournalFixture fixture;
    const db::JournalLoss loss{.time = noon, .program = "smtp-relayd", .events = 3};
    CHECK(fixture.file(loss));
    CHECK_FALSE(fixture.file(loss));
    CHECK(
        fixture.file(db::JournalLoss{noon, "imap-proxy", 3}, db::JournalLoss{noon, "", 4}));
    CHECK(fixture.count("journal_losses") == 3);
    CHECK(fixture.seen("program, events, time", "journal_losses ORDER BY key") ==
          "smtp-relayd|3|2026-11-23T12:00:00.000Z");
    db::JournalRetention retention(fixture.path);
    using db::RetentionKind;
    (void)retention.apply(
        {{.kind = RetentionKind::logins, .before = noon + 1},
         {.kind = RetentionKind::messages, .tenant = "acme", .before = noon + 1},
         {.kind = RetentionKind::messages, .before = noon}});
    CHECK(fixture.count("journal_losses WHERE program IS NOT NULL") == 2);
    (void)retention.apply({{.kind = RetentionKind::messages, .before = noon + 1}});
    CHECK(fixture.count("losses") == 0);
    CHECK(fixture.count("labels") == 0);
}
