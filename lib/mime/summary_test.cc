// SPDX-License-Identifier: Apache-2.0
// Whole messages: fields, and what counts as attached.
#include "mime/samples_test.h"
#include "mime/summary.h"

#include <doctest/doctest.h>

using mime::Attachment;
using mime::Summary;
using mime_test::listed;
using mime_test::message;

namespace {

Summary read(std::string_view text)
{
    return mime::summarise(message(text));
}

} // namespace

TEST_CASE("mime: subject, From and Message-ID")
{
    const Summary found = read("Received: from a\n"
                               "SUBJECT : =?utf-8?Q?J=C3=BCr?=\n"
                               "\t=?utf-8?Q?gen?= and\n"
                               " more\n"
                               "From: =?utf-8?Q?J=C3=BCrgen?= <j@b>\n"
                               "Message-ID:\n"
                               " <1@b> \n"
                               "\n"
                               "Subject: body\n");
    CHECK(found.subject == "Jürgen and more");
    CHECK(found.from == "j@b");
    CHECK(found.message_id == "<1@b>");
    CHECK(found.attachments.empty());
    CHECK_FALSE(found.broken);
    CHECK_FALSE(found.incomplete);
}

TEST_CASE("mime: of From the first address, and nothing that stands around it")
{
    const auto from = [](std::string_view value) {
        return mime::summarise("From: " + std::string(value) + "\r\n\r\n").from;
    };
    CHECK(from("ann@B.org (Ann Muster)") == "ann@b.org");
    CHECK(from("\"Muster, Ann\" <ann@b.org>, Bob <bob@b.org>") == "ann@b.org");
    CHECK(from("=?utf-8?Q?=3Cboss=40b=2Eorg=3E?= <ann@b.org>") == "ann@b.org");
    CHECK(from("J\xfcrgen <j@b.org>") == "j@b.org");
    CHECK(from("j@b\xc3\xbc.de") == "j@xn--b-eha.de"); // as senders are written
    CHECK(from("a\xc2\x85@b.org") == "a�@b.org");
    // none
    for (const std::string& value :
         std::vector<std::string>{"", "Ann Muster", "ann@", "@b.org", "ann@b\"Muster\"",
                                  "ann@\"Ann Muster\"", "undisclosed:;"}) {
        CAPTURE(value);
        CHECK(from(value).empty());
    }
}

TEST_CASE("mime: odd headers")
{
    CHECK(read("") == Summary{});
    CHECK(read("Subject: a").subject == "a");
    CHECK(read("Subject: a\n").subject == "a");
    CHECK(read("Subject:\n").subject.empty());
    CHECK(read("Subject: a\nSubject: b\n\n").subject == "a");
    CHECK(read("Subject: a\nSubject: b\n\n").broken);
    CHECK(mime::summarise("Subject: a\nFrom: a@b\n\nx").from == "a@b"); // LF alone
    CHECK(mime::summarise("Subject: a\rFrom: b\r\rx").subject ==
          "a From: b  x"); // CR alone
    CHECK(mime::summarise(std::string_view("Subject: a\0b\r\n\r\n", 16)).subject == "a�b");
    CHECK(read("Subject: r\xe4w\n\n").subject == "räw");
    CHECK(read("From user@host Mon Nov 23\nSubject: a\n\n").subject == "a");
    CHECK(read("Subject: a\nthis is no field\nFrom: a@b\n\n").from == "a@b");
    CHECK(read("Subject: a\nthis is no field\nFrom: b\n\n").broken);
    // no header at all
    const Summary none = read("Hello world\nSubject: a\n\n");
    CHECK(none.subject.empty());
    CHECK(none.broken);
    CHECK(read("\nSubject: a\n\n").subject.empty());
    CHECK(read(" Subject: a\n\n").subject.empty());
}

