// SPDX-License-Identifier: Apache-2.0
#include "smtp/command.h"
#include "smtp/parameters.h"

#include <doctest/doctest.h>
#include <string>

using namespace std::literals;

namespace {

template <class Wanted>
Wanted parsed(std::string_view line, const smtp::CommandOptions& options = {})
{
    CAPTURE(line);
    const smtp::Command command = smtp::parse_command(line, options);
    REQUIRE(std::holds_alternative<Wanted>(command));
    return std::get<Wanted>(command);
}

int refused(std::string_view line, const smtp::CommandOptions& options = {})
{
    return parsed<smtp::Malformed>(line, options).reply.code;
}

} // namespace

TEST_CASE("smtp: plain commands")
{
    (void)parsed<smtp::Data>("DATA");
    (void)parsed<smtp::Data>("data ");
    (void)parsed<smtp::Rset>("RSET");
    (void)parsed<smtp::Quit>("quit");
    (void)parsed<smtp::StartTls>("StartTLS");
    (void)parsed<smtp::Noop>("NOOP");
    (void)parsed<smtp::Noop>("NOOP whatever you say");
    (void)parsed<smtp::Help>("HELP MAIL");
    CHECK(parsed<smtp::Vrfy>("VRFY anna").what == "anna");
    CHECK(parsed<smtp::Vrfy>("VRFY \xc3\xbc SMTPUTF8").what == "\xc3\xbc SMTPUTF8");
    CHECK(parsed<smtp::Expn>("EXPN list").what == "list");
    CHECK(parsed<smtp::Helo>("HELO mx.example.org").name == "mx.example.org");
    CHECK(parsed<smtp::Ehlo>("EHLO  [192.0.2.1] ").name == "[192.0.2.1]");
    CHECK(parsed<smtp::Etrn>("ETRN Example.Org").node == "example.org");
    CHECK(parsed<smtp::Etrn>("ETRN @Example.Org").node == "@example.org");
    CHECK(parsed<smtp::Etrn>("ETRN #example.org").node == "#example.org");
    CHECK(parsed<smtp::Auth>("AUTH plain").mechanism == "PLAIN");
    CHECK_FALSE(parsed<smtp::Auth>("AUTH plain").initial);
    CHECK(parsed<smtp::Auth>("AUTH PLAIN =").initial == "=");
    CHECK(parsed<smtp::Auth>("AUTH PLAIN AGEAYg==").initial == "AGEAYg==");
    CHECK(parsed<smtp::Xclient>("XCLIENT ADDR=192.0.2.1 NAME=a.b").client.name == "a.b");
}

TEST_CASE("smtp: commands that are malformed")
{
    struct Row {
        std::string line;
        int code;
    };
    const Row rows[] = {
        {"DATA now", 501},
        {"QUIT x", 501},
        {"STARTTLS x", 501},
        {"HELO", 501},
        {"EHLO ", 501},
        {"HELO two words", 501},
        {"EHLO " + std::string(256, 'a'), 501},
        {"EHLO gr\xc3\xbcn", 501},
        {"VRFY", 501},
        {"VRFY \xc3\xbc", 501},
        {"EXPN \xff SMTPUTF8", 501},
        {"AUTH", 501},
        {"AUTH PLAIN a b", 501},
        {"ETRN", 501},
        {"ETRN a b", 501},
        {"ETRN &x", 501},
        {"XCLIENT", 501},
        {"XCLIENT COLOUR=red", 501},
        {"NOOP\tx", 500},
        {"NOOP\rx", 500},
        {"NOOP\nx", 500},
        {"NOOP\0"s, 500},
        {"\x16\x03\x01\x02", 500},
        {"MAIL", 501},
        {"MAIL FROM", 501},
        {"MAIL TO:<a@b>", 501},
        {"MAIL FROM:", 501},
        {"MAIL FROM:a@b", 501},
        {"MAIL FROM:<a@b", 501},
        {"MAIL FROM:<a@b>SIZE=1", 501},
        {"MAIL FROM:<a>", 501},
        {"MAIL FROM:<a b@c>", 501},
        {"MAIL FROM:<\xc3\xbc@b>", 553},
        {"MAIL FROM:<\xff@b> SMTPUTF8", 553},
        {"RCPT TO:<>", 501},
        {"RCPT TO:<\xc3\xbc@b>", 553},
        {"RCPT FROM:<a@b>", 501},
        {"RCPT TO:<a@b>\nMAIL FROM:<x@y>", 500},
    };
    for (const Row& row : rows)
        CHECK(refused(row.line) == row.code);
    CHECK(refused("MAIL FROM: <a@b>", {.space_after_colon = false}) == 501);
}

