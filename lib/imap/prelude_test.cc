// SPDX-License-Identifier: Apache-2.0
#include "imap/prelude.h"

#include <doctest/doctest.h>
#include <string>

using imap::Prelude;
using imap::Then;
using imap::Verdict;

namespace {

imap::PreludeOptions inside_tls()
{
    imap::PreludeOptions options;
    options.tls_possible = true;
    options.tls_active = true;
    options.mechanisms = {"PLAIN", "SCRAM-SHA-256"};
    return options;
}

} // namespace

TEST_CASE("imap: LOGIN by word, quote and literal")
{
    for (const char* line : {"a LOGIN anna secret", "a login \"anna\" {6}\r\nsecret",
                             "a LOGIN {4+}\r\nanna \"secret\""}) {
        CAPTURE(line);
        Prelude prelude(inside_tls());
        const Verdict verdict = prelude.judge(line);
        CHECK(verdict.then == Then::log_in);
        CHECK(verdict.reply.empty());
        CHECK(prelude.tag() == "a");
        CHECK(prelude.user() == "anna");
        CHECK(prelude.password() == "secret");
    }
}

TEST_CASE("imap: AUTHENTICATE with and without initial response")
{
    Prelude prelude(inside_tls());
    CHECK(prelude.judge("a AUTHENTICATE plain AGEAYg==").then == Then::authenticate);
    CHECK(prelude.mechanism() == "PLAIN");
    CHECK(prelude.initial() == "AGEAYg==");
    CHECK(prelude.judge("a AUTHENTICATE SCRAM-SHA-256").then == Then::authenticate);
    CHECK_FALSE(prelude.initial());
    CHECK(prelude.judge("a AUTHENTICATE PLAIN =").then == Then::authenticate);
    CHECK(prelude.initial() == "=");
}

TEST_CASE("imap: what is said before the login")
{
    struct {
        std::string_view line;
        std::string_view reply;
        Then then;
    } const cases[] = {
        {"a CAPABILITY", "a OK", Then::tell_capabilities},
        {"a noop", "a OK", Then::listen},
        {"a ID NIL", "a OK", Then::identify},
        {"a ID (\"name\" \"x\" \"os\" NIL)", "a OK", Then::identify},
        {"a ID (\"name\")", "a BAD", Then::listen},
        {"a ID", "a BAD", Then::listen},
        {"a LOGOUT", "* BYE", Then::hang_up},
        {"a STARTTLS", "a BAD", Then::listen},
        {"a LOGIN anna", "a BAD", Then::listen},
        {"a LOGIN \"\" x", "a BAD", Then::listen},
        {"a LOGIN (a) x", "a BAD", Then::listen},
        {"a LOGIN anna x y", "a BAD", Then::listen},
        {std::string_view("a LOGIN {3}\r\na\0b x", 19), "a BAD", Then::listen},
        {"a AUTHENTICATE", "a BAD", Then::listen},
        {"a AUTHENTICATE CRAM-MD5", "a NO [CANNOT]", Then::listen},
        {"a AUTHENTICATE PLAIN \"!\"", "a BAD", Then::listen},
        {"a SELECT INBOX", "a BAD", Then::listen},
        {"a COMPRESS DEFLATE", "a BAD", Then::listen},
        {"a XYZZY", "a BAD", Then::listen},
        {"a NOOP x", "a BAD", Then::listen},
        {"", "* BAD", Then::listen},
        {"GET / HTTP/1.1", "* BYE", Then::hang_up},
    };
    for (const auto& c : cases) {
        CAPTURE(c.line);
        Prelude prelude(inside_tls());
        const Verdict verdict = prelude.judge(c.line);
        CHECK(verdict.reply.starts_with(c.reply));
        CHECK(verdict.reply.ends_with("\r\n"));
        CHECK(verdict.then == c.then);
    }
    Prelude prelude(inside_tls());
    CHECK(prelude.judge("a ID (\"name\" \"x\" \"os\" NIL)").then == Then::identify);
    CHECK(prelude.identity() == std::vector<std::string>{"name", "x", "os", ""});
    CHECK(
        prelude.literal_too_long("b LOGIN {9999}\r\n").reply.starts_with("b NO [TOOBIG]"));
    CHECK(prelude.too_long().then == Then::hang_up);
}

