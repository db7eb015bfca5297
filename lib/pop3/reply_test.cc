// SPDX-License-Identifier: Apache-2.0
#include "pop3/reply.h"

#include <doctest/doctest.h>

using pop3::Indicator;
using pop3::Refusal;

TEST_CASE("pop3: replies have an indicator, perhaps a code, and a text")
{
    struct {
        std::string_view line;
        Indicator indicator;
        std::string_view code;
        std::string_view text;
    } const cases[] = {
        {"+OK", Indicator::ok, "", ""},
        {"+OK ", Indicator::ok, "", ""},
        {"+OK ready", Indicator::ok, "", "ready"},
        {"-ERR", Indicator::error, "", ""},
        {"-ERR [AUTH] no", Indicator::error, "AUTH", "no"},
        {"-ERR [SYS/TEMP]later", Indicator::error, "SYS/TEMP", "later"},
        {"-ERR [open", Indicator::error, "", "[open"},
        {"+ ", Indicator::challenge, "", ""},
        {"+", Indicator::challenge, "", ""},
        {"+ PDEyQDM+", Indicator::challenge, "", "PDEyQDM+"},
        {"+ [x] y", Indicator::challenge, "", "[x] y"},
        {"+OKAY", Indicator::garbage, "", ""},
        {"-ERROR", Indicator::garbage, "", ""},
        {"* OK IMAP4rev1", Indicator::garbage, "", ""},
        {"220 smtp", Indicator::garbage, "", ""},
        {"", Indicator::garbage, "", ""},
    };
    for (const auto& c : cases) {
        CAPTURE(c.line);
        const pop3::Reply reply = pop3::parse_reply(c.line);
        CHECK(reply.indicator == c.indicator);
        CHECK(reply.code == c.code);
        CHECK(reply.text == c.text);
    }
}

TEST_CASE("pop3: why a login was refused")
{
    const auto why = [](std::string_view line) {
        return pop3::refusal_of(pop3::parse_reply(line));
    };
    CHECK(why("-ERR no such user") == Refusal::credentials);
    CHECK(why("-ERR [AUTH] no") == Refusal::credentials);
    CHECK(why("-ERR [in-use] locked") == Refusal::in_use);
    CHECK(why("-ERR [LOGIN-DELAY] wait") == Refusal::login_delay);
    CHECK(why("-ERR [SYS/TEMP] later") == Refusal::temporary);
    CHECK(why("-ERR [SYS/PERM] never") == Refusal::permanent);
    CHECK(why("-ERR [UNHEARD-OF] what") == Refusal::credentials);
}

TEST_CASE("pop3: the timestamp of a greeting")
{
    CHECK(pop3::timestamp_of("+OK POP3 <1896.6971@mail.example> ready") ==
          "<1896.6971@mail.example>");
    CHECK(pop3::timestamp_of("+OK POP3 ready").empty());
    CHECK(pop3::timestamp_of("+OK <no id>").empty());
    CHECK(pop3::timestamp_of("+OK <a@b c>").empty());
    CHECK(pop3::timestamp_of("+OK <a@b").empty());
    CHECK(pop3::timestamp_of("+OK > <a@b>") == "<a@b>");
    CHECK(pop3::timestamp_of("").empty());
}

TEST_CASE("pop3: what we say ourselves")
{
    CHECK(pop3::ok("ready") == "+OK ready\r\n");
    CHECK(pop3::error("", "no") == "-ERR no\r\n");
    CHECK(pop3::error("SYS/TEMP", "later") == "-ERR [SYS/TEMP] later\r\n");
}
