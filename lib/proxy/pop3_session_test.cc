// SPDX-License-Identifier: Apache-2.0
// POP3 sessions from the greeting to the end, between a client and hosts that are lists of
// turns.
#include "proxy/pop3_stage_test.h"

namespace {

using proxy::test::accepted;
using proxy::test::hello;
using proxy::test::Turn;
using proxy::test::Turns;
using proxy::test::with;
using Stage = proxy::test::Pop3Stage;
using Notes = std::vector<std::string>;

} // namespace

TEST_CASE("proxy: a POP3 session from greeting to QUIT, whole and byte by byte")
{
    for (const bool in_bytes : {false, true}) {
        Stage stage;
        stage.host.parts.push_back(
            {with(accepted, {{"RETR 1\r\n", "+OK\r\nSubject: x\r\n\r\n..\r\n.\r\n"},
                             {"DELE 1\r\nQUIT\r\n", "+OK\r\n+OK bye\r\n"}}),
             {.in_bytes = in_bytes}});
        stage.clients.push_back({{{{"ready\r\n", "USER anna\r\n"},
                                   {"\r\n", "PASS secret\r\n"},
                                   {"+OK in\r\n", "RETR 1\r\n"},
                                   {"\r\n.\r\n", "DELE 1\r\nQUIT\r\n"}},
                                  {.in_bytes = in_bytes}},
                                 {}});
        CHECK(stage.run() == "+OK ready\r\n+OK password, please\r\n+OK in\r\n"
                             "+OK\r\nSubject: x\r\n\r\n..\r\n.\r\n+OK\r\n+OK bye\r\n");
        CHECK(stage.journal.notes ==
              Notes{"tried anna USER", "accepted anna 192.0.2.7:4711", "ended anna quit"});
        CHECK(stage.journal.last.fetched == 1);
        CHECK(stage.journal.last.deleted == 1);
    }
}

TEST_CASE("proxy: POP3 commands in one packet, across the login")
{
    Stage stage;
    stage.host.parts.push_back(
        {with(accepted, {{"STAT\r\nQUIT\r\n", "+OK 0 0\r\n+OK bye\r\n"}})});
    const std::string heard = stage.run(
        {{"ready\r\n", "USER anna\r\nPASS secret\r\nSTAT\r\nQUIT\r\n"}, {"bye\r\n", ""}});
    CHECK(heard.ends_with("+OK in\r\n+OK 0 0\r\n+OK bye\r\n"));
}

TEST_CASE("proxy: what the host says in one packet with its answer to the login")
{
    Stage stage;
    stage.host.parts.push_back({{hello,
                                 {"USER anna\r\n", "+OK\r\n"},
                                 {"PASS secret\r\n", "+OK in\r\n-ERR going down\r\n"}}});
    const std::string heard =
        stage.run({{"ready\r\n", "USER anna\r\nPASS secret\r\n"}, {"down\r\n", ""}});
    CHECK(heard.ends_with("+OK in\r\n-ERR going down\r\n"));
}

TEST_CASE("proxy: refused POP3 logins may be tried again, but not for ever")
{
    Stage stage;
    const Turns refused{
        hello, {"USER anna\r\n", "+OK\r\n"}, {"PASS wrong\r\n", "-ERR [AUTH] no\r\n"}};
    SUBCASE("the third is right")
    {
        stage.host.parts = {
            {refused}, {refused}, {with(accepted, {{"QUIT\r\n", "+OK\r\n"}})}};
        const std::string heard = stage.run({{"ready\r\n", "USER anna\r\nPASS wrong\r\n"},
                                             {"no\r\n", "USER anna\r\nPASS wrong\r\n"},
                                             {"no\r\n", "USER anna\r\nPASS secret\r\n"},
                                             {"in\r\n", "QUIT\r\n"}});
        CHECK(
            heard.ends_with("-ERR [AUTH] no\r\n+OK password, please\r\n+OK in\r\n+OK\r\n"));
        CHECK(stage.host.heard.size() == 3);
    }
    SUBCASE("the third is wrong, too")
    {
        stage.host.parts = {{refused}};
        const std::string one = "USER anna\r\nPASS wrong\r\n";
        const std::string heard = stage.run({{"ready\r\n", one + one + one + one}});
        CHECK(heard.ends_with("-ERR [AUTH] no\r\n"));
        CHECK(stage.host.heard.size() == 3);
        CHECK(stage.journal.notes.back() == "ended  refused");
    }
}

