// SPDX-License-Identifier: Apache-2.0
// The rules, told as dialogues: what the client says, what the verdict is.
#include "smtp/transaction.h"

#include <doctest/doctest.h>
#include <initializer_list>
#include <string>
#include <vector>

namespace {

using smtp::Then;
using smtp::Transaction;
using smtp::Verdict;

smtp::Service service()
{
    smtp::Service offered;
    offered.hostname = "mx.example.org";
    offered.starttls = true;
    offered.mechanisms = {"PLAIN", "LOGIN"};
    return offered;
}

Verdict hear(Transaction& transaction, std::string_view line, bool more = false)
{
    return transaction.judge(smtp::parse_command(line, transaction.command_options()),
                             more);
}

// Answers every question with yes, as a session without opinions would.
Verdict agree(Transaction& transaction, std::string_view line)
{
    const Verdict verdict = hear(transaction, line);
    switch (verdict.then) {
    case Then::check_sender:
        return transaction.accept_sender();
    case Then::check_recipient:
        return transaction.accept_recipient();
    case Then::take_chunk:
        return verdict.last_chunk ? transaction.message_done({250, "2.0.0", "taken"})
                                  : transaction.chunk_done();
    default:
        return verdict;
    }
}

struct Said {
    std::string_view line;
    int code;
    std::string_view enhanced = "";
};

void converse(Transaction& transaction, std::initializer_list<Said> dialogue)
{
    for (const Said& said : dialogue) {
        CAPTURE(said.line);
        const Verdict verdict = agree(transaction, said.line);
        CHECK(verdict.reply.code == said.code);
        if (!said.enhanced.empty())
            CHECK(verdict.reply.enhanced == said.enhanced);
        if (verdict.then == Then::take_data)
            CHECK(transaction.message_done({250, "2.0.0", "taken"}).reply.code == 250);
    }
}

} // namespace

TEST_CASE("smtp: an ordinary session")
{
    Transaction transaction(service());
    CHECK(smtp::wire(transaction.greeting()) == "220 mx.example.org ESMTP\r\n");
    converse(transaction, {{"EHLO client.example", 250},
                           {"MAIL FROM:<a@b>", 250, "2.1.0"},
                           {"RCPT TO:<c@d>", 250, "2.1.5"},
                           {"RCPT TO:<e@f>", 250, "2.1.5"}});
    CHECK(transaction.helo() == "client.example");
    CHECK(transaction.envelope().mail.sender.mailbox == "a@b");
    REQUIRE(transaction.envelope().recipients.size() == 2);
    CHECK(transaction.envelope().recipients[1].recipient.mailbox == "e@f");
    converse(transaction, {{"DATA", 354},
                           {"MAIL FROM:<>", 250},
                           {"RCPT TO:<c@d>", 250},
                           {"DATA", 354},
                           {"QUIT", 221}});
    CHECK(transaction.messages() == 2);
}

TEST_CASE("smtp: commands out of order")
{
    Transaction transaction(service());
    converse(transaction, {{"MAIL FROM:<a@b>", 503, "5.5.1"},
                           {"RCPT TO:<a@b>", 503},
                           {"DATA", 503},
                           {"NOOP", 250},
                           {"RSET", 250},
                           {"MAIL FROM:<a@b>", 503},
                           {"HELO client", 250},
                           {"RCPT TO:<a@b>", 503},
                           {"DATA", 503},
                           {"MAIL FROM:<a@b>", 250},
                           {"MAIL FROM:<a@b>", 503}});
    transaction.tls_started(); // a clean start again, errors stay
    CHECK(transaction.errors() == 7);
    converse(transaction, {{"EHLO client", 250},
                           {"MAIL FROM:<a@b>", 250},
                           {"DATA", 503},
                           {"RSET", 250},
                           {"RCPT TO:<a@b>", 503}});
}

TEST_CASE("smtp: RSET, EHLO and HELO forget the message")
{
    for (const std::string_view line : {"RSET", "EHLO again", "HELO again"}) {
        Transaction transaction(service());
        converse(transaction, {{"EHLO client", 250},
                               {"MAIL FROM:<a@b> SMTPUTF8", 250},
                               {"RCPT TO:<c@d>", 250},
                               {line, 250}});
        CHECK(transaction.envelope().recipients.empty());
        CHECK_FALSE(transaction.command_options().smtputf8);
        converse(transaction, {{"DATA", 503}, {"MAIL FROM:<x@y>", 250}});
    }
}

