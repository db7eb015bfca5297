// SPDX-License-Identifier: Apache-2.0
#include "tap/smtp_stage_test.h"

using li::Status;
using li::What;
using tap::test::Captured;
using tap::test::feature;
using tap::test::handle;
using tap::test::Stage;
using tap::test::target;
using Texts = std::vector<std::string>;
using tap::test::mail;
using tap::test::no_user;
using tap::test::Session;
using tap::test::taken;

TEST_CASE(
    "tap: a mail for the target: its content, and no other recipient by name (S5, R7)")
{
    Stage stage({{"anna@example.de", target(1)}});
    Session session(stage);
    (void)session.said("MAIL FROM:<bob@example.org> SIZE=100");
    (void)session.said("RCPT TO:<Anna+news@EXAMPLE.de> NOTIFY=NEVER");
    (void)session.said("RCPT TO:<carl@example.org>");
    session.message(mail, taken);
    const std::vector<Captured> all = stage.captured();
    REQUIRE(all.size() == 1);
    const li::Event& event = all[0].event;
    CHECK(event.what == What::received);
    CHECK(event.status == Status::succeeded);
    CHECK(event.sender == "bob@example.org");
    CHECK(event.recipients == Texts{"Anna+news@example.de"});
    CHECK(event.total_recipients == 2);
    CHECK(event.message_id == "<1@example.de>");
    CHECK(event.queue_id == "QUEUEID");
    CHECK(event.client.address == "192.0.2.1");
    CHECK(event.server_octets == 20);
    CHECK(event.tls == "TLSv1.3 X");
    CHECK(event.direction == li::Direction::to_target);
    CHECK(all[0].content == mail);
}

TEST_CASE("tap: a mail from the target: every recipient (S4)")
{
    Stage stage({{"anna@example.de", target(1)}});
    Session session(stage);
    session.log_in("anna@example.de", {235, "2.7.0", "ok"});
    (void)session.said("MAIL FROM:<anna@example.de>");
    (void)session.said("RCPT TO:<bob@example.org>");
    (void)session.said("RCPT TO:<carl@example.org>");
    session.message(mail, taken, true);
    (void)session.said("QUIT");
    session.witness().ended("quit");
    const std::vector<Captured> all = stage.captured();
    REQUIRE(all.size() == 3);
    CHECK(all[0].event.what == What::login);
    CHECK(all[0].event.mechanism == "PLAIN");
    CHECK(all[1].event.what == What::sent);
    CHECK(all[1].event.sender_validated);
    CHECK(all[1].event.recipients == Texts{"bob@example.org", "carl@example.org"});
    CHECK(all[1].event.direction == li::Direction::from_target);
    CHECK(all[2].event.what == What::logout);
    CHECK(all[2].event.session_begin == all[1].event.session_begin);
    CHECK(all[0].event.session == all[2].event.session); // one login session, one number
}

TEST_CASE("tap: what belongs to others on the same connection is not captured")
{
    Stage stage({{"anna@example.de", target(1)}});
    Session session(stage);
    (void)session.said("MAIL FROM:<bob@example.org>");
    (void)session.said("RCPT TO:<carl@example.org>");
    session.message("To: anna@example.de\r\n\r\nheader addresses never match\r\n.\r\n",
                    taken);
    (void)session.said("MAIL FROM:<bob@example.org>");
    (void)session.said("RCPT TO:<anna@example.de>");
    session.message(mail, taken);
    (void)session.said("MAIL FROM:<bob@example.org>");
    (void)session.said("RCPT TO:<annabell@example.de>");
    session.message(mail, taken);
    session.witness().ended("quit");
    const std::vector<Captured> all = stage.captured();
    REQUIRE(all.size() == 1);
    CHECK(all[0].content == mail);
}

TEST_CASE("tap: two mails on one connection are two communications")
{
    Stage stage({{"anna@example.de", target(1)}});
    Session session(stage);
    for (int i = 0; i < 2; ++i) {
        (void)session.said("MAIL FROM:<bob@example.org>");
        (void)session.said("RCPT TO:<nobody@example.de>", no_user);
        (void)session.said("RCPT TO:<anna@example.de>");
        session.message(mail, taken);
    }
    const std::vector<Captured> all = stage.captured();
    REQUIRE(all.size() == 2);
    CHECK(all[0].event.session != all[1].event.session);
}

