// SPDX-License-Identifier: Apache-2.0
#include "proxy/pop3_conversation.h"

#include <doctest/doctest.h>
#include <string>

using proxy::Pop3Conversation;

namespace {

std::string text_of(const text::Passage& passage)
{
    std::string text;
    for (std::size_t i = 0; i < passage.size(); ++i)
        text += passage[i];
    return text;
}

} // namespace

TEST_CASE("proxy: POP3 passes every byte and counts what happened, cut at every byte")
{
    const std::string asked = "UIDL\r\nRETR 1\r\nTOP 2 0\r\nDELE 1\r\nRSET\r\nDELE 2\r\n"
                              "RETR 9\r\nQUIT\r\n";
    const std::string answered = "+OK\r\n1 a\r\n2 b\r\n.\r\n+OK\r\nfirst\r\n..\r\n.\r\n"
                                 "+OK\r\nsecond\r\n.\r\n+OK\r\n+OK\r\n+OK\r\n-ERR no\r\n"
                                 "+OK bye\r\n";
    for (std::size_t step = 1; step <= answered.size(); ++step) {
        Pop3Conversation conversation{pop3::Limits{}};
        text::Passage up;
        std::string down;
        CHECK(conversation.client(asked, up) == asked.size());
        CHECK(text_of(up) == asked);
        for (std::size_t at = 0; at < answered.size(); at += step) {
            text::Passage passage;
            const std::string_view piece = std::string_view(answered).substr(at, step);
            CHECK(conversation.server(piece, passage) == piece.size());
            down += text_of(passage);
        }
        conversation.ended();
        CHECK(down == answered);
        CHECK(conversation.totals().fetched == 1);
        CHECK(conversation.totals().parts == 1);
        CHECK(conversation.totals().deleted == 1);
        CHECK(conversation.trouble().empty());
    }
}

TEST_CASE("proxy: a POP3 client does not ask more ahead than we remember")
{
    pop3::Limits limits;
    limits.unanswered = 3;
    Pop3Conversation conversation(limits);
    text::Passage up;
    CHECK(conversation.client("NOOP\r\nNOOP\r\nNOOP\r\nNOOP\r\n", up) == 18);
    CHECK(conversation.must_wait());
    up.clear();
    CHECK(conversation.client("NOOP\r\n", up) == 0);
    CHECK(up.empty());
    text::Passage down;
    CHECK(conversation.server("+OK\r\n", down) == 5);
    CHECK_FALSE(conversation.must_wait());
    CHECK(conversation.client("NOOP\r\n", up) == 6);
}

TEST_CASE("proxy: what was marked is not deleted without QUIT")
{
    Pop3Conversation conversation{pop3::Limits{}};
    text::Passage passage;
    (void)conversation.client("DELE 1\r\nRETR 1\r\n", passage);
    (void)conversation.server("+OK\r\n+OK\r\nhalf", passage);
    conversation.ended();
    CHECK(conversation.totals().deleted == 0);
    CHECK(conversation.totals().fetched == 0);
    CHECK(conversation.totals().parts == 1);
}

TEST_CASE("proxy: TLS inside a POP3 session ends it")
{
    Pop3Conversation conversation{pop3::Limits{}};
    text::Passage passage;
    (void)conversation.client("STLS\r\n", passage);
    (void)conversation.server("+OK go\r\n", passage);
    CHECK_FALSE(conversation.trouble().empty());
}