TEST_CASE("smtp: the session decides about senders and recipients")
{
    Transaction transaction(service());
    converse(transaction, {{"EHLO client", 250}});
    CHECK(hear(transaction, "MAIL FROM:<a@b> SIZE=7").then == Then::check_sender);
    CHECK(transaction.envelope().mail.size == 7);
    CHECK(transaction.refuse_sender({550, "5.7.1", "no"}).reply.code == 550);
    CHECK(hear(transaction, "RCPT TO:<c@d>").reply.code == 503);
    CHECK(hear(transaction, "MAIL FROM:<a@b>").then == Then::check_sender);
    CHECK(transaction.accept_sender().reply.code == 250);
    CHECK(hear(transaction, "RCPT TO:<c@d>").then == Then::check_recipient);
    CHECK(transaction.candidate().recipient.mailbox == "c@d");
    CHECK(transaction.refuse_recipient({550, "5.1.1", "no"}).reply.enhanced == "5.1.1");
    CHECK(hear(transaction, "DATA").reply.code == 554);
    converse(transaction, {{"RCPT TO:<e@f>", 250}});
    CHECK(hear(transaction, "RCPT TO:<g@h>").then == Then::check_recipient);
    (void)transaction.refuse_recipient({451, "4.3.0", "later"});
    converse(transaction, {{"DATA", 354}});
    CHECK(transaction.messages() == 1);
    CHECK(transaction.errors() == 0);
}

TEST_CASE("smtp: limits of a transaction")
{
    smtp::Service offered = service();
    offered.limits.recipients = 2;
    offered.limits.messages = 1;
    offered.limits.message_size = 1000;
    Transaction transaction(offered);
    converse(transaction, {{"EHLO client", 250},
                           {"MAIL FROM:<a@b> SIZE=1001", 552, "5.3.4"},
                           {"MAIL FROM:<a@b> SIZE=1000", 250},
                           {"RCPT TO:<a@b>", 250},
                           {"RCPT TO:<a@c>", 250},
                           {"RCPT TO:<a@d>", 452, "4.5.3"},
                           {"DATA", 354}});
    const Verdict verdict = agree(transaction, "MAIL FROM:<a@b>");
    CHECK(verdict.then == Then::hang_up);
    CHECK(verdict.reply.code == 421);
}

TEST_CASE("smtp: errors are counted, delayed, and end the session")
{
    smtp::Service offered = service();
    offered.limits.soft_errors = 2;
    offered.limits.errors = 4;
    offered.limits.unknown_commands = 9;
    Transaction transaction(offered);
    CHECK_FALSE(hear(transaction, "FOO").delay);
    CHECK_FALSE(hear(transaction, "DATA").delay);
    CHECK(hear(transaction, "MAIL FROM:a").delay);
    const Verdict last = hear(transaction, "RCPT");
    CHECK(last.then == Then::hang_up);
    CHECK(last.reply.code == 421);
}

TEST_CASE("smtp: unknown commands and idle talk have limits of their own")
{
    smtp::Service offered = service();
    offered.limits.unknown_commands = 1;
    offered.limits.commands_without_mail = 3;
    Transaction transaction(offered);
    CHECK(hear(transaction, "FOO").reply.code == 500);
    CHECK(hear(transaction, "FOO").then == Then::hang_up);

    Transaction idle(offered);
    converse(idle, {{"EHLO x", 250}, {"NOOP", 250}, {"VRFY a", 252}});
    CHECK(hear(idle, "RSET").then == Then::hang_up);

    Transaction busy(offered);
    converse(busy, {{"EHLO x", 250},
                    {"NOOP", 250},
                    {"MAIL FROM:<a@b>", 250},
                    {"RCPT TO:<a@b>", 250},
                    {"DATA", 354},
                    {"NOOP", 250},
                    {"HELP", 214},
                    {"RSET", 250}});
    CHECK(hear(busy, "NOOP").then == Then::hang_up);
}

TEST_CASE("smtp: HTTP is shown the door at once")
{
    Transaction transaction(service());
    CHECK(hear(transaction, "GET / HTTP/1.1").then == Then::hang_up);
    CHECK(hear(transaction, "Host: x").then == Then::hang_up);
}

TEST_CASE("smtp: STARTTLS forgets everything said before")
{
    Transaction transaction(service());
    converse(transaction, {{"EHLO client", 250}});
    CHECK(hear(transaction, "STARTTLS").then == Then::start_tls);
    transaction.tls_started();
    CHECK(transaction.helo().empty());
    converse(transaction,
             {{"MAIL FROM:<a@b>", 503}, {"STARTTLS", 503}, {"EHLO again", 250}});
    CHECK(transaction.protocol() == "ESMTPS");
}