TEST_CASE("proxy: what is wrong behind us is not told to POP3 clients")
{
    struct {
        Turns turns;
        std::string_view heard;
        std::string_view noted;
    } const cases[] = {
        {{{"", "-ERR disk of mail1 is full\r\n"}}, "[SYS/TEMP]", "failed anna unavailable"},
        {{{"", "* OK IMAP4rev1\r\n"}}, "[SYS/TEMP]", "failed anna broken"},
        {{}, "[SYS/TEMP]", "failed anna broken"},
        {{hello, {"USER anna\r\n", "+OK\r\n"}}, "[SYS/TEMP]", "failed anna broken"},
        {{hello, {"USER anna\r\n", "-ERR [IN-USE] locked\r\n"}},
         "-ERR [IN-USE] locked",
         "failed anna in-use"},
    };
    for (const auto& c : cases) {
        INFO(c.noted);
        Stage stage;
        stage.host.parts = {{c.turns}};
        const std::string heard =
            stage.run({{"ready\r\n", "USER anna\r\nPASS secret\r\nQUIT\r\n"}});
        CHECK(heard.contains(c.heard));
        CHECK_FALSE(heard.contains("mail1"));
        CHECK(heard.ends_with("+OK bye\r\n")); // the session goes on
        CHECK(stage.journal.notes[1] == c.noted);
    }
}

TEST_CASE("proxy: POP3 users with a route go there, and to the next host if one is down")
{
    Stage stage;
    proxy::test::Host other(stage.loop, db::Protocol::pop3);
    other.parts = {{{hello,
                     {"CAPA\r\n", "+OK\r\nPIPELINING\r\nUSER\r\n.\r\n"},
                     {"PASS secret\r\n", "+OK\r\n+OK in\r\n"},
                     {"QUIT\r\n", "+OK\r\n"}}}};
    stage.host.parts = {{{{"", "-ERR out of service\r\n"}}}};
    stage.routes.rows["anna"] = {stage.host.route, other.route};
    stage.routes.rows["anna"][1].priority = 10;
    other.open();
    const std::string heard =
        stage.run({{"ready\r\n", "USER anna\r\nPASS secret\r\n"}, {"in\r\n", "QUIT\r\n"}});
    CHECK(heard.ends_with("+OK in\r\n+OK\r\n"));
    CHECK(stage.host.heard.size() == 1);
    CHECK(other.heard.front() == "CAPA\r\nUSER anna\r\nPASS secret\r\nQUIT\r\n");
}

TEST_CASE("proxy: a POP3 user without route and backend is told no more than others")
{
    Stage stage;
    stage.listener.backend.reset();
    const std::string heard =
        stage.run({{"ready\r\n", "USER anna\r\nPASS secret\r\nCAPA\r\nQUIT\r\n"}});
    CHECK(heard.contains("-ERR [AUTH] Authentication failed.\r\n"));
    CHECK(heard.contains("UIDL\r\n"));
    CHECK(heard.contains("SASL PLAIN LOGIN SCRAM-SHA-256 XOAUTH2\r\n"));
    CHECK(stage.journal.notes[1] == "failed anna no-route");
}

TEST_CASE("proxy: CAPA is the host's, with what is ours in place of its own")
{
    Stage stage;
    stage.knows("USER\nSTLS\nSASL PLAIN GSSAPI\nUIDL\nIMPLEMENTATION x\n");
    CHECK(
        stage.run({{"ready\r\n", "CAPA\r\nQUIT\r\n"}}) ==
        "+OK ready\r\n+OK\r\nUIDL\r\nIMPLEMENTATION x\r\nUSER\r\nSASL PLAIN LOGIN\r\n.\r\n"
        "+OK bye\r\n");
    CHECK(stage.host.heard.empty());
}

TEST_CASE("proxy: CAPA is asked of the host when nobody has")
{
    Stage stage;
    stage.listener.name = "new";
    stage.host.parts = {
        {{hello, {"CAPA\r\n", "+OK\r\nUSER\r\nX-NEW\r\n.\r\n"}, {"QUIT\r\n", "+OK\r\n"}}}};
    CHECK(stage.run({{"ready\r\n", "CAPA\r\nQUIT\r\n"}}).contains("\r\nX-NEW\r\n"));
    CHECK(stage.host.heard.front() == "CAPA\r\nQUIT\r\n");
}

