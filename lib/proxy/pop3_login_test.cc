// SPDX-License-Identifier: Apache-2.0
// POP3 logins by SASL and APOP, between a client and hosts that are lists of turns.
#include "proxy/pop3_stage_test.h"

namespace {

using proxy::test::accepted;
using proxy::test::hello;
using proxy::test::Turn;
using proxy::test::Turns;
using proxy::test::with;
using Stage = proxy::test::Pop3Stage;

} // namespace

TEST_CASE("proxy: SASL is relayed message by message, as far as it is any")
{
    const Turn in{"\r\n", "+OK in\r\n"};
    const Turn bye{"QUIT\r\n", "+OK bye\r\n"};
    const std::string scram = "biwsbj1hbm5hLHI9eA=="; // n,,n=anna,r=x
    struct {
        Turns host;
        Turns client;
        std::string heard; // behind the greeting
        std::string noted;
    } const cases[] = {
        {{hello, {"AUTH PLAIN AGFubmEAeA==\r\n", "+OK in\r\n"}, bye},
         {{"ready\r\n", "AUTH PLAIN AGFubmEAeA==\r\nQUIT\r\n"}, {"bye\r\n", ""}},
         "+OK in\r\n+OK bye\r\n",
         "tried anna PLAIN"},
        {{hello, {"AUTH PLAIN YmVuAGFubmEAeA==\r\n", "+OK in\r\n"}, bye},
         {{"ready\r\n", "AUTH PLAIN\r\n"},
          {"+ \r\n", "YmVuAGFubmEAeA==\r\n"},
          {"in\r\n", "QUIT\r\n"}},
         "+ \r\n+OK in\r\n+OK bye\r\n",
         "tried ben PLAIN by anna"}, // whose mailbox it is
        {{hello, {"AUTH LOGIN\r\n", "+ \r\n"}, {"YW5uYQ==\r\n", "+ \r\n"}, in, bye},
         {{"ready\r\n", "AUTH LOGIN\r\n"},
          {"+ VXNlcm5hbWU6\r\n", "YW5uYQ==\r\n"},
          {"+ UGFzc3dvcmQ6\r\n", "eA==\r\n"},
          {"in\r\n", "QUIT\r\n"}},
         "+ VXNlcm5hbWU6\r\n+ UGFzc3dvcmQ6\r\n+OK in\r\n+OK bye\r\n",
         "tried anna LOGIN"},
        {{hello, {"AUTH SCRAM-SHA-256 " + scram + "\r\n", "+ YQ==\r\n"}, in, bye},
         {{"ready\r\n", "AUTH scram-sha-256 " + scram + "\r\n"},
          {"+ YQ==\r\n", "Yg==\r\n"},
          {"in\r\n", "QUIT\r\n"}},
         "+ YQ==\r\n+OK in\r\n+OK bye\r\n",
         "tried anna SCRAM-SHA-256"},
        {{hello,
          {"AUTH SCRAM-SHA-256 " + scram + "\r\n", "+ YQ==\r\n"},
          {"*\r\n", "-ERR cancelled\r\n"}},
         {{"ready\r\n", "AUTH SCRAM-SHA-256 " + scram + "\r\n"},
          {"+ YQ==\r\n", "*\r\nQUIT\r\n"}},
         "+ YQ==\r\n-ERR authentication cancelled\r\n+OK bye\r\n",
         "tried anna SCRAM-SHA-256"},
        {{},
         {{"ready\r\n", "AUTH LOGIN\r\n*\r\nQUIT\r\n"}},
         "+ VXNlcm5hbWU6\r\n-ERR authentication cancelled\r\n+OK bye\r\n",
         "tried  LOGIN"},
        {{},
         {{"ready\r\n", "AUTH PLAIN YW5uYQ==\r\nAUTH PLAIN A\r\nQUIT\r\n"}},
         "-ERR malformed authentication exchange\r\n"
         "-ERR malformed authentication exchange\r\n+OK bye\r\n",
         "tried  PLAIN"},
        {{}, // a name, a password, and one of LOGIN with a line end
         {{"ready\r\n", "AUTH PLAIN AGFubmEKAHg=\r\nAUTH PLAIN AGFubmEAeAp5\r\n"
                        "AUTH LOGIN YW5uYQ==\r\neAp5\r\nQUIT\r\n"}},
         "-ERR malformed authentication exchange\r\n"
         "-ERR malformed authentication exchange\r\n+ UGFzc3dvcmQ6\r\n"
         "-ERR malformed authentication exchange\r\n+OK bye\r\n",
         "tried  PLAIN"},
        {{},
         {{"ready\r\n", "AUTH XOAUTH2\r\nAUTH GSSAPI\r\nQUIT\r\n"}},
         "-ERR unknown mechanism\r\n-ERR unknown mechanism\r\n+OK bye\r\n",
         "ended  quit"},
    };
    for (const auto& c : cases) {
        INFO(c.client.front().say);
        Stage stage;
        stage.host.parts = {{c.host}};
        CHECK(stage.run(c.client) == "+OK ready\r\n" + c.heard);
        CHECK(stage.journal.notes.front() == c.noted);
    }
}

