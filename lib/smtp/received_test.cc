// SPDX-License-Identifier: Apache-2.0
#include "smtp/received.h"

#include <doctest/doctest.h>
#include <string>

namespace {

smtp::Trace trace()
{
    smtp::Trace full;
    full.helo = "client.example";
    full.client_name = "host.client.example";
    full.client_literal = "[192.0.2.1]";
    full.host = "mx.example.org";
    full.protocol = "ESMTP";
    full.id = "3f2a";
    full.date = "Sat, 21 Nov 2026 21:45:40 +0100";
    return full;
}

} // namespace

TEST_CASE("smtp: a plain Received field")
{
    CHECK(smtp::received_field(trace()).text ==
          "Received: from client.example (host.client.example [192.0.2.1])\r\n"
          "\tby mx.example.org (sponts) with ESMTP id 3f2a;\r\n"
          "\tSat, 21 Nov 2026 21:45:40 +0100\r\n");
}

TEST_CASE("smtp: a Received field with all that can be known")
{
    smtp::Trace full = trace();
    full.tls_version = "TLSv1.3";
    full.tls_cipher = "TLS_AES_256_GCM_SHA384";
    full.protocol = "ESMTPSA";
    full.login = "anna";
    full.recipient = "bert@example.org";
    CHECK(smtp::received_field(full).text ==
          "Received: from client.example (host.client.example [192.0.2.1])\r\n"
          "\t(authenticated anna)\r\n"
          "\tby mx.example.org (sponts) with ESMTPSA (TLSv1.3) id 3f2a\r\n"
          "\tfor <bert@example.org> tls TLS_AES_256_GCM_SHA384;\r\n"
          "\tSat, 21 Nov 2026 21:45:40 +0100\r\n");
}

TEST_CASE("smtp: nothing a client says ends the Received field or its comments")
{
    static constexpr std::string_view hostile[] = {
        "a\r\nX-Evil: 1", "a\nb", "a)b",      "a(b",  "a b",        "a;b",   "a\"b",
        "a\\b",           "a\tb", "\xc3\xbc", "a<b>", "[192.0.2.1", "[evil]"};
    for (const std::string_view text : hostile) {
        CAPTURE(text);
        smtp::Trace full = trace();
        full.helo = full.client_name = full.login = full.recipient = text;
        const std::string field = smtp::received_field(full).text;
        std::size_t lines = 0;
        for (std::size_t at = 0; (at = field.find('\n', at)) != std::string::npos;
             ++at, ++lines)
            CHECK((at + 1 == field.size() || field[at + 1] == '\t'));
        CHECK(field.find("from unknown (helo ") != std::string::npos);
        for (const char c : field)
            CHECK((c == '\r' || c == '\n' || c == '\t' || (c >= ' ' && c <= '~')));
        int depth = 0;
        for (const char c : field) {
            depth += c == '(' ? 1 : c == ')' ? -1 : 0;
            CHECK((depth == 0 || depth == 1));
        }
        CHECK(depth == 0);
    }
}

TEST_CASE("smtp: unknown parts of a Received field")
{
    smtp::Trace little;
    little.host = "mx";
    little.protocol = "SMTP";
    little.id = "1";
    little.date = "now";
    CHECK(smtp::received_field(little).text ==
          "Received: from unknown (unknown)\r\n\tby mx "
          "(sponts) with SMTP id 1;\r\n\tnow\r\n");
}

TEST_CASE("smtp: where the id stands in a Received field, on the first line or folded")
{
    smtp::Trace full = trace();
    full.helo = full.client_name = "id 3f2a"; // not this one
    for (const std::size_t length : {1, 20, 40, 41, 42, 43, 44, 45, 60, 255}) {
        const std::string host(length, 'h');
        full.host = host;
        const smtp::Received field = smtp::received_field(full);
        REQUIRE(field.ids.size() == 1);
        CHECK(field.text.substr(field.ids[0] - 3, 8) == "id 3f2a;");
    }
}

TEST_CASE("smtp: an X-UIDL field stands behind Received, with the same id")
{
    smtp::Trace full = trace();
    const std::string without = smtp::received_field(full).text;
    full.uidl = true;
    const smtp::Received field = smtp::received_field(full);
    CHECK(field.text == without + "X-UIDL: 3f2a\r\n");
    REQUIRE(field.ids.size() == 2);
    for (const std::size_t id : field.ids)
        CHECK(field.text.substr(id, 4) == "3f2a");
    CHECK(field.ids[0] < field.ids[1]);
}

TEST_CASE("smtp: long words are cut, lines stay within 998")
{
    smtp::Trace full = trace();
    const std::string word(5000, 'x');
    full.helo = full.client_name = full.login = word;
    const std::string field = smtp::received_field(full).text;
    std::size_t line = 0;
    for (const char c : field) {
        line = c == '\n' ? 0 : line + 1;
        CHECK(line < 300);
    }
    CHECK(smtp::clean_word(word).size() == 255);
}

TEST_CASE("smtp: HELO names")
{
    for (const std::string_view good : {"a", "mx.example.org", "my_host.example",
                                        "[192.0.2.1]", "[IPv6:2001:db8::1]", "192.0.2.1"})
        CHECK(smtp::helo_is_domain(good));
    for (const std::string_view bad :
         {"", "a b", "-a", "a..b", "[]", "[", "[a]", "a(b)", "\xc3\xbc"})
        CHECK_FALSE(smtp::helo_is_domain(bad));
}
