// SPDX-License-Identifier: Apache-2.0
// Reports: their parts and fields, and that nothing from outside can end one of them.
#include "smtp/dsn_report.h"
#include "smtp/dsn_text.h"

#include <algorithm>
#include <doctest/doctest.h>

namespace {

smtp::Report sample()
{
    smtp::Report report;
    report.host = "gw.test";
    report.from = "MAILER-DAEMON@gw.test";
    report.to = "alice@a.test";
    report.message_id = "x.1@gw.test";
    report.boundary = "=_b";
    report.date = "Sat, 21 Nov 2026 21:45:40 +0100";
    report.arrival = "Sat, 21 Nov 2026 20:45:40 +0100";
    report.last_attempt = report.date;
    report.queue_id = "0C3K7W2D5F080";
    report.recipients = {{"bob@b.test", "rfc822;Bob+2Bx@b.test", smtp::Action::failed,
                          "5.1.1", "mx.b.test", "550 5.1.1 no such user"}};
    return report;
}

bool has(const std::string& text, std::string_view part)
{
    return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("smtp: a bounce has the fields of RFC 3464")
{
    smtp::Report report = sample();
    report.envid = "QQ+2B1";
    report.returned = smtp::Returned::full;
    const std::string head = smtp::report_head(report);
    for (const char* line :
         {"Auto-Submitted: auto-replied\r\n", "To: <alice@a.test>\r\n",
          "Content-Type: multipart/report; "
          "report-type=delivery-status;\r\n\tboundary=\"=_b\"\r\n",
          "\r\nContent-Type: message/delivery-status\r\n", "Original-Envelope-Id: QQ+1\r\n",
          "Reporting-MTA: dns; gw.test\r\n", "Original-Recipient: rfc822; Bob+x@b.test\r\n",
          "Final-Recipient: rfc822; bob@b.test\r\n", "Action: failed\r\n",
          "Status: 5.1.1\r\n", "Remote-MTA: dns; mx.b.test\r\n",
          "Diagnostic-Code: smtp; 550 5.1.1 no such user\r\n",
          "Content-Type: message/rfc822\r\n\r\n"}) {
        CAPTURE(line);
        CHECK(has(head, line));
    }
    CHECK(!has(head, "Will-Retry-Until"));
    CHECK(head.ends_with("\r\n\r\n"));
    CHECK(smtp::report_tail(report) == "\r\n--=_b--\r\n");
    CHECK(has(head, "konnte an die folgenden Empf=C3=A4nger nicht"));
    CHECK(has(head, "could not be delivered"));
}

TEST_CASE("smtp: delay notices, own failures and UTF-8 addresses")
{
    smtp::Report report = sample();
    report.retry_until = "Thu, 26 Nov 2026 21:45:40 +0100";
    report.recipients[0].action = smtp::Action::delayed;
    report.recipients[0].remote_mta.clear();
    CHECK(has(smtp::report_head(report), "Action: delayed\r\n"));
    CHECK(has(smtp::report_head(report), "Will-Retry-Until: Thu, 26 Nov"));
    CHECK(has(smtp::report_head(report), "Diagnostic-Code: X-sponts; 550"));
    CHECK(has(smtp::report_head(report), "Content-Type: text/rfc822-headers\r\n"));

    report.utf8 = true;
    report.recipients[0].address = "bärbel@b.test";
    const std::string global = smtp::report_head(report);
    CHECK(has(global, "report-type=global-delivery-status"));
    CHECK(has(global, "Final-Recipient: utf-8; bärbel@b.test\r\n"));
    CHECK(has(global, "Content-Type: message/global-headers\r\n"));
}

TEST_CASE("smtp: nothing from outside ends a field or a part of a report")
{
    const std::string evil = "x\r\nStatus: 2.0.0\r\n\r\n--=_b--\r\n\x1b";
    smtp::Report report = sample();
    const std::size_t lines = [&] {
        const std::string head = smtp::report_head(report);
        return static_cast<std::size_t>(std::count(head.begin(), head.end(), '\n'));
    }();
    report.to = evil;
    report.recipients[0].diagnostic = evil;
    report.recipients[0].remote_mta = evil;
    report.recipients[0].orcpt = "rfc822;x+0D+0AStatus:+202.0.0";
    report.recipients[0].address = evil;
    const std::string head = smtp::report_head(report);
    CHECK(!has(head, "\nStatus: 2.0.0"));
    CHECK(!has(head, "\n--=_b--"));
    CHECK(static_cast<std::size_t>(std::count(head.begin(), head.end(), '\n')) == lines);
}

TEST_CASE("smtp: quoted-printable")
{
    CHECK(smtp::quoted_printable("abc\n") == "abc\r\n");
    CHECK(smtp::quoted_printable("a=b \n-- \n") == "a=3Db=20\r\n--=20\r\n");
    CHECK(smtp::quoted_printable("ü") == "=C3=BC\r\n");
    std::string_view rest;
    const std::string longer = smtp::quoted_printable(std::string(200, '='));
    for (rest = longer; !rest.empty();) {
        const std::size_t end = rest.find("\r\n");
        CHECK(end <= 76);
        rest.remove_prefix(end + 2);
    }
}

TEST_CASE("smtp: the header of a message")
{
    CHECK(smtp::header_of("A: b\r\nC: d\r\n\r\nbody\r\n\r\n") == "A: b\r\nC: d\r\n");
    CHECK(smtp::header_of("A: b\r\n") == "A: b\r\n");
    CHECK(smtp::header_of("\r\nbody").empty());
    CHECK(smtp::header_of("").empty());
}

TEST_CASE("smtp: no line of a report's text begins with a dot")
{
    for (std::size_t before = 0; before < 160; ++before) {
        const std::string words = std::string(before, 'x') + "." + std::string(100, '.');
        CAPTURE(before);
        for (const std::string& text : {words, words.substr(0, before + 1)}) {
            const std::string coded = smtp::quoted_printable(text + "\n.\n");
            CHECK(!coded.starts_with('.'));
            CHECK(!has(coded, "\n."));
            CHECK(has(coded, "\n=2E\r\n"));
        }
    }
}