TEST_CASE("proxy: a session that never logged in ends as nobody's")
{
    Stage stage;
    stage.host.parts = {
        {{hello, {"AUTH PLAIN YmVuAGFubmEAeA==\r\n", "-ERR [AUTH] no\r\n"}}, {}}};
    const std::string heard = stage.run(
        {{"ready\r\n", "AUTH PLAIN YmVuAGFubmEAeA==\r\n"}, {"no\r\n", "QUIT\r\n"}});
    CHECK(heard == "+OK ready\r\n-ERR [AUTH] no\r\n+OK bye\r\n");
    CHECK(stage.journal.notes.front() == "tried ben PLAIN by anna");
    CHECK(stage.journal.notes.back() == "ended  quit");
}

TEST_CASE("proxy: APOP passes with the timestamp of the host, and only there")
{
    Stage stage;
    stage.listener.apop = true;
    const Turn stamped{"", "+OK back <1.2@mail1>\r\n"};
    const Turn refused{"APOP anna 00\r\n", "-ERR no\r\n"};
    SUBCASE("on the connection the timestamp came from, also after a refusal")
    {
        stage.host.parts = {{{stamped,
                              refused,
                              {"APOP anna 01\r\n", "+OK in\r\n"},
                              {"QUIT\r\n", "+OK bye\r\n"}}}};
        CHECK(stage.run({{"<1.2@mail1>\r\n", "APOP anna 00\r\nAPOP anna 01\r\n"},
                         {"in\r\n", "QUIT\r\n"}}) ==
              "+OK ready <1.2@mail1>\r\n-ERR [AUTH] no\r\n+OK in\r\n+OK bye\r\n");
        CHECK(stage.host.heard.size() == 1);
        CHECK(stage.journal.notes[2] == "tried anna APOP");
    }
    SUBCASE("USER and PASS use the same connection")
    {
        stage.host.parts = {{with({stamped}, {{"USER anna\r\n", "+OK\r\n"},
                                              {"PASS secret\r\n", "+OK in\r\n"},
                                              {"QUIT\r\n", "+OK bye\r\n"}})}};
        const std::string heard =
            stage.run({{">\r\n", "USER anna\r\nPASS secret\r\n"}, {"in\r\n", "QUIT\r\n"}});
        CHECK(heard.ends_with("+OK in\r\n+OK bye\r\n"));
        CHECK(stage.host.heard.size() == 1);
    }
    SUBCASE("a connection that has gone meanwhile is replaced, and its host not blamed")
    {
        stage.host.parts = {{{stamped}}, {with(accepted, {{"QUIT\r\n", "+OK bye\r\n"}})}};
        const std::string heard =
            stage.run({{">\r\n", "USER anna\r\nPASS secret\r\n"}, {"in\r\n", "QUIT\r\n"}});
        CHECK(heard.ends_with("+OK in\r\n+OK bye\r\n"));
        CHECK(stage.host.heard.size() == 2); // one that had failed would not be asked again
        CHECK(stage.journal.notes[1].starts_with("accepted anna"));
    }
    SUBCASE("a user of another host is told to use something else")
    {
        stage.host.parts = {{{stamped, {"never", ""}}}};
        proxy::test::Host other(stage.loop, db::Protocol::pop3);
        stage.routes.rows["anna"] = {other.route};
        other.open();
        CHECK(stage.run({{"<1.2@mail1>\r\n", "APOP anna 00\r\nQUIT\r\n"}})
                  .contains("-ERR APOP is not possible for your mailbox, use USER\r\n"));
        CHECK(other.heard.empty());
        CHECK(stage.host.heard.front().empty());
    }
    SUBCASE("no timestamp, no APOP")
    {
        stage.host.parts = {{{hello, {"never", ""}}}};
        CHECK(stage.run({{"ready\r\n", "APOP anna 00\r\nQUIT\r\n"}}) ==
              "+OK ready\r\n-ERR APOP is not offered\r\n+OK bye\r\n");
    }
    SUBCASE("no host, no APOP")
    {
        stage.host.parts = {{{{"", "-ERR closed\r\n"}}}};
        CHECK(stage.run({{"ready\r\n", "APOP anna 00\r\nQUIT\r\n"}}) ==
              "+OK ready\r\n-ERR APOP is not offered\r\n+OK bye\r\n");
    }
}

TEST_CASE("proxy: which refusals of a POP3 server are of the password")
{
    struct {
        std::string can;
        std::string said;
        bool of_password;
    } const cases[] = {
        {"", "-ERR wrong", true},
        {"USER\n", "-ERR wrong", true},
        {"USER\n", "-ERR [AUTH] wrong", true},
        {"USER\n", "-ERR [auth] wrong", true},
        {"USER\n", "-ERR [SYS/PERM] off", false},
        {"USER\n", "-ERR [SYS/TEMP] later", false},
        {"USER\n", "-ERR [IN-USE] locked", false},
        {"USER\n", "-ERR [X] what", false},
        {"USER\nAUTH-RESP-CODE\n", "-ERR oops", false},
        {"USER\nAUTH-RESP-CODE\n", "-ERR [AUTH] wrong", true},
        {"USER\nAUTH-RESP-CODE\n", "-ERR [SYS/PERM] off", false},
    };
    for (const auto& c : cases) {
        INFO(c.can, c.said);
        Stage stage;
        stage.knows(c.can);
        stage.host.parts = {
            {{hello, {"USER anna\r\n", "+OK\r\n"}, {"PASS secret\r\n", c.said + "\r\n"}}}};
        (void)stage.run({{"ready\r\n", "USER anna\r\nPASS secret\r\nQUIT\r\n"}});
        REQUIRE(stage.journal.of_password.size() == 1);
        CHECK(stage.journal.of_password.front() == c.of_password);
    }
}