TEST_CASE("smtp: MAIL with its parameters")
{
    const auto mail =
        parsed<smtp::Mail>("mail from: <Anna@Example.org>  size=1000 body=8bitmime "
                           "RET=hdrs ENVID=QQ+2B314 AUTH=e+3Dmc2@example.com  ");
    CHECK(mail.sender.mailbox == "Anna@example.org");
    CHECK(mail.size == 1000);
    CHECK(mail.body == smtp::Body::eight_bit_mime);
    CHECK(mail.ret == smtp::Ret::headers);
    CHECK(mail.envid == "QQ+2B314");
    CHECK(mail.auth == "e=mc2@example.com");
    CHECK_FALSE(mail.smtputf8);
    const auto other =
        parsed<smtp::Mail>("MAIL FROM:<> BODY=BINARYMIME RET=FULL AUTH=<> SMTPUTF8");
    CHECK(other.sender.null());
    CHECK(other.body == smtp::Body::binary_mime);
    CHECK(other.ret == smtp::Ret::full);
    CHECK(other.auth == "");
    CHECK(other.smtputf8);
    CHECK(parsed<smtp::Mail>("MAIL FROM:<\xc3\xbc@b> SMTPUTF8").sender.utf8);
    CHECK(parsed<smtp::Mail>("MAIL FROM:<a@b> BODY=7BIT").body == smtp::Body::seven_bit);
    CHECK(parsed<smtp::Mail>("MAIL FROM:<a@b> SIZE=18446744073709551615").size ==
          UINT64_MAX);
}

TEST_CASE("smtp: RCPT with its parameters")
{
    const auto rcpt = parsed<smtp::Rcpt>("RCPT TO:<\"a> b\"@c> NOTIFY=success,DELAY "
                                         "ORCPT=rfc822;bob+40example.org");
    CHECK(rcpt.recipient.mailbox == "\"a> b\"@c");
    CHECK(rcpt.notify == (smtp::notify_success | smtp::notify_delay));
    CHECK(rcpt.orcpt == "rfc822;bob+40example.org");
    CHECK(parsed<smtp::Rcpt>("RCPT TO:<a@b> NOTIFY=NEVER").notify == smtp::notify_never);
    CHECK(parsed<smtp::Rcpt>("RCPT TO:<a@b> NOTIFY=FAILURE").notify ==
          smtp::notify_failure);
    CHECK(parsed<smtp::Rcpt>("RCPT TO:<Postmaster>").recipient.mailbox == "Postmaster");
    CHECK(parsed<smtp::Rcpt>("RCPT TO:<@x,@y:a@b>").recipient.source_route);
    const smtp::CommandOptions utf8{.smtputf8 = true};
    CHECK(parsed<smtp::Rcpt>("RCPT TO:<\xc3\xbc@b> ORCPT=utf-8;\xc3\xbc@b", utf8).orcpt ==
          "utf-8;\xc3\xbc@b");
    CHECK(parsed<smtp::Rcpt>("RCPT TO:<a@b> ORCPT=utf-8;\\x{FC}@b", utf8).recipient.utf8 ==
          false);
}