TEST_CASE("tap: failures are events, with their cause (S6)")
{
    Stage stage({{"anna@example.de", target(1)}});
    Session session(stage);
    (void)session.said("MAIL FROM:<anna@example.de>", {550, "5.7.1", "log in"});
    (void)session.said("MAIL FROM:<anna@example.de>");
    (void)session.said("RCPT TO:<gone@example.org>", no_user);
    (void)session.said("RCPT TO:<bob@example.org>");
    (void)session.said("RSET");
    (void)session.said("MAIL FROM:<bob@example.org>");
    (void)session.said("RCPT TO:<anna@example.de>", {451, "4.7.1", "greylisted"});
    (void)session.said("RCPT TO:<anna@example.de>");
    session.message("half a ma", {552, "5.3.4", "too big"});
    (void)session.said("MAIL FROM:<>");
    (void)session.said("RCPT TO:<anna@example.de>");
    session.witness().message_begins(false);
    session.witness().heard("From: cut");
    session.witness().ended("gone");
    const std::vector<Captured> all = stage.captured();
    REQUIRE(all.size() == 6);
    const auto is = [&all](std::size_t n, What what, std::string_view code) {
        CHECK(all[n].event.what == what);
        CHECK(all[n].event.status == Status::failed);
        CHECK(all[n].event.cause.code == code);
    };
    is(0, What::sent, "550");
    is(1, What::sent, "550");
    CHECK(all[1].event.recipients == Texts{"gone@example.org"});
    CHECK(all[1].event.cause.enhanced == "5.1.1");
    is(2, What::sent, "RSET");
    CHECK(all[2].event.recipients == Texts{"bob@example.org"});
    is(3, What::received, "451");
    is(4, What::received, "552");
    CHECK(all[4].content == "half a ma");
    is(5, What::received, "gone");
    CHECK(all[5].event.sender.empty());
    CHECK(all[5].content == "From: cut");
}

TEST_CASE("tap: logins that fail or never end are events of whom they name (S2, S3)")
{
    Stage stage({{"anna@example.de", target(1)}});
    Session session(stage);
    session.log_in("anna@example.de", {535, "5.7.8", "wrong"});
    session.log_in("bob@example.de", {535, "5.7.8", "wrong"});
    session.witness().login_began("ANNA@example.de", "LOGIN");
    session.witness().ended("timeout");
    const std::vector<Captured> all = stage.captured();
    REQUIRE(all.size() == 2);
    CHECK(all[0].event.what == What::login_failed);
    CHECK(all[0].event.cause.code == "535");
    CHECK(all[1].event.what == What::login_attempt);
    CHECK(all[1].event.mechanism == "LOGIN");
}

TEST_CASE("tap: a mail from the target to itself is two communications of one measure")
{
    Stage stage({{"anna@example.de", target(1)}, {"anna@example.de", target(2, false)}});
    Session session(stage);
    (void)session.said("MAIL FROM:<anna@example.de>");
    (void)session.said("RCPT TO:<anna@example.de>");
    session.message(mail, taken);
    const std::vector<Captured> all = stage.captured();
    REQUIRE(all.size() == 4); // sent and received, for two authorities
    CHECK(all[0].event.measure == handle(1));
    CHECK(all[1].event.measure == handle(2));
    CHECK_FALSE(all[1].content);
    CHECK(all[2].event.what == What::received);
}

TEST_CASE("tap: a measure that ends while the mail comes in gets nothing of it")
{
    tap::Target brief = target(1);
    Stage stage({{"anna@example.de", brief}});
    Session session(stage);
    (void)session.said("MAIL FROM:<bob@example.org>");
    (void)session.said("RCPT TO:<anna@example.de>");
    brief.end = base::wall_microseconds();
    stage.put({{"anna@example.de", brief}});
    stage.tap().flush();
    session.message(mail, taken);
    CHECK(stage.captured().empty());
}

