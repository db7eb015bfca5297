// SPDX-License-Identifier: Apache-2.0
// When a measure begins and ends, and when what is told is made.
#include "tap/smtp_stage_test.h"

#include <thread>

using li::Status;
using tap::test::Captured;
using tap::test::feature;
using tap::test::handle;
using tap::test::mail;
using tap::test::no_user;
using tap::test::Session;
using tap::test::Stage;
using tap::test::taken;
using tap::test::target;

namespace {

// It begins when what follows has been said.
tap::Target soon(tap::Target measure)
{
    measure.begin = base::wall_microseconds() + 100'000;
    return measure;
}

} // namespace

TEST_CASE("tap: begin and end count to the microsecond; no content from before the begin")
{
    const std::int64_t now = base::wall_microseconds();
    tap::Target exact = target(1);
    exact.begin = now;
    exact.end = now + 1;
    CHECK_FALSE(exact.covers(now - 1));
    CHECK(exact.covers(now));
    CHECK_FALSE(exact.covers(now + 1));

    Stage stage({});
    Session session(stage);
    (void)session.said("MAIL FROM:<bob@example.org>");
    (void)session.said("RCPT TO:<anna@example.de>");
    session.witness().message_begins(false);
    session.witness().heard(mail);
    const tap::Target fresh = tap::test::fresh_target(1);
    tap::Target other = target(2);
    stage.put({{"anna@example.de", fresh}, {"anna@example.de", other}});
    stage.tap().flush();
    session.witness().message_done(taken, "QUEUEID");
    session.witness().catch_up();
    std::vector<Captured> all = stage.captured();
    REQUIRE(all.size() == 2); // accepted within it, and nothing of its text is there
    for (const Captured& one : all) {
        CHECK(one.event.queue_id == "QUEUEID");
        CHECK(one.event.features.back().first == "content");
        CHECK(one.event.content_octets == 0);
        CHECK_FALSE(one.content);
    }
}

TEST_CASE("tap: what one measure has gathered is not told to another that began later")
{
    Stage stage({{"anna@example.de", target(1)}});
    Session session(stage);
    (void)session.said("MAIL FROM:<bob@example.org>");
    (void)session.said("RCPT TO:<anna@example.de>");
    session.witness().message_begins(false);
    session.witness().heard(mail);
    const tap::Target fresh = tap::test::fresh_target(2);
    stage.put({{"anna@example.de", target(1)}, {"anna@example.de", fresh}});
    stage.tap().flush();
    session.witness().message_done(taken, "QUEUEID");
    session.witness().catch_up();
    const std::vector<Captured> all = stage.captured();
    REQUIRE(all.size() == 2);
    for (const Captured& one : all) {
        const bool early = one.event.measure == handle(1);
        CHECK(one.content.has_value() == early);
        CHECK(one.event.message_id == (early ? "<1@example.de>" : ""));
        CHECK(one.event.size == (early ? mail.size() : 0));
        CHECK(feature(one.event, "content") == (early ? "" : "began before the measure"));
    }
}

TEST_CASE("tap: a refusal behind a message says nothing of content")
{
    Stage stage({{"anna@example.de", target(1)}});
    Session session(stage);
    (void)session.said("MAIL FROM:<bob@example.org>");
    (void)session.said("RCPT TO:<bert@example.de>");
    session.message(mail, taken, true);
    (void)session.said("MAIL FROM:<anna@example.de>", no_user);
    const std::vector<Captured> all = stage.captured();
    REQUIRE(all.size() == 1);
    CHECK(all[0].event.status == Status::failed);
    CHECK(feature(all[0].event, "content").empty());
}

TEST_CASE("tap: an accepted mail is noted before its answer, as what it has become")
{
    Stage stage({});
    Session session(stage);
    const tap::Target later = soon(target(2));
    stage.put({{"anna@example.de", target(1)}, {"anna@example.de", later}});
    stage.tap().flush();
    (void)session.said("MAIL FROM:<bob@example.org>");
    (void)session.said("RCPT TO:<anna@example.de>");
    session.witness().message_begins(false);
    session.witness().heard(mail);
    session.witness().message_waits();
    CHECK(stage.captured().empty());
    while (base::wall_microseconds() <= later.begin) // the disk takes its time
        std::this_thread::yield();
    session.witness().message_done(taken, "QUEUEID");
    CHECK_FALSE(session.witness().is_behind());
    const std::vector<Captured> all = stage.captured();
    REQUIRE(all.size() == 2); // the second measure began while the disk worked
    for (const Captured& one : all) {
        CHECK(one.event.queue_id == "QUEUEID");
        CHECK(one.event.status == Status::succeeded);
        CHECK(one.event.time >= later.begin);
        CHECK(one.content.has_value() == (one.event.measure == handle(1)));
    }
}