TEST_CASE("mime: what counts as attached")
{
    const auto one = [](std::string_view fields) {
        return listed(read(std::string(fields) + "\nabc"));
    };
    CHECK(one("").empty());
    CHECK(one("Content-Type: text/plain\n").empty());
    CHECK(one("Content-Type: text/html\nContent-Disposition: inline\n").empty());
    CHECK(one("Content-Type: nonsense\n").empty());
    CHECK(one("Content-Type: text/plain; name=a.txt\n") ==
          "a.txt|text/plain|text/plain|3\n");
    CHECK(one("Content-Disposition: attachment\n") == "||text/plain|3\n");
    CHECK(one("Content-Disposition: inline; filename=a\n") == "a||text/plain|3\n");
    CHECK(one("Content-Type: application/pdf\n") == "|application/pdf|text/plain|3\n");
    CHECK(one("Content-Type: image/png\nContent-ID: <a@b>\n") ==
          "|image/png|text/plain|3\n");
    CHECK(one("Content-Type: nonsense; name=a\n") == "a||text/plain|3\n");
    CHECK(one("Content-Type: a/b; name=a\nContent-Disposition: attachment; filename=b\n") ==
          "b|a/b|text/plain|3\n");
    CHECK(one("Content-Type: application/ms-tnef; name=winmail.dat\n") ==
          "winmail.dat|application/ms-tnef|text/plain|3\n");
    CHECK(one("Content-Type: a/b\nContent-Transfer-Encoding: base64\n") ==
          "|a/b|text/plain|2\n");
}

TEST_CASE("mime: the parts of a multipart")
{
    const Summary found = read(mime_test::rich);
    CHECK(listed(found) == mime_test::rich_list);
    CHECK_FALSE(found.broken);
    CHECK_FALSE(found.incomplete);
}

TEST_CASE("mime: the line end before a boundary is not of the content")
{
    const auto size = [](std::string_view body) {
        const Summary found =
            mime::summarise("Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"
                            "Content-Type: a/b\r\n\r\n" +
                            std::string(body) + "--b--\r\n");
        REQUIRE(found.attachments.size() == 1);
        return found.attachments[0].size;
    };
    CHECK(size("") == 0);
    CHECK(size("\r\n") == 0);
    CHECK(size("a\r\n") == 1);
    CHECK(size("a\n") == 1);
    CHECK(size("a\r\n\r\n") == 3);
    CHECK(size("\r\na\r\n") == 3);
    CHECK(size("a\rb\r\r\n") == 4);
    CHECK(size("--\r\n--bb\r\n--b-\r\n-b\r\n") == 18);
}

TEST_CASE("mime: boundaries that are not as they should be")
{
    const auto list = [](std::string_view type, std::string_view body) {
        const Summary found = read("Content-Type: multipart/" + std::string(type) + "\n\n" +
                                   std::string(body));
        return listed(found) + (found.broken ? "broken" : "");
    };
    const std::string part = "--b\nContent-Type: a/b\n\nabc\n";
    const std::string row = "|a/b|text/plain|3\n";
    CHECK(list("mixed; boundary=b", part + part + "--b--\n") == row + row);
    CHECK(list("mixed; boundary=b", "preamble\n" + part + "--b-- \t\nepilogue\n") == row);
    CHECK(list("mixed; boundary=b", part + "--b  \n\n--b--") == row);
    // no end; cut within the last boundary
    CHECK(list("mixed; boundary=b", part) == "|a/b|text/plain|5\nbroken");
    CHECK(list("mixed; boundary=b", part + "--b-") == "|a/b|text/plain|9\nbroken");
    // what follows the end is not of the message
    CHECK(list("mixed; boundary=b", part + "--b--\n" + part + part) == row);
    // none
    CHECK(list("mixed", part) == "|multipart/mixed|text/plain|31\nbroken");
    CHECK(list("mixed; boundary=\"\"", "--\n\nabc\n----\n") ==
          "|multipart/mixed|text/plain|17\nbroken");
    CHECK(list("mixed; boundary=" + std::string(300, 'x'), "abc") ==
          "|multipart/mixed|text/plain|3\nbroken");
    CHECK(list("mixed; boundary=b\nContent-Transfer-Encoding: base64", part + "--b--\n") ==
          row + "broken");
    // an inner one that never ends; one within a header; inner and outer are the same
    CHECK(list("mixed; boundary=b", "--b\nContent-Type: multipart/x; "
                                    "boundary=c\n\n--c\nContent-Type: a/b\n\nabc\n" +
                                        part + "--b--\n") == row + row + "broken");
    CHECK(list("mixed; boundary=b", "--b\nContent-Type: a/b\n" + part + "--b--\n") ==
          "|a/b|application/x-empty|0\n" + row);
    CHECK(list("mixed; boundary=b", "--b\nContent-Type: multipart/x; boundary=b\n\n" +
                                        part + "--b--\n") == row + "broken");
    // a part that begins without a header
    CHECK(list("mixed; boundary=b", "--b\nabc\n" + part + "--b--\n") == row + "broken");
}

