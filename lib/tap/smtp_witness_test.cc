// SPDX-License-Identifier: Apache-2.0
#include "tap/smtp_witness.h"
#include "tap/stage_test.h"

using li::Status;
using li::What;
using tap::test::Captured;
using tap::test::handle;
using tap::test::Stage;
using tap::test::target;
using Texts = std::vector<std::string>;

namespace {

// A session that accepts everything but what a test says, and tells its witness.
class Session final : public tap::SmtpScene {
public:
    explicit Session(Stage& stage) : witness_(stage.tap(), *this, "7-1")
    {
        (void)said("EHLO client.example");
    }

    // A reply other than "": what the one who is asked says.
    smtp::Reply said(const std::string& line, const smtp::Reply& refusal = {})
    {
        const smtp::Command command =
            smtp::parse_command(line, dialogue_.command_options());
        witness_.about_to(command);
        smtp::Verdict verdict = dialogue_.judge(command);
        if (verdict.then == smtp::Then::check_sender)
            verdict = refusal.positive() ? dialogue_.accept_sender()
                                         : dialogue_.refuse_sender(refusal);
        if (verdict.then == smtp::Then::check_recipient)
            verdict = refusal.positive() ? dialogue_.accept_recipient()
                                         : dialogue_.refuse_recipient(refusal);
        witness_.answered(command, verdict.reply);
        return verdict.reply;
    }
    void message(const std::string& wire, const smtp::Reply& outcome, bool chunks = false)
    {
        (void)dialogue_.judge(smtp::parse_command("DATA", {}));
        witness_.message_begins(chunks);
        for (const char c : wire)
            witness_.heard(std::string_view(&c, 1));
        witness_.message_done(outcome, outcome.positive() ? "QUEUEID" : "");
        (void)dialogue_.message_done(outcome);
    }
    void log_in(const std::string& user, const smtp::Reply& reply)
    {
        witness_.login_began(user, "PLAIN");
        if (reply.positive())
            (void)dialogue_.auth_done(user);
        witness_.login_ended(user, "PLAIN", reply);
    }
    tap::SmtpWitness& witness() { return witness_; }

    [[nodiscard]] tap::Party party() const override
    {
        return {.client = {"192.0.2.1", 49152},
                .server = {"198.51.100.25", 25},
                .tls = "TLSv1.3 X",
                .client_octets = 10,
                .server_octets = 20};
    }
    [[nodiscard]] const smtp::Transaction& dialogue() const override { return dialogue_; }

private:
    smtp::Transaction dialogue_{[] {
        smtp::Service service;
        service.hostname = "mx.example";
        return service;
    }()};
    tap::SmtpWitness witness_;
};

const smtp::Reply taken{250, "2.0.0", "queued"};
const smtp::Reply no_user{550, "5.1.1", "no such user"};
const std::string mail = "Message-ID: <1@example.de>\r\nFrom: x@y\r\n\r\nhi\r\n.\r\n";

} // namespace

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
