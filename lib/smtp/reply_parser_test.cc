// SPDX-License-Identifier: Apache-2.0
// Replies: whole, in pieces, too long, and not replies at all.
#include "smtp/reply_parser.h"

#include <doctest/doctest.h>

namespace {

using State = smtp::ReplyParser::State;

smtp::ReplyParser fed(std::string_view bytes)
{
    smtp::ReplyParser parser;
    parser.feed(bytes);
    return parser;
}

} // namespace

TEST_CASE("smtp: replies of one and several lines")
{
    smtp::ReplyParser parser;
    const std::string_view two = "250-first\r\n250 last\r\n354 go\r\n";
    std::size_t used = parser.feed(two);
    CHECK(used == 21);
    REQUIRE(parser.state() == State::complete);
    smtp::PeerReply reply = parser.take();
    CHECK(reply.code == 250);
    CHECK(reply.lines == std::vector<std::string>{"first", "last"});
    CHECK(reply.text() == "250 first; last");
    used = parser.feed(two.substr(used));
    CHECK(used == 8);
    CHECK(parser.take().code == 354);
}

TEST_CASE("smtp: a reply cut at every byte is the same reply")
{
    const std::string_view whole = "451-4.7.1 come\r\n451-\r\n451 4.7.1 later\r\n";
    for (std::size_t cut = 0; cut <= whole.size(); ++cut) {
        CAPTURE(cut);
        smtp::ReplyParser parser;
        CHECK(parser.feed(whole.substr(0, cut)) == cut);
        CHECK((parser.state() == State::complete) == (cut == whole.size()));
        CHECK(parser.begun() == (cut > 0 && cut < whole.size()));
        if (cut < whole.size())
            parser.feed(whole.substr(cut));
        REQUIRE(parser.state() == State::complete);
        const smtp::PeerReply reply = parser.take();
        CHECK(reply.code == 451);
        CHECK(reply.lines == std::vector<std::string>{"4.7.1 come", "", "4.7.1 later"});
        CHECK(reply.status() == smtp::EnhancedStatus{4, 7, 1});
    }
}

TEST_CASE("smtp: what is no reply is malformed and stays so")
{
    for (const char* bad :
         {"hello\r\n", "25 ok\r\n", "2500 ok\r\n", "250_ok\r\n", "100 ok\r\n", "600 ok\r\n",
          "\r\n", "250-a\r\n251 b\r\n", "HTTP/1.1 400 Bad Request\r\n"}) {
        CAPTURE(bad);
        smtp::ReplyParser parser = fed(bad);
        CHECK(parser.state() == State::malformed);
        CHECK(!parser.why().empty());
        parser.feed("250 ok\r\n");
        CHECK(parser.state() == State::malformed);
    }
    CHECK(fed("250\r\n").state() == State::complete);
    CHECK(fed("250 bare newline\n").state() == State::complete);
}

TEST_CASE("smtp: replies have limits")
{
    smtp::ReplyParser parser(smtp::ReplyLimits{.line = 20, .lines = 3, .text = 10});
    parser.feed("250-12345\r\n250-123456789\r\n250 x\r\n");
    REQUIRE(parser.state() == State::complete);
    CHECK(parser.take().lines == std::vector<std::string>{"12345", "x"}); // kept: 10 bytes

    parser.feed("250-1\r\n250-2\r\n250-3\r\n250 4\r\n");
    CHECK(parser.state() == State::malformed);

    smtp::ReplyParser endless(smtp::ReplyLimits{.line = 20, .lines = 3, .text = 10});
    endless.feed(std::string(21, 'x'));
    CHECK(endless.state() == State::malformed);
}

TEST_CASE("smtp: control bytes never get into a reply's text")
{
    smtp::ReplyParser parser = fed("550 a\x1b[2J\x7f\xff\tb\r\n");
    REQUIRE(parser.state() == State::complete);
    CHECK(parser.take().lines.front() == "a?[2J???b");
}

TEST_CASE("smtp: enhanced status codes")
{
    struct Row {
        const char* text;
        smtp::EnhancedStatus status;
    };
    for (const Row& row :
         {Row{"5.1.1 no such user", {5, 1, 1}}, Row{"4.2.2", {4, 2, 2}},
          Row{"2.0.0 x", {2, 0, 0}}, Row{"5.1.1x", {}}, Row{"5.1", {}}, Row{"5..1", {}},
          Row{"3.1.1 x", {}}, Row{"5.1234.1 x", {}}, Row{"5.123.999 x", {5, 123, 999}},
          Row{"", {}}, Row{"hello", {}}}) {
        CAPTURE(row.text);
        CHECK(smtp::parse_enhanced_status(row.text) == row.status);
    }
    const smtp::PeerReply mismatch{550, {"4.1.1 odd"}};
    CHECK(mismatch.status() == smtp::EnhancedStatus{5, 0, 0});
    CHECK(smtp::EnhancedStatus{5, 1, 10}.text() == "5.1.10");
}

TEST_CASE("smtp: long reply texts are cut for people")
{
    const smtp::PeerReply reply{550, {std::string(300, 'a'), std::string(300, 'b')}};
    CHECK(reply.text(100).size() == 100);
    CHECK(reply.text(100).ends_with("..."));
}
