// SPDX-License-Identifier: Apache-2.0
#include "pop3/prelude.h"

#include <doctest/doctest.h>
#include <string>

using pop3::Prelude;
using pop3::Then;
using pop3::Verdict;

namespace {

pop3::PreludeOptions inside_tls()
{
    pop3::PreludeOptions options;
    options.tls_possible = true;
    options.tls_active = true;
    options.mechanisms = {"PLAIN", "SCRAM-SHA-256"};
    return options;
}

} // namespace

TEST_CASE("pop3: USER and PASS make a login")
{
    Prelude prelude(inside_tls());
    CHECK(prelude.judge("PASS x").reply.starts_with("-ERR USER first"));
    CHECK(prelude.judge("USER anna@example.org").reply.starts_with("+OK"));
    const Verdict verdict = prelude.judge("PASS a  b ");
    CHECK(verdict.then == Then::log_in);
    CHECK(verdict.reply.empty());
    CHECK(prelude.user() == "anna@example.org");
    CHECK(prelude.password() == "a  b ");
}

TEST_CASE("pop3: AUTH with and without initial response")
{
    Prelude prelude(inside_tls());
    CHECK(prelude.judge("AUTH plain AGEAYg==").then == Then::authenticate);
    CHECK(prelude.mechanism() == "PLAIN");
    CHECK(prelude.initial() == "AGEAYg==");
    CHECK(prelude.judge("AUTH SCRAM-SHA-256").then == Then::authenticate);
    CHECK_FALSE(prelude.initial());
    CHECK(prelude.judge("AUTH PLAIN =").then == Then::authenticate);
    CHECK(prelude.initial() == "=");
    for (const char* bad : {"AUTH", "AUTH CRAM-MD5", "AUTH PLAIN a b", "AUTH PLAIN !"}) {
        CAPTURE(bad);
        Prelude fresh(inside_tls());
        CHECK(fresh.judge(bad).reply.starts_with("-ERR"));
        CHECK(fresh.errors() == 1);
    }
}

TEST_CASE("pop3: APOP only when the greeting had a timestamp")
{
    Prelude without(inside_tls());
    CHECK(without.judge("APOP anna 0123").reply.starts_with("-ERR"));
    pop3::PreludeOptions options = inside_tls();
    options.apop = true;
    Prelude prelude(options);
    CHECK(prelude.judge("APOP anna b 0123").then == Then::apop);
    CHECK(prelude.user() == "anna b");
    CHECK(prelude.digest() == "0123");
    for (const char* bad : {"APOP", "APOP anna", "APOP anna ", "APOP  0123"})
        CHECK(prelude.judge(bad).then == Then::listen);
}

TEST_CASE("pop3: nothing is believed before TLS, and nothing of it stays")
{
    pop3::PreludeOptions options = inside_tls();
    options.tls_active = false;
    options.utf8 = true;
    options.lang = true;
    Prelude prelude(options);
    CHECK(prelude.offer().stls);
    CHECK_FALSE(prelude.offer().user);
    CHECK(prelude.offer().mechanisms.empty());
    CHECK(prelude.judge("USER anna").reply.starts_with("-ERR"));
    CHECK(prelude.judge("AUTH PLAIN AGEAYg==").reply.starts_with("-ERR"));
    CHECK(prelude.judge("UTF8").reply.starts_with("+OK"));
    CHECK(prelude.judge("LANG de").reply.starts_with("+OK"));
    CHECK(prelude.utf8());
    CHECK(prelude.language() == "de");
    CHECK(prelude.judge("STLS now").then == Then::listen);
    CHECK(prelude.judge("STLS").then == Then::start_tls);
    prelude.tls_started();
    CHECK_FALSE(prelude.utf8());
    CHECK(prelude.language().empty());
    CHECK_FALSE(prelude.offer().stls);
    CHECK(prelude.offer().user);
    CHECK(prelude.offer().mechanisms.size() == 2);
    CHECK(prelude.judge("STLS").then == Then::listen);
    CHECK(prelude.judge("USER anna").reply.starts_with("+OK"));
}

TEST_CASE("pop3: a login that is not taken is known by its name")
{
    pop3::PreludeOptions options = inside_tls();
    options.tls_active = false;
    options.apop = true;
    struct {
        const char* line;
        const char* user;
        const char* mechanism;
    } const cases[] = {
        {"USER anna", "anna", "USER"},
        {"APOP anna 0123", "anna", "APOP"},
        {"AUTH PLAIN", "", "PLAIN"},
        {"AUTH plain AGFubmEAc2VjcmV0", "anna", "PLAIN"},
    };
    for (const auto& c : cases) {
        CAPTURE(c.line);
        Prelude prelude(options);
        const Verdict verdict = prelude.judge(c.line);
        CHECK(verdict.reply == "-ERR [SYS/PERM] use STLS first\r\n");
        REQUIRE(verdict.attempt);
        CHECK(verdict.attempt->who.user == c.user);
        CHECK(verdict.attempt->mechanism == c.mechanism);
        CHECK(verdict.attempt->why == "TLS is required");
        CHECK(prelude.judge("PASS secret").reply == "-ERR USER first\r\n");
    }
}