TEST_CASE("smtp: plaintext behind STARTTLS ends the session")
{
    Transaction transaction(service());
    converse(transaction, {{"EHLO client", 250}});
    const Verdict verdict = hear(transaction, "STARTTLS", true);
    CHECK(verdict.then == Then::hang_up);
    CHECK(verdict.reply.code == 554);
}

TEST_CASE("smtp: STARTTLS in the wrong place")
{
    Transaction transaction(service());
    converse(transaction,
             {{"EHLO client", 250}, {"MAIL FROM:<a@b>", 250}, {"STARTTLS", 503}});
    smtp::Service plain = service();
    plain.starttls = false;
    Transaction without(plain);
    converse(without, {{"EHLO client", 250}, {"STARTTLS", 502}});
}

TEST_CASE("smtp: what must come first")
{
    smtp::Service offered = service();
    offered.tls_required = true;
    offered.auth_required = true;
    offered.etrn = true;
    Transaction transaction(offered);
    converse(transaction, {{"EHLO client", 250},
                           {"MAIL FROM:<a@b>", 530, "5.7.0"},
                           {"VRFY a", 530},
                           {"ETRN example.org", 530},
                           {"AUTH PLAIN", 538, "5.7.11"}});
    transaction.tls_started();
    converse(transaction, {{"AUTH PLAIN", 503},
                           {"EHLO client", 250},
                           {"MAIL FROM:<a@b>", 530},
                           {"AUTH CRAM-MD5", 504}});
    CHECK(hear(transaction, "AUTH PLAIN").then == Then::authenticate);
    CHECK(transaction.auth_done("anna").reply.code == 235);
    CHECK(transaction.login() == "anna");
    CHECK(transaction.protocol() == "ESMTPSA");
    converse(transaction,
             {{"AUTH PLAIN", 503}, {"MAIL FROM:<a@b> SMTPUTF8", 250}, {"AUTH PLAIN", 503}});
    CHECK(transaction.protocol() == "UTF8SMTPSA");
}

TEST_CASE("smtp: failed logins end the session")
{
    Transaction transaction(service(), true);
    converse(transaction, {{"EHLO client", 250}});
    const smtp::Reply wrong{535, "5.7.8", "wrong"};
    CHECK(transaction.auth_failed({454, "4.7.0", "later"}).reply.code == 454);
    CHECK(transaction.auth_failed(wrong).reply.code == 535);
    CHECK(transaction.auth_failed(wrong).reply.code == 535);
    CHECK(transaction.auth_cancelled().reply.code == 501);
    CHECK(transaction.auth_failed(wrong).then == Then::hang_up);
}

TEST_CASE("smtp: XCLIENT begins anew with the true client")
{
    smtp::Service offered = service();
    Transaction stranger(offered);
    converse(stranger, {{"EHLO client", 250}, {"XCLIENT ADDR=192.0.2.1", 550}});
    offered.xclient = true;
    Transaction transaction(offered);
    converse(transaction, {{"EHLO proxy", 250}});
    const auto command = smtp::parse_command("XCLIENT HELO=true.example LOGIN=anna");
    CHECK(transaction.judge(command).then == Then::apply_xclient);
    const Verdict verdict =
        transaction.xclient_applied(std::get<smtp::Xclient>(command).client);
    CHECK(verdict.reply == transaction.greeting());
    converse(transaction, {{"MAIL FROM:<a@b>", 503}, {"EHLO proxy", 250}});
    CHECK(transaction.helo() == "true.example");
    CHECK(transaction.login() == "anna");
    converse(transaction, {{"MAIL FROM:<a@b>", 250}, {"XCLIENT ADDR=192.0.2.1", 503}});
}

TEST_CASE("smtp: nothing of a client stays for the next one XCLIENT names")
{
    smtp::Service offered = service();
    offered.xclient = true;
    for (const char* next : {"XCLIENT ADDR=192.0.2.2", "XCLIENT NAME=b.example",
                             "XCLIENT LOGIN=[UNAVAILABLE]"}) {
        CAPTURE(next);
        Transaction transaction(offered);
        const auto hear_of = [&transaction](std::string_view line) {
            const auto command = smtp::parse_command(line);
            REQUIRE(transaction.judge(command).then == Then::apply_xclient);
            (void)transaction.xclient_applied(std::get<smtp::Xclient>(command).client);
        };
        hear_of("XCLIENT ADDR=192.0.2.1 LOGIN=anna HELO=a.example");
        hear_of("XCLIENT PORT=4711"); // the same one, in more words
        CHECK(transaction.login() == "anna");
        CHECK(transaction.helo() == "a.example");
        hear_of(next);
        CHECK(transaction.login().empty());
        CHECK(transaction.helo().empty());

        hear_of("XCLIENT HELO=a.example");
        CHECK(transaction.helo() == "a.example");
        transaction.tls_started(); // said in the clear, by whoever was between us
        CHECK(transaction.helo().empty());
    }
}

