// SPDX-License-Identifier: Apache-2.0
#include "proxy/imap_conversation.h"
#include "text/passage.h"

#include <doctest/doctest.h>

namespace {

struct Scene {
    proxy::ImapConversation conversation{{.limits = {}, .compress = true}};
    std::string to_server;
    std::string to_client;

    std::size_t client(std::string_view bytes)
    {
        text::Passage passage;
        const std::size_t taken = conversation.client(bytes, passage);
        for (std::size_t i = 0; i < passage.size(); ++i)
            to_server += passage[i];
        return taken;
    }
    std::size_t server(std::string_view bytes)
    {
        text::Passage passage;
        const std::size_t taken = conversation.server(bytes, passage);
        for (std::size_t i = 0; i < passage.size(); ++i)
            to_client += passage[i];
        return taken;
    }
};

} // namespace

TEST_CASE("proxy: an IMAP session is counted")
{
    Scene scene;
    (void)scene.client("a SELECT INBOX\r\nb FETCH 1:2 BODY[]\r\nc UID EXPUNGE 1:9\r\n");
    (void)scene.server("a OK in\r\n"
                       "* 1 FETCH (BODY[] {3}\r\nabc)\r\n"
                       "* 2 FETCH (BODY[HEADER] {3}\r\nabc BODY[]<0> {1}\r\nx)\r\n"
                       "* VANISHED (EARLIER) 1:1000\r\n"
                       "b OK fetched\r\n"
                       "* 3 EXPUNGE\r\n"
                       "* VANISHED 4:6,9\r\n"
                       "* VANISHED 12\r\n"
                       "c OK gone\r\n");
    (void)scene.client("d APPEND INBOX {3+}\r\nabc () {3+}\r\ndef\r\n"
                       "e APPEND INBOX CATENATE (TEXT {3+}\r\nabc TEXT {3+}\r\ndef)\r\n"
                       "f APPEND none {3+}\r\nabc\r\n");
    CHECK(scene.conversation.totals().uploaded == 0);
    (void)scene.server("d OK done\r\ne OK done\r\nf NO none\r\n");
    const proxy::Totals& totals = scene.conversation.totals();
    CHECK(totals.fetched == 1);
    CHECK(totals.parts == 2);
    CHECK(totals.uploaded == 2 + 1);
    CHECK(totals.deleted == 1 + 4 + 1);
    CHECK(scene.conversation.trouble().empty());
}

TEST_CASE("proxy: an upload that is cut off does not count")
{
    Scene scene;
    (void)scene.client("d APPEND INBOX {3+}\r\nab");
    scene.conversation.ended();
    CHECK(scene.conversation.totals().uploaded == 0);
}

TEST_CASE("proxy: BYE is said between responses only, and only when it is ours to say")
{
    Scene scene;
    CHECK(scene.conversation.farewell("timeout").starts_with("* BYE "));
    CHECK(scene.conversation.farewell("shutdown").starts_with("* BYE "));
    CHECK(scene.conversation.farewell("client-protocol").starts_with("* BYE [CLIENTBUG] "));
    CHECK(scene.conversation.farewell("backend-gone").starts_with("* BYE [UNAVAILABLE] "));
    CHECK(scene.conversation.farewell("client").empty());
    CHECK(scene.conversation.farewell("backend").starts_with("* BYE [UNAVAILABLE] "));
    (void)scene.server("* BYE for maintenance\r\n");
    CHECK(scene.conversation.farewell("backend").empty());
    Scene other;
    (void)other.server("* 1 FETCH (BODY[] {30}\r\nabc");
    CHECK(other.conversation.farewell("timeout").empty());
}

TEST_CASE("proxy: the client's leg is compressed behind our answer, not before")
{
    Scene scene;
    const std::string_view said = "a COMPRESS DEFLATE\r\nb NOOP\r\n";
    const std::size_t taken = scene.client(said);
    CHECK(said.substr(taken) == "b NOOP\r\n");
    CHECK(scene.to_server == "a NOOP\r\n");
    CHECK(scene.conversation.must_wait());
    CHECK_FALSE(scene.conversation.compress_now());
    const std::string_view answer = "a OK done\r\n* 3 EXISTS\r\n";
    CHECK(scene.server(answer) == 11);
    CHECK(scene.to_client == "a OK compression begins\r\n");
    CHECK(scene.conversation.compress_now());
    CHECK_FALSE(scene.conversation.must_wait());
}
