// SPDX-License-Identifier: Apache-2.0
#include "imap/capabilities.h"
#include "imap/status.h"

#include <doctest/doctest.h>

using imap::Condition;
using imap::Refusal;

TEST_CASE("imap: responses have a tag, a condition, perhaps a code, and a text")
{
    struct {
        std::string_view line;
        std::string_view tag;
        Condition condition;
        std::string_view code;
        std::string_view code_text;
        std::string_view text;
    } const cases[] = {
        {"* OK [CAPABILITY IMAP4rev1 IDLE] ready", "*", Condition::ok, "CAPABILITY",
         "IMAP4rev1 IDLE", "ready"},
        {"* PREAUTH hi", "*", Condition::preauth, "", "", "hi"},
        {"* BYE", "*", Condition::bye, "", "", ""},
        {"a1 NO [AUTHENTICATIONFAILED] no", "a1", Condition::no, "AUTHENTICATIONFAILED", "",
         "no"},
        {"a1 bad what", "a1", Condition::bad, "", "", "what"},
        {"a1 OK [open", "a1", Condition::ok, "", "", "[open"},
        {"+ go on", "+", Condition::none, "", "", "go on"},
        {"+ ", "+", Condition::none, "", "", ""},
        {"+", "+", Condition::none, "", "", ""},
        {"* 12 EXISTS", "*", Condition::none, "", "", "12 EXISTS"},
        {"* CAPABILITY IMAP4rev1", "*", Condition::none, "", "", "CAPABILITY IMAP4rev1"},
    };
    for (const auto& c : cases) {
        CAPTURE(c.line);
        const imap::Response response = imap::parse_response(c.line);
        CHECK(response.tag == c.tag);
        CHECK(response.condition == c.condition);
        CHECK(response.code == c.code);
        CHECK(response.code_text == c.code_text);
        CHECK(response.text == c.text);
    }
    for (const std::string_view garbage :
         {"", " ", "*", "* ", "+OK pop", "a1", "a1 EXISTS", "a1 BYE x", "a1 PREAUTH x",
          "220 smtp", "a(b OK x", "a\x01 OK x", " OK x"}) {
        CAPTURE(garbage);
        CHECK(imap::parse_response(garbage).tag.empty());
    }
}

TEST_CASE("imap: data by their word")
{
    std::string_view rest;
    CHECK(imap::parse_response("* capability A B").data("CAPABILITY", rest));
    CHECK(rest == "A B");
    CHECK_FALSE(imap::parse_response("* CAPABILITYX A").data("CAPABILITY", rest));
    CHECK_FALSE(imap::parse_response("* OK CAPABILITY A").data("CAPABILITY", rest));
}

TEST_CASE("imap: why a login was refused")
{
    const auto why = [](std::string_view line) {
        return imap::refusal_of(imap::parse_response(line));
    };
    CHECK(why("a NO no") == Refusal::credentials);
    CHECK(why("a NO [AUTHENTICATIONFAILED] no") == Refusal::credentials);
    CHECK(why("a NO [unavailable] later") == Refusal::temporary);
    CHECK(why("a NO [SERVERBUG] oops") == Refusal::temporary);
    CHECK(why("a NO [LIMIT] too many") == Refusal::in_use);
    CHECK(why("a NO [INUSE] locked") == Refusal::in_use);
    CHECK(why("a NO [PRIVACYREQUIRED] tls") == Refusal::privacy);
}

TEST_CASE("imap: what we say ourselves")
{
    CHECK(imap::say("a1", "OK", "", "done") == "a1 OK done\r\n");
    CHECK(imap::say("*", "BYE", "UNAVAILABLE", "later") == "* BYE [UNAVAILABLE] later\r\n");
}

TEST_CASE("imap: a proxy announces what passes through it, and what it does itself")
{
    const imap::Capabilities server(
        " IMAP4rev1 LITERAL- STARTTLS LOGINDISABLED  AUTH=CRAM-MD5 idle COMPRESS=DEFLATE "
        "UNAUTHENTICATE X-NEW EVIL\x01 ID ");
    CHECK(server.has("IDLE"));
    CHECK(server.has("auth=cram-md5"));
    CHECK_FALSE(server.has("AUTH"));
    CHECK(imap::announce(server, {.starttls = true, .login = false, .mechanisms = {}}) ==
          "IMAP4rev1 idle X-NEW LITERAL+ SASL-IR ID STARTTLS LOGINDISABLED");
    CHECK(imap::announce({}, {.starttls = false, .login = true, .mechanisms = {"PLAIN"}}) ==
          "IMAP4rev1 LITERAL+ SASL-IR ID AUTH=PLAIN");
    CHECK(imap::announce_after_login("IMAP4rev2 LITERAL- SASL-IR COMPRESS=DEFLATE ID",
                                     false) == "IMAP4rev2 LITERAL- ID");
    CHECK(imap::announce_after_login("IMAP4rev1", true) == "IMAP4rev1 COMPRESS=DEFLATE");
}

TEST_CASE("imap: the beginning of a long line has a code that does not end")
{
    const std::string_view line = "a OK [COPYUID 7 1,3,5";
    CHECK(imap::parse_response(line).code.empty());
    const imap::Response response = imap::parse_beginning(line);
    CHECK(response.tag == "a");
    CHECK(response.condition == Condition::ok);
    CHECK(response.has_code("COPYUID"));
    CHECK(response.code_text == "7 1,3,5");
    CHECK(imap::parse_beginning("a OK [X] text").text == "text");
    CHECK(imap::parse_beginning("a OK [").code.empty());
}