TEST_CASE("smtp: BDAT, chunk by chunk")
{
    Transaction transaction(service());
    converse(transaction, {{"EHLO client", 250},
                           {"MAIL FROM:<a@b> BODY=BINARYMIME", 250},
                           {"RCPT TO:<c@d>", 250},
                           {"DATA", 503, "5.5.1"}});
    const Verdict first = hear(transaction, "BDAT 86");
    CHECK(first.then == Then::take_chunk);
    CHECK(first.chunk_size == 86);
    CHECK_FALSE(first.last_chunk);
    CHECK(transaction.chunk_done().reply.text == "86 octets received");
    CHECK(transaction.in_chunks());
    converse(transaction,
             {{"DATA", 503}, {"RCPT TO:<e@f>", 503}, {"MAIL FROM:<a@b>", 503}});
    const Verdict last = hear(transaction, "BDAT 0 LAST");
    CHECK(last.last_chunk);
    CHECK(transaction.message_done({250, "2.0.0", "taken"}).reply.code == 250);
    CHECK_FALSE(transaction.in_chunks());
    converse(transaction, {{"MAIL FROM:<a@b>", 250}});
}

TEST_CASE("smtp: a refused chunk is swallowed, and so is the rest of its message")
{
    smtp::Service offered = service();
    offered.limits.message_size = 100;
    Transaction transaction(offered);
    converse(transaction, {{"EHLO client", 250}});
    const Verdict early = hear(transaction, "BDAT 10");
    CHECK(early.then == Then::swallow_chunk);
    CHECK(early.chunk_size == 10);
    CHECK(early.reply.code == 503);

    converse(transaction,
             {{"MAIL FROM:<a@b>", 250}, {"RCPT TO:<c@d>", 250}, {"BDAT 60", 250}});
    const Verdict big = hear(transaction, "BDAT 41");
    CHECK(big.then == Then::swallow_chunk);
    CHECK(big.reply.code == 552);
    CHECK(hear(transaction, "BDAT 5 LAST").then == Then::swallow_chunk);

    converse(transaction, {{"MAIL FROM:<a@b>", 250}, {"RCPT TO:<c@d>", 250}});
    CHECK(hear(transaction, "BDAT 5 FIRST").reply.code == 501);

    converse(transaction,
             {{"MAIL FROM:<a@b>", 250}, {"RCPT TO:<c@d>", 250}, {"BDAT 60", 250}});
    const Verdict endless = hear(transaction, "BDAT 18446744073709551615");
    CHECK(endless.then == Then::hang_up);
    CHECK(endless.reply.code == 552);
    CHECK(hear(transaction, "BDAT 99999999999999999999").then == Then::hang_up);
}

TEST_CASE("smtp: a chunk nobody can take is refused by the session")
{
    Transaction transaction(service());
    converse(transaction,
             {{"EHLO client", 250}, {"MAIL FROM:<a@b>", 250}, {"RCPT TO:<c@d>", 250}});
    CHECK(hear(transaction, "BDAT 10").then == Then::take_chunk);
    CHECK(transaction.message_done({452, "4.3.1", "full"}).reply.code == 452);
    CHECK(transaction.messages() == 0);
    CHECK(hear(transaction, "BDAT 10 LAST").then == Then::swallow_chunk);
    CHECK(transaction.message_done({421, "4.3.2", "stop"}).then == Then::hang_up);
}

TEST_CASE("smtp: a text sent ahead of a refused DATA never becomes commands")
{
    Transaction transaction(service());
    converse(transaction, {{"EHLO client", 250}});
    const Verdict early = hear(transaction, "DATA", true);
    CHECK(early.then == Then::hang_up);
    CHECK(early.reply.code == 503);

    Transaction binary(service());
    converse(binary, {{"EHLO client", 250},
                      {"MAIL FROM:<a@b> BODY=BINARYMIME", 250},
                      {"RCPT TO:<c@d>", 250}});
    CHECK(hear(binary, "DATA", true).then == Then::hang_up);
    CHECK(hear(binary, "DATA").then == Then::listen);

    Transaction full(service());
    converse(full,
             {{"EHLO client", 250}, {"MAIL FROM:<a@b>", 250}, {"RCPT TO:<c@d>", 250}});
    CHECK(hear(full, "DATA").then == Then::take_data);
    CHECK(full.refuse_data({452, "4.3.1", "no space"}).then == Then::listen);
    converse(full, {{"MAIL FROM:<a@b>", 250}, {"RCPT TO:<c@d>", 250}});
    CHECK(hear(full, "DATA", true).then == Then::take_data);
    CHECK(full.refuse_data({452, "4.3.1", "no space"}).then == Then::hang_up);
}