TEST_CASE("tap: a chunk that spoils its message ends it; the next mail is another's (S6)")
{
    Stage stage({{"anna@example.de", target(1)}});
    Session session(stage);
    (void)session.said("MAIL FROM:<bob@example.org>");
    (void)session.said("RCPT TO:<anna@example.de>");
    (void)session.said("BDAT 8");
    session.witness().message_begins(true);
    session.witness().heard("From: a\n");
    CHECK(session.said("BDAT 18446744073709551615").code == 552);
    (void)session.said("RSET");
    (void)session.said("MAIL FROM:<bob@example.org>");
    (void)session.said("RCPT TO:<carl@example.de>");
    session.message(mail, taken);
    session.witness().ended("quit");
    const std::vector<Captured> all = stage.captured();
    REQUIRE(all.size() == 1);
    CHECK(all[0].event.status == Status::failed);
    CHECK(all[0].event.cause.code == "552");
    CHECK(all[0].event.sender == "bob@example.org");
    CHECK(all[0].content == "From: a\n");
}

TEST_CASE(
    "tap: the login ends with STARTTLS and XCLIENT; what another does is its own (S11)")
{
    Stage stage({{"anna@example.de", target(1)}});
    Session session(stage);
    session.log_in("anna@example.de", {235, "2.7.0", "ok"});
    session.start_tls();
    (void)session.said("EHLO client.example");
    (void)session.said("MAIL FROM:<bob@example.org>");
    (void)session.said("RCPT TO:<carl@example.org>");
    session.message(mail, taken);
    session.log_in("bob@example.de", {235, "2.7.0", "ok"});
    (void)session.said("MAIL FROM:<bob@example.de>");
    (void)session.said("RCPT TO:<carl@example.org>");
    session.message(mail, taken);
    session.witness().ended("quit");
    const std::vector<Captured> all = stage.captured();
    REQUIRE(all.size() == 2);
    CHECK(all[1].event.what == What::logout);
    CHECK(all[1].event.user == "anna@example.de");
    CHECK(all[1].event.cause.code == "STARTTLS");
    CHECK(all[1].event.client.address == "192.0.2.1"); // who had logged in
}

TEST_CASE("tap: another's login is not told with the target's mail")
{
    Stage stage({{"anna@example.de", target(1)}});
    Session session(stage);
    session.log_in("robert", {235, "2.7.0", "ok"});
    for (const char* const sender : {"bob@example.de", "anna@example.de"}) {
        (void)session.said("MAIL FROM:<" + std::string(sender) + "> AUTH=robert@here");
        (void)session.said("RCPT TO:<anna@example.de>");
        session.message(mail, taken);
    }
    session.witness().ended("quit");
    const std::vector<Captured> all = stage.captured();
    REQUIRE(all.size() == 3); // received, sent, received
    for (const Captured& one : all) {
        CHECK(one.event.user.empty());
        CHECK(feature(one.event, "AUTH").empty());
        CHECK(one.event.session_begin == 0);
        CHECK(one.event.matched == "anna@example.de");
        CHECK_FALSE(one.event.sender_validated);
    }
    CHECK(all[0].event.session != all[1].event.session);
}

TEST_CASE("tap: DATA that is refused, and refusals by policy (S6, S12)")
{
    Stage stage({{"anna@example.de", target(1)}});
    Session session(stage);
    (void)session.said("MAIL FROM:<anna@example.de>");
    (void)session.said("RCPT TO:<bob@example.org>", {554, "5.7.1", "relay access denied"});
    CHECK(session.said("DATA").code == 554);
    (void)session.said("RSET");
    const std::vector<Captured> all = stage.captured();
    REQUIRE(all.size() == 3);
    CHECK(all[0].event.cause.layer == "policy");
    CHECK(all[1].event.cause.layer == "protocol");
    CHECK(all[1].event.cause.text == "no valid recipients");
    CHECK(all[2].event.cause.code == "RSET");
}

TEST_CASE("tap: a mail that ends a session is one failure")
{
    Stage stage({{"anna@example.de", target(1)}});
    Session session(stage);
    (void)session.said("MAIL FROM:<bob@example.org>");
    (void)session.said("RCPT TO:<anna@example.de>");
    session.witness().message_begins(false);
    session.witness().heard("endless");
    session.witness().message_done({552, "5.3.4", "closing"}, {});
    session.witness().ended("refused");
    CHECK(stage.captured().size() == 1);
}
