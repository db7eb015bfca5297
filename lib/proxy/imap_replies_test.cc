// SPDX-License-Identifier: Apache-2.0
#include "proxy/imap_replies.h"

#include <doctest/doctest.h>

using proxy::Trouble;
using proxy::TroubleKind;

TEST_CASE("proxy: kinds of trouble as IMAP response codes, without the detail")
{
    struct {
        TroubleKind kind;
        std::string_view begins;
    } const cases[] = {
        {TroubleKind::refused, "a NO [AUTHENTICATIONFAILED] Authentication failed."},
        {TroubleKind::no_route, "a NO [AUTHENTICATIONFAILED] Authentication failed."},
        {TroubleKind::in_use, "a NO [LIMIT] "},
        {TroubleKind::unavailable, "a NO [UNAVAILABLE] "},
        {TroubleKind::down, "a NO [UNAVAILABLE] "},
        {TroubleKind::broken, "a NO [UNAVAILABLE] "},
        {TroubleKind::tls, "a NO [UNAVAILABLE] "},
        {TroubleKind::cancelled, "a BAD "},
    };
    for (const auto& one : cases) {
        const std::string said = proxy::refusal({one.kind, "mail1: detail", {}}, "a");
        CAPTURE(said);
        CHECK(said.starts_with(one.begins));
        CHECK(said.ends_with("\r\n"));
        CHECK(said.find("detail") == std::string::npos);
    }
    CHECK(proxy::refusal({TroubleKind::down, "x", "a NO [X] own\r\n"}, "a") ==
          "a NO [X] own\r\n");
}

TEST_CASE("proxy: what the backend says of a refused login keeps its code")
{
    struct {
        std::string_view line;
        TroubleKind kind;
        std::string_view heard;
    } const cases[] = {
        {"a NO wrong password", TroubleKind::refused,
         "a NO [AUTHENTICATIONFAILED] wrong password\r\n"},
        {"a NO [AUTHENTICATIONFAILED] no", TroubleKind::refused,
         "a NO [AUTHENTICATIONFAILED] no\r\n"},
        {"a NO [AUTHORIZATIONFAILED] no", TroubleKind::refused,
         "a NO [AUTHORIZATIONFAILED] no\r\n"},
        {"a NO [EXPIRED] old", TroubleKind::refused, "a NO [EXPIRED] old\r\n"},
        {"a NO [PRIVACYREQUIRED] no", TroubleKind::refused,
         "a NO [PRIVACYREQUIRED] no\r\n"},
        {"a NO [ALERT] closed", TroubleKind::refused, "a NO [ALERT] closed\r\n"},
        {"a NO [CONTACTADMIN] ask", TroubleKind::unavailable,
         "a NO [CONTACTADMIN] ask\r\n"},
        {"a NO [UNAVAILABLE] later", TroubleKind::unavailable,
         "a NO [UNAVAILABLE] later\r\n"},
        {"a NO [INUSE] locked", TroubleKind::in_use, "a NO [INUSE] locked\r\n"},
        {"a NO [LIMIT] many", TroubleKind::in_use, "a NO [LIMIT] many\r\n"},
        {"a NO [REFERRAL imap://x/] there", TroubleKind::unavailable,
         "a NO [UNAVAILABLE] the mailbox is out of reach, try later\r\n"},
        {"a BAD what", TroubleKind::refused, "a BAD what\r\n"},
        {"a NO [X] one\r* OK two", TroubleKind::refused, "a NO [X] one?* OK two\r\n"},
    };
    for (const auto& one : cases) {
        CAPTURE(one.line);
        const Trouble trouble = proxy::trouble_of(one.line, "mail1:143");
        CHECK(trouble.kind == one.kind);
        CHECK(proxy::refusal(trouble, "a") == one.heard);
        CHECK(trouble.why.starts_with("mail1:143: "));
    }
}

TEST_CASE("proxy: which refusals of an IMAP server are of the password")
{
    const auto of_password = [](std::string_view line) {
        return proxy::trouble_of(line, "mail1:143").of_password;
    };
    CHECK(of_password("a NO [AUTHENTICATIONFAILED] no"));
    CHECK(of_password("a NO [authenticationfailed] no"));
    CHECK(of_password("a NO [EXPIRED] old"));
    for (const char* line :
         {"a NO oops", "a NO [AUTHORIZATIONFAILED] no", "a NO [PRIVACYREQUIRED] no",
          "a NO [ALERT] closed", "a NO [UNAVAILABLE] later", "a NO [X] what", "a BAD what"})
        CHECK_FALSE(of_password(line));
}

TEST_CASE("proxy: capabilities of an accepted login are those that can pass")
{
    proxy::ImapAnswer answer;
    answer.tagged = "a OK [CAPABILITY IMAP4rev1 IDLE COMPRESS=DEFLATE AUTH=PLAIN] in";
    answer.capabilities = "IMAP4rev1 IDLE COMPRESS=DEFLATE AUTH=PLAIN";
    CHECK(proxy::welcome(answer, false) == "a OK [CAPABILITY IMAP4rev1 IDLE] in\r\n");
    CHECK(proxy::welcome(answer, true) ==
          "a OK [CAPABILITY IMAP4rev1 IDLE COMPRESS=DEFLATE] in\r\n");

    answer.tagged = "a OK in";
    answer.besides = {"* OK [ALERT] hello"};
    CHECK(proxy::welcome(answer, false) ==
          "* OK [ALERT] hello\r\n* CAPABILITY IMAP4rev1 IDLE\r\na OK in\r\n");

    answer = {};
    answer.tagged = "a OK [REFERRAL imap://x/] in";
    CHECK(proxy::welcome(answer, false) == "a OK in\r\n");
    answer.tagged = "a OK [REFERRAL imap://x/] in\r* BYE";
    CHECK(proxy::welcome(answer, false) == "a OK in?* BYE\r\n");
}