TEST_CASE("mime: messages within")
{
    const std::string inner =
        "Subject: inner\nContent-Type: multipart/mixed; boundary=i\n\n"
        "--i\nContent-Type: a/b; name=x\n\nabc\n--i--\n";
    const auto list = [&](std::string_view fields) {
        const Summary found =
            read("Subject: outer\nContent-Type: multipart/mixed; boundary=o\n\n"
                 "--o\n" +
                 std::string(fields) + "\n" + inner + "--o--\n");
        CHECK(found.subject == "outer");
        CHECK_FALSE(found.broken);
        return listed(found);
    };
    const std::string row = "x|a/b|text/plain|3\n";
    // without the line end before the boundary
    CHECK(list("Content-Type: message/rfc822\n") == row);
    CHECK(list("Content-Type: message/rfc822; name=a.eml\n") ==
          "a.eml|message/rfc822|message/rfc822|105\n" + row);
    CHECK(list("Content-Type: message/rfc822\nContent-Disposition: attachment\n") ==
          "|message/rfc822|message/rfc822|105\n" + row);
    // as a file: nothing looks into base64
    CHECK(list("Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n")
              .starts_with("|message/rfc822|"));

    // the message is all there is
    const Summary alone = read("Content-Type: message/rfc822; name=a.eml\n\n" + inner);
    CHECK(listed(alone) == "a.eml|message/rfc822|message/rfc822|107\n" + row);
    CHECK_FALSE(alone.broken);

    const Summary digest =
        read("Content-Type: multipart/digest; boundary=o\n\n--o\n\n" + inner +
             "--o\nContent-Type: a/b\n\nabc\n--o\nno header\n--o--\n");
    CHECK(listed(digest) == row + "|a/b|text/plain|3\n");
}

TEST_CASE("mime: uuencode in text")
{
    const std::string file = "begin 644 a b.txt\n#86)C\n#86)C\n`\nend\n";
    CHECK(listed(read("Subject: a\n\nHello,\n" + file + "bye\n" + file)) ==
          "a b.txt||text/plain|6\na b.txt||text/plain|6\n");
    CHECK(listed(read("Subject: a\n\nbegin 644 a.txt\n#86)C")) == "a.txt||text/plain|3\n");
    CHECK(listed(read("Subject: a\n\nbegin 644 a.txt\n#86)C\nthat is all\n#86)C\n")) ==
          "a.txt||text/plain|3\n");
    // one that is none, or has no end, hides nothing
    CHECK(listed(read("Subject: a\n\nbegin 644 none\nbegin 644 a.txt\n#86)C\n"
                      "begin 644 b.txt\n#86)C\nend\n")) ==
          "a.txt||text/plain|3\nb.txt||text/plain|3\n");
    CHECK(read("Subject: a\n\nbegin 644 a.txt\nand so it began\n").attachments.empty());
    CHECK(read("Subject: a\n\nbegin 644 a.txt\n").attachments.empty());
    CHECK(read("Content-Type: text/html\n\n" + file).attachments.empty());
    CHECK(listed(read("Content-Type: multipart/mixed; boundary=b\n\n--b\n\n"
                      "begin 644 a.txt\n#86)C\n--b\nContent-Type: a/b\n\nabc\n--b--\n")) ==
          "a.txt||text/plain|3\n|a/b|text/plain|3\n");
    CHECK(listed(read("Content-Type: a/b\nContent-Transfer-Encoding: x-uuencode\n\n" +
                      file)) == "a b.txt|a/b|text/plain|6\n");
}

TEST_CASE("mime: a message cut anywhere gives what came before the cut")
{
    const std::string whole = message(mime_test::rich);
    const Summary all = mime::summarise(whole);
    std::size_t least = 0;
    for (std::size_t size = 0; size <= whole.size(); ++size) {
        CAPTURE(size);
        const Summary found = mime::summarise(std::string_view(whole).substr(0, size));
        CHECK(found.attachments.size() >= least);
        REQUIRE(found.attachments.size() <= all.attachments.size() + 1);
        least =
            std::max(least, found.attachments.size() - (found.attachments.empty() ? 0 : 1));
        CHECK_FALSE(found.incomplete);
    }
}