TEST_CASE("proxy: no POP3 login before TLS, and nothing ahead of it")
{
    const net::test::Folder folder;
    const auto certificate = net::test::make_certificate(folder, "mail", {"mail"});
    struct {
        std::string said;
        std::string heard; // behind the greeting
    } const cases[] = {
        {"CAPA\r\n", "+OK\r\nUTF8\r\nLANG\r\nTOP\r\nUIDL\r\nSTLS\r\n.\r\n"},
        {"USER anna\r\nPASS x\r\n",
         "-ERR [SYS/PERM] use STLS first\r\n-ERR USER first\r\n"},
        {"AUTH PLAIN AGEAYg==\r\n", "-ERR [SYS/PERM] use STLS first\r\n"},
        {"STLS\r\nUSER anna\r\n", "-ERR bytes sent ahead of TLS\r\n"},
        {"STLS\r\n", "+OK go ahead with TLS\r\n"}, // and no handshake
    };
    for (const auto& c : cases) {
        INFO(c.said);
        Stage stage;
        stage.listener.login_without_tls = false;
        stage.listener.tls = std::make_shared<net::TlsContext>(net::ServerTlsOptions{
            .certificates = {{certificate.chain_file, certificate.key_file}},
            .min_version = "TLSv1.2",
            .ciphers = {},
            .ticket_key_file = {}});
        CHECK(stage.run({{"ready\r\n", c.said}}) == "+OK ready\r\n" + c.heard);
        CHECK(stage.host.heard.empty());
    }
}

TEST_CASE("proxy: XCLIENT of those who are trusted, and of nobody else")
{
    for (const bool is_trusted : {true, false}) {
        Stage stage;
        if (is_trusted)
            stage.listener.trust_xclient = *net::Networks::parse("192.0.2.0/24");
        stage.listener.backend->client_info = db::ClientInfo::xclient;
        stage.knows("USER\nUIDL\n");
        stage.host.parts = {{{{"", "+OK [XCLIENT] back\r\n"},
                              {"\r\n", "+OK\r\n"},
                              {"\r\n", "+OK\r\n"},
                              {"\r\n", "+OK in\r\n"},
                              {"\r\n", "+OK bye\r\n"}}}};
        const std::string heard =
            stage.run({{"ready\r\n", "XCLIENT ADDR=198.51.100.3 PORT=99 TTL=3\r\n"},
                       {"\r\n", "USER anna\r\nPASS secret\r\n"},
                       {"in\r\n", "QUIT\r\n"}});
        CHECK(heard.starts_with(is_trusted ? "+OK [XCLIENT] ready\r\n+OK"
                                           : "+OK ready\r\n-ERR"));
        const std::string& said = stage.host.heard.front();
        CHECK(said.starts_with(is_trusted ? "XCLIENT ADDR=198.51.100.3 PORT=99 "
                                          : "XCLIENT ADDR=192.0.2.7 PORT=4711 "));
        CHECK(said.contains(is_trusted ? " TTL=2\r\n" : " TTL=4\r\n"));
        CHECK(stage.journal.notes[1] == (is_trusted ? "accepted anna 198.51.100.3:99"
                                                    : "accepted anna 192.0.2.7:4711"));
    }
}

TEST_CASE("proxy: proxies that form a loop end it")
{
    Stage stage;
    stage.listener.trust_xclient = *net::Networks::parse("192.0.2.0/24");
    const std::string heard =
        stage.run({{"ready\r\n", "XCLIENT TTL=1\r\nUSER anna\r\nPASS secret\r\nQUIT\r\n"}});
    CHECK(heard.contains("-ERR [SYS/PERM] proxies form a loop\r\n"));
    CHECK(stage.host.heard.empty());
}

TEST_CASE("proxy: a POP3 user has only so many sessions")
{
    Stage stage;
    stage.listener.connections_per_user = 1;
    stage.host.parts = {{with(accepted, {{"QUIT\r\n", "+OK bye\r\n"}})}};
    const Turns turns{{"ready\r\n", "USER anna\r\nPASS secret\r\n"}, {"]", ""}};
    stage.clients.push_back({{turns, {.patience = base::seconds{1}}}, {}});
    stage.clients.push_back({{turns, {.patience = base::seconds{1}}}, {}});
    stage.run();
    const bool first = stage.clients.front().heard.contains("[IN-USE]");
    const bool second = stage.clients.back().heard.contains("[IN-USE]");
    CHECK(first != second);
}