TEST_CASE("smtp: parameters that are refused")
{
    struct Row {
        std::string parameters;
        int code;
    };
    const Row mail[] = {
        {"FOO", 555},
        {"FOO=1", 555},
        {"=1", 555},
        {"NOTIFY=NEVER", 555},
        {"SIZE=1 SIZE=1", 501},
        {"size=1 BODY=7BIT SIZE=2", 501},
        {"SMTPUTF8 SMTPUTF8", 501},
        {"SIZE", 501},
        {"SIZE=", 501},
        {"SIZE=-1", 501},
        {"SIZE=+1", 501},
        {"SIZE=1k", 501},
        {"SIZE=18446744073709551616", 501},
        {"SIZE=000000000000000000001", 501},
        {"BODY", 501},
        {"BODY=9BIT", 501},
        {"SMTPUTF8=1", 501},
        {"RET=SOME", 501},
        {"RET", 501},
        {"ENVID", 501},
        {"ENVID=", 501},
        {"ENVID=a+", 501},
        {"ENVID=a=b", 501},
        {"ENVID=a+0D+0A", 501},
        {"ENVID=a+FF", 501},
        {"ENVID=" + std::string(101, 'a'), 501},
        {"AUTH", 501},
        {"AUTH=", 501},
        {"AUTH=a+00b", 501},
        {"AUTH=" + std::string(501, 'a'), 501},
    };
    for (const Row& row : mail)
        CHECK(refused("MAIL FROM:<a@b> " + row.parameters) == row.code);
    const Row rcpt[] = {
        {"SIZE=1", 555},
        {"NOTIFY=NEVER NOTIFY=NEVER", 501},
        {"NOTIFY", 501},
        {"NOTIFY=", 501},
        {"NOTIFY=NEVER,SUCCESS", 501},
        {"NOTIFY=SUCCESS,", 501},
        {"NOTIFY=SUCCESS,SUCCESS", 501},
        {"NOTIFY=SOMETIMES", 501},
        {"ORCPT", 501},
        {"ORCPT=rfc822", 501},
        {"ORCPT=rfc822;", 501},
        {"ORCPT=;a", 501},
        {"ORCPT=r_c;a", 501},
        {"ORCPT=rfc822;a+0Ab", 501},
        {"ORCPT=utf-8;\xc3\xbc", 501},
        {"ORCPT=rfc822;" + std::string(500, 'a'), 501},
    };
    for (const Row& row : rcpt)
        CHECK(refused("RCPT TO:<a@b> " + row.parameters) == row.code);
    const smtp::CommandOptions utf8{.smtputf8 = true};
    CHECK(refused("RCPT TO:<a@b> ORCPT=utf-8;\xff", utf8) == 501);
    CHECK(refused("RCPT TO:<a@b> ORCPT=rfc822;\xc3\xbc", utf8) == 501);
}

TEST_CASE("smtp: BDAT has one decimal number that fits")
{
    CHECK(parsed<smtp::Bdat>("BDAT 0").size == 0);
    CHECK(parsed<smtp::Bdat>("BDAT 4294967296").size == 4294967296);
    CHECK(parsed<smtp::Bdat>("BDAT 18446744073709551615 last").size == UINT64_MAX);
    CHECK(parsed<smtp::Bdat>("bdat 10  LAST ").last);
    CHECK_FALSE(parsed<smtp::Bdat>("BDAT 10").last);
    CHECK(parsed<smtp::Bdat>("BDAT 10 LAST LAST").garbled);
    CHECK(parsed<smtp::Bdat>("BDAT 10 20").garbled);
    for (const std::string_view bad :
         {"BDAT", "BDAT LAST", "BDAT -1", "BDAT +1", "BDAT 0x10", "BDAT 10x", "BDAT 1e3",
          "BDAT 18446744073709551616", "BDAT 99999999999999999999999 LAST"}) {
        const auto found = parsed<smtp::Malformed>(bad);
        CHECK(found.reply.code == 501);
        CHECK(found.out_of_step);
    }
}

TEST_CASE("smtp: strangers")
{
    CHECK(parsed<smtp::Unknown>("FOO bar").verb == "FOO");
    CHECK(parsed<smtp::Unknown>("").verb == "?");
    CHECK(parsed<smtp::Unknown>("\xff\xfe").verb == "?");
    CHECK(parsed<smtp::Unknown>("MAILFROM:<a@b>").verb == "?");
    CHECK(parsed<smtp::Unknown>(std::string(99, 'x')).verb == "?");
    for (const std::string_view line :
         {"GET / HTTP/1.1", "POST /x HTTP/1.0", "Host: example.org",
          "connect a:25 HTTP/1.1", "User-Agent: x", "PRI * HTTP/2.0"})
        (void)parsed<smtp::HttpVerb>(line);
    CHECK(smtp::verb_of("mail FROM:<a@b>") == "MAIL");
    CHECK(smtp::line_too_long().reply.code == 500);
    CHECK(smtp::bare_newline().out_of_step);
}

TEST_CASE("smtp: a command cut at any byte is understood or refused, never half taken")
{
    static constexpr std::string_view line =
        "MAIL FROM:<\"a b\"@example.org> SIZE=123 BODY=8BITMIME RET=FULL ENVID=x AUTH=<>";
    for (std::size_t length = 0; length < line.size(); ++length) {
        const auto command = smtp::parse_command(line.substr(0, length));
        if (const auto* mail = std::get_if<smtp::Mail>(&command))
            CHECK(mail->sender.mailbox == "\"a b\"@example.org");
        else if (length > 4)
            CHECK(std::holds_alternative<smtp::Malformed>(command));
    }
}