TEST_CASE("tap: a mail that was not accepted in the end is told as a failure alone")
{
    Stage stage({{"anna@example.de", target(1)}});
    Session session(stage);
    (void)session.said("MAIL FROM:<bob@example.org>");
    (void)session.said("RCPT TO:<anna@example.de>");
    session.message(mail, {451, "4.3.0", "not stored"});
    const std::vector<Captured> all = stage.captured();
    REQUIRE(all.size() == 1);
    CHECK(all[0].event.status == Status::failed);
    CHECK(all[0].event.queue_id.empty());
    CHECK(all[0].content == mail);
}

TEST_CASE("tap: nothing is submitted before the client has its answer")
{
    Stage stage({{"anna@example.de", target(1)}});
    Session session(stage);
    tap::SmtpWitness& witness = session.witness();
    const smtp::Command mail_from = smtp::parse_command("MAIL FROM:<anna@example.de>", {});
    witness.about_to(mail_from);
    witness.answered(mail_from, no_user);
    witness.login_began("anna@example.de", "PLAIN");
    witness.login_ended("anna@example.de", "PLAIN", {535, "5.7.8", "no"});
    CHECK(witness.is_behind());
    CHECK(stage.captured().empty());
    witness.catch_up();
    CHECK_FALSE(witness.is_behind());
    CHECK(stage.captured().size() == 2);
}

TEST_CASE("tap: what waits for a collected answer is told as it was when it happened")
{
    Stage stage({});
    Session session(stage);
    const tap::Target later = soon(target(2));
    stage.put({{"anna@example.de", target(1)},
               {"anna@example.de", later},
               {"robert", target(3)}});
    stage.tap().flush();
    tap::SmtpWitness& witness = session.witness();
    const smtp::Command mail_from = smtp::parse_command("MAIL FROM:<anna@example.de>", {});
    witness.about_to(mail_from);
    witness.answered(mail_from, no_user);
    // Commands that were sent with it: somebody logs in, and another mail begins.
    witness.login_began("robert", "PLAIN");
    witness.login_ended("robert", "PLAIN", {235, "2.7.0", "ok"});
    witness.about_to(mail_from);
    while (base::wall_microseconds() <= later.begin)
        std::this_thread::yield();
    witness.catch_up();
    const std::vector<Captured> all = stage.captured();
    REQUIRE(all.size() == 2); // the second measure began later
    CHECK(all[1].event.measure == handle(3));
    CHECK(all[1].event.what == li::What::login); // nothing else was his
    CHECK(all[0].event.measure == handle(1));
    CHECK(all[0].event.time < later.begin);
    CHECK(all[0].event.session.ends_with(".1"));
    CHECK(all[0].event.session_begin == 0);
    CHECK_FALSE(all[0].event.sender_validated);
}

TEST_CASE("tap: whose logins are of interest is found out when they have been answered")
{
    Stage stage({});
    Session session(stage);
    tap::SmtpWitness& witness = session.witness();
    witness.login_began("anna@example.de", "PLAIN");
    witness.login_ended("anna@example.de", "PLAIN", {535, "5.7.8", "no"});
    witness.login_began("anna@example.de", "PLAIN");
    witness.login_ended("anna@example.de", "PLAIN", {235, "2.7.0", "ok"});
    const tap::Target late = tap::test::fresh_target(2);
    stage.put({{"anna@example.de", target(1)}, {"anna@example.de", late}});
    stage.tap().flush();
    witness.catch_up();
    const std::vector<Captured> all = stage.captured();
    REQUIRE(all.size() == 2);
    CHECK(all[0].event.what == li::What::login_failed);
    CHECK(all[1].event.what == li::What::login);
    for (const Captured& one : all)
        CHECK(one.event.measure == handle(1));
}

TEST_CASE("tap: refusals of a mail are noted before the mail")
{
    Stage stage({{"anna@example.de", target(1)}});
    Session session(stage);
    tap::SmtpWitness& witness = session.witness();
    (void)session.said("MAIL FROM:<bob@example.org>");
    (void)session.said("RCPT TO:<anna@example.de>");
    const smtp::Command again = smtp::parse_command("RCPT TO:<anna@example.de>", {});
    witness.answered(again, no_user);
    session.message(mail, taken);
    const std::vector<Captured> all = stage.captured();
    REQUIRE(all.size() == 2);
    CHECK(all[0].event.status == Status::failed);
    CHECK(all[0].event.tap_number < all[1].event.tap_number);
    CHECK(all[0].event.time <= all[1].event.time);
}

TEST_CASE("tap: a measure that ends at once ends in the middle of a mail, too")
{
    Stage stage({{"anna@example.de", target(1)}, {"anna@example.de", target(2)}});
    Session session(stage);
    (void)session.said("MAIL FROM:<bob@example.org>");
    (void)session.said("RCPT TO:<anna@example.de>");
    session.witness().message_begins(false);
    session.witness().heard(mail);
    stage.put({{"anna@example.de", target(2)}});
    stage.tap().flush();
    session.witness().message_done(taken, "QUEUEID");
    session.witness().catch_up();
    const std::vector<Captured> all = stage.captured();
    REQUIRE(all.size() == 1);
    CHECK(all[0].event.measure == handle(2));
    CHECK(all[0].content == mail);
}