TEST_CASE("proxy: POP3 clients that talk nonsense")
{
    struct {
        std::string said;
        std::string heard; // behind the greeting
    } const cases[] = {
        {"GET / HTTP/1.1\r\nHost: x\r\n\r\n", "-ERR this is POP3\r\n"},
        {std::string("\x16\x03\x01\x02\0\x01\0", 7), "-ERR this is no line of POP3\r\n"},
        {"QUIT\n", "-ERR lines end with CRLF\r\n"},
        {std::string(70'000, 'x'), "-ERR line is too long\r\n"},
        {"USER " + std::string(600, 'x') + "\r\nQUIT\r\n",
         "-ERR line is too long\r\n+OK bye\r\n"},
        {"NOOP\nQUIT\r\n", "-ERR control characters in a command\r\n"},
        {"USER a\rb\r\nQUIT\r\n", "-ERR control characters in a command\r\n+OK bye\r\n"},
        {"half a line", ""},
    };
    for (const auto& c : cases) {
        INFO(c.said.substr(0, 30));
        Stage stage;
        const std::string heard = stage.run({{"ready\r\n", c.said}});
        CHECK(heard == "+OK ready\r\n" + c.heard);
        CHECK(stage.host.heard.empty());
    }
}

TEST_CASE("proxy: UTF8 and LANG are told to the host at the login")
{
    Stage stage;
    stage.host.parts = {{{hello,
                          {"UTF8\r\n", "+OK\r\n"},
                          {"LANG de\r\n", "+OK\r\n"},
                          {"USER anna\r\n", "+OK\r\n"},
                          {"PASS secret\r\n", "+OK drin\r\n"}}}};
    CHECK(stage
              .run({{"ready\r\n", "UTF8\r\nLANG de\r\nUSER anna\r\nPASS secret\r\n"},
                    {"drin\r\n", ""}})
              .ends_with("+OK drin\r\n"));
}

TEST_CASE(
    "proxy: a host that dies at any byte of a POP3 session tells nothing that is not so")
{
    const Turns whole = with(accepted, {{"RETR 1\r\n", "+OK\r\nx\r\n.\r\n"}});
    std::size_t size = 0;
    for (const Turn& turn : whole)
        size += turn.say.size();
    for (std::size_t cut = 0; cut < size; ++cut) {
        INFO(cut);
        Stage stage;
        stage.host.parts = {{whole, {.cut = cut}}};
        const std::string heard =
            stage.run({{"ready\r\n", "USER anna\r\nPASS secret\r\nRETR 1\r\n"}});
        const bool in = heard.contains("+OK in\r\n");
        CHECK(in == (cut >= size - 11));
        CHECK(heard.contains("-ERR [SYS/TEMP]") != in);
        CHECK(stage.journal.last.fetched == 0);
        CHECK(stage.server.sessions() == 0);
    }
}

TEST_CASE("proxy: a POP3 client that goes at any byte leaves nothing behind")
{
    const std::string said = "CAPA\r\nUSER anna\r\nPASS secret\r\nRETR 1\r\nQUIT\r\n";
    Stage stage;
    stage.host.parts = {{with(accepted, {{"never", ""}})}};
    for (std::size_t cut = 0; cut < said.size(); ++cut)
        stage.clients.push_back({{{{"ready\r\n", said.substr(0, cut)}}}, {}});
    stage.run();
    CHECK(stage.server.sessions() == 0);
    CHECK(stage.server.limits().connections() == 0);
    CHECK(stage.host.heard.size() == 14); // of those whose PASS was whole
}

TEST_CASE("proxy: a server that stops sends POP3 clients away that have not logged in")
{
    Stage stage;
    const auto stop = [](Stage& s) -> net::Task<void> {
        constexpr base::milliseconds moment{100};
        co_await net::sleep_for(s.loop, moment);
        s.server.drain();
    };
    stage.loop.spawn("stop", stop(stage));
    CHECK(stage.run({{"ready\r\n", ""}, {"never", ""}}) ==
          "+OK ready\r\n-ERR [SYS/TEMP] shutting down\r\n");
    CHECK(stage.journal.notes.back() == "ended  shutdown");
}