TEST_CASE("pop3: a listener without passwords takes no USER")
{
    pop3::PreludeOptions options = inside_tls();
    options.passwords = false;
    Prelude prelude(options);
    CHECK_FALSE(prelude.offer().user);
    const Verdict verdict = prelude.judge("USER anna");
    CHECK(verdict.reply == "-ERR [SYS/PERM] passwords are not taken here, use AUTH\r\n");
    REQUIRE(verdict.attempt);
    CHECK(verdict.attempt->why == "passwords are not taken");
    CHECK(prelude.judge("PASS secret").reply == "-ERR USER first\r\n");
}

TEST_CASE("pop3: bytes ahead of TLS end the connection")
{
    pop3::PreludeOptions options = inside_tls();
    options.tls_active = false;
    Prelude prelude(options);
    CHECK(prelude.judge("STLS", true).then == Then::hang_up);
}

TEST_CASE("pop3: what else is said before the login")
{
    struct {
        const char* line;
        std::string_view reply;
        Then then;
    } const cases[] = {
        {"CAPA", "", Then::tell_capabilities},
        {"NOOP", "+OK", Then::listen},
        {"QUIT", "+OK", Then::hang_up},
        {"STAT", "-ERR", Then::listen},
        {"RETR 1", "-ERR", Then::listen},
        {"XTND", "-ERR", Then::listen},
        {"", "-ERR", Then::listen},
        {"UTF8", "-ERR", Then::listen}, // the server cannot
        {"LANG de", "-ERR", Then::listen},
        {"XCLIENT ADDR=192.0.2.1", "-ERR", Then::listen}, // nobody we trust
        {"USER ", "-ERR", Then::listen},
        {"USER a\tb", "-ERR", Then::listen},
        {"GET / HTTP/1.0", "-ERR", Then::hang_up},
    };
    for (const auto& c : cases) {
        CAPTURE(c.line);
        Prelude prelude(inside_tls());
        const Verdict verdict = prelude.judge(c.line);
        CHECK(verdict.reply.starts_with(c.reply));
        CHECK(verdict.then == c.then);
        CHECK((verdict.reply.empty() || verdict.reply.ends_with("\r\n")));
    }
    pop3::PreludeOptions trusting = inside_tls();
    trusting.xclient = true;
    Prelude prelude(trusting);
    CHECK(prelude.judge("XCLIENT ADDR=192.0.2.1").then == Then::believe);
    CHECK(prelude.attributes() == "ADDR=192.0.2.1");
}

TEST_CASE("pop3: nobody is listened to for ever before the login")
{
    pop3::PreludeOptions options = inside_tls();
    options.limits.errors = 3;
    options.limits.commands_without_login = 4;
    options.limits.auth_failures = 2;
    const auto said_until_hung_up = [&](const char* line) {
        Prelude prelude(options);
        int times = 1;
        while (prelude.judge(line).then != Then::hang_up && times < 100)
            ++times;
        return times;
    };
    CHECK(said_until_hung_up("NONSENSE") == 3);
    CHECK(said_until_hung_up("NOOP") == 5);
    CHECK(said_until_hung_up("CAPA") == 5);
    Prelude prelude(options);
    CHECK(prelude.login_refused("-ERR no\r\n").then == Then::listen);
    CHECK(prelude.login_refused("-ERR no\r\n").delay);
    CHECK(Prelude(options).line_too_long().then == Then::listen);
    const std::string long_line = "USER " + std::string(options.limits.command_line, 'x');
    CHECK(Prelude(options).judge(long_line).reply.starts_with("-ERR line is too long"));
    const std::string token =
        "AUTH PLAIN " + std::string(options.limits.auth_line - 20, 'x');
    CHECK(Prelude(options).judge(token).then == Then::authenticate);
}

TEST_CASE("pop3: what the server can may be learnt when it matters")
{
    pop3::PreludeOptions options = inside_tls();
    options.mechanisms.clear();
    Prelude prelude(options);
    CHECK(prelude.judge("AUTH PLAIN").reply.starts_with("-ERR unknown mechanism"));
    prelude.server_can({"PLAIN"}, true, true);
    CHECK(prelude.judge("AUTH PLAIN AGEAYg==").then == Then::authenticate);
    CHECK(prelude.judge("UTF8").reply.starts_with("+OK"));
    CHECK(prelude.judge("LANG de").reply.starts_with("+OK"));
    CHECK(prelude.offer().mechanisms == std::vector<std::string>{"PLAIN"});
    prelude.forget_secrets();
    CHECK_FALSE(prelude.initial());
}

TEST_CASE("pop3: what cannot be understood counts as an error")
{
    Prelude prelude(inside_tls());
    CHECK(prelude.malformed("bad base64").reply == "-ERR bad base64\r\n");
    CHECK(prelude.errors() == 1);
}