TEST_CASE("imap: nothing is believed before TLS, and nothing of it stays")
{
    imap::PreludeOptions options = inside_tls();
    options.tls_active = false;
    Prelude prelude(options);
    CHECK(prelude.offer().starttls);
    CHECK_FALSE(prelude.offer().login);
    CHECK(prelude.judge("a LOGIN anna x").reply.starts_with("a NO [PRIVACYREQUIRED]"));
    CHECK(
        prelude.judge("a AUTHENTICATE PLAIN").reply.starts_with("a NO [PRIVACYREQUIRED]"));
    CHECK(prelude.judge("a ID (\"name\" \"x\")").then == Then::identify);
    CHECK(prelude.judge("b STARTTLS").then == Then::start_tls);
    prelude.tls_started();
    CHECK(prelude.identity().empty());
    CHECK_FALSE(prelude.offer().starttls);
    CHECK(prelude.offer().mechanisms.size() == 2);
    CHECK(prelude.judge("c LOGIN anna x").then == Then::log_in);

    Prelude ahead(options);
    CHECK(ahead.judge("a STARTTLS", true).then == Then::hang_up);
}

TEST_CASE("imap: a login that is not taken is known by its name, without its password")
{
    imap::PreludeOptions options = inside_tls();
    options.tls_active = false;
    struct {
        const char* line;
        const char* user;
        const char* mechanism;
    } const cases[] = {
        {"a LOGIN anna secret", "anna", "LOGIN"},
        {"a AUTHENTICATE PLAIN", "", "PLAIN"},
        {"a AUTHENTICATE plain AGFubmEAc2VjcmV0", "anna", "PLAIN"},
        {"a AUTHENTICATE PLAIN !", "", "PLAIN"},
        {"a AUTHENTICATE X-NONE AGFubmEAc2VjcmV0", "", "X-NONE"},
    };
    for (const auto& c : cases) {
        CAPTURE(c.line);
        Prelude prelude(options);
        const Verdict verdict = prelude.judge(c.line);
        CHECK(verdict.reply.starts_with("a NO [PRIVACYREQUIRED]"));
        REQUIRE(verdict.attempt);
        CHECK(verdict.attempt->who.user == c.user);
        CHECK(verdict.attempt->mechanism == c.mechanism);
        CHECK(verdict.attempt->why == "TLS is required");
        CHECK(prelude.password().empty());
    }
}

TEST_CASE("imap: a listener without passwords takes no LOGIN")
{
    imap::PreludeOptions options = inside_tls();
    options.passwords = false;
    Prelude prelude(options);
    CHECK_FALSE(prelude.offer().passwords);
    const Verdict verdict = prelude.judge("a LOGIN anna secret");
    CHECK(verdict.reply ==
          "a NO [CANNOT] passwords are not taken here, use AUTHENTICATE\r\n");
    CHECK(verdict.then == Then::listen);
    REQUIRE(verdict.attempt);
    CHECK(verdict.attempt->who.user == "anna");
    CHECK(verdict.attempt->why == "passwords are not taken");
}

TEST_CASE("imap: nobody is listened to for ever before the login")
{
    imap::PreludeOptions options = inside_tls();
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
    CHECK(said_until_hung_up("a NONSENSE") == 3);
    CHECK(said_until_hung_up("a NOOP") == 5);
    CHECK(said_until_hung_up("a ID NIL") == 5);
    Prelude prelude(options);
    CHECK(prelude.login_refused("a NO no\r\n").delay);
    CHECK(prelude.login_refused("a NO no\r\n").then == Then::hang_up);
}