TEST_CASE("smtp: no limit of size, AUTH without TLS, odd ends")
{
    smtp::Service offered = service();
    offered.limits.message_size = 0;
    offered.limits.errors = 2;
    offered.auth_without_tls = true;
    offered.xclient = true;
    Transaction transaction(offered);
    converse(transaction,
             {{"EHLO client", 250}, {"MAIL FROM:<a@b> SIZE=99999999999 SMTPUTF8", 250}});
    CHECK(transaction.protocol() == "UTF8SMTP");
    converse(transaction, {{"RSET", 250}});
    CHECK(hear(transaction, "AUTH LOGIN").then == Then::authenticate);
    CHECK(hear(transaction, "XCLIENT PORT=1").then == Then::apply_xclient);
    CHECK(transaction.xclient_applied({}).reply.code == 220);
    CHECK(hear(transaction, "BDAT 10").then == Then::swallow_chunk);
    const Verdict last = hear(transaction, "BDAT 10");
    CHECK(last.then == Then::hang_up);
    CHECK(last.reply.code == 421);
}

TEST_CASE("smtp: the EHLO answer offers what is on")
{
    smtp::Service offered = service();
    offered.limits.message_size = 1000;
    offered.limits.recipients = 7;
    Transaction transaction(offered);
    const std::string plain = smtp::wire(hear(transaction, "EHLO x").reply);
    CHECK(plain ==
          "250-mx.example.org\r\n250-PIPELINING\r\n250-SIZE 1000\r\n250-8BITMIME\r\n"
          "250-SMTPUTF8\r\n250-ENHANCEDSTATUSCODES\r\n250-DSN\r\n250-CHUNKING\r\n"
          "250-BINARYMIME\r\n250-STARTTLS\r\n250-LIMITS RCPTMAX=7\r\n250-VRFY\r\n"
          "250 HELP\r\n");
    transaction.tls_started();
    const std::string tls = smtp::wire(hear(transaction, "EHLO x").reply);
    CHECK_FALSE(tls.contains("STARTTLS"));
    CHECK(tls.contains("250-AUTH PLAIN LOGIN\r\n"));

    offered.xclient = offered.etrn = true;
    offered.chunking = offered.dsn = offered.smtputf8 = false;
    offered.limits.messages = 3;
    Transaction other(offered);
    const std::string text = smtp::wire(hear(other, "EHLO x").reply);
    CHECK(text.contains("250-XCLIENT NAME ADDR"));
    CHECK(text.contains("250-ETRN\r\n"));
    CHECK(text.contains("250-LIMITS RCPTMAX=7 MAILMAX=3\r\n"));
    CHECK_FALSE(text.contains("CHUNKING"));
    converse(other, {{"MAIL FROM:<a@b> SMTPUTF8", 555},
                     {"MAIL FROM:<a@b> BODY=BINARYMIME", 555},
                     {"MAIL FROM:<a@b> RET=FULL", 555},
                     {"MAIL FROM:<a@b> ENVID=x", 555},
                     {"MAIL FROM:<a@b>", 250},
                     {"RCPT TO:<a@b> NOTIFY=NEVER", 555},
                     {"RCPT TO:<a@b> ORCPT=rfc822;x", 555},
                     {"RCPT TO:<a@b>", 250},
                     {"BDAT 1", 502}});
    CHECK(smtp::wire(hear(other, "HELO x").reply) == "250 mx.example.org\r\n");
    CHECK(other.protocol() == "SMTP");
}

TEST_CASE("smtp: ETRN, EXPN and the rest")
{
    smtp::Service offered = service();
    offered.mechanisms.clear();
    Transaction without(offered);
    converse(without,
             {{"EHLO x", 250}, {"ETRN a.b", 502}, {"EXPN a", 502}, {"AUTH PLAIN", 503}});
    offered.etrn = true;
    Transaction transaction(offered);
    converse(transaction, {{"ETRN a.b", 503}, {"EHLO x", 250}});
    CHECK(hear(transaction, "ETRN a.b").then == Then::flush_queue);
    CHECK(hear(transaction, "QUIT").then == Then::hang_up);
    CHECK(transaction.judge(smtp::bare_newline()).then == Then::hang_up);
    CHECK(transaction.judge(smtp::line_too_long()).reply.code == 500);
}
