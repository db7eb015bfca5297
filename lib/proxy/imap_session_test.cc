// SPDX-License-Identifier: Apache-2.0
// Sessions from the greeting to their end: what each side hears.
#include "proxy/imap_stage_test.h"

#include <algorithm>

namespace {

using proxy::test::ImapStage;
using proxy::test::Turn;

const std::string greeting = "* OK [CAPABILITY IMAP4rev1 SASL-IR LITERAL+ ID AUTH=PLAIN "
                             "AUTH=LOGIN AUTH=SCRAM-SHA-256] ready\r\n";
const std::string in = "a OK [CAPABILITY IMAP4rev1 IDLE] in\r\n";
const std::string bye = "* BYE\r\nz OK out\r\n";

std::vector<Turn> backend_for(const std::string& login)
{
    return {{"", greeting}, {login, in}, {"z LOGOUT\r\n", bye}};
}

std::vector<Turn> client_with(const std::string& login)
{
    return {{" ready\r\n", login}, {"] in\r\n", "z LOGOUT\r\n"}, {"z OK out\r\n", ""}};
}

bool noted(const ImapStage& stage, const std::string& what)
{
    const auto& notes = stage.journal.notes;
    return std::ranges::find(notes, what) != notes.end();
}

} // namespace

TEST_CASE("proxy: an IMAP session, whole and byte by byte")
{
    for (const bool in_bytes : {false, true}) {
        CAPTURE(in_bytes);
        ImapStage stage;
        stage.client_manner.in_bytes = stage.backend_manner.in_bytes = in_bytes;
        stage.client = client_with("a LOGIN anna secret\r\n");
        stage.behind = {backend_for("a LOGIN anna secret\r\n")};
        stage.run();
        CHECK(stage.heard ==
              "* OK [CAPABILITY IMAP4rev1 IDLE LITERAL+ SASL-IR ID AUTH=PLAIN AUTH=LOGIN "
              "AUTH=SCRAM-SHA-256] ready\r\na OK [CAPABILITY IMAP4rev1 IDLE] in\r\n" +
                  bye);
        CHECK(stage.at_back ==
              std::vector<std::string>{"a LOGIN anna secret\r\nz LOGOUT\r\n"});
        CHECK(noted(stage, "tried anna LOGIN"));
        CHECK(noted(stage, "accepted anna 192.0.2.7:4711"));
        CHECK(noted(stage, "ended anna quit"));
    }
}

TEST_CASE("proxy: what comes behind LOGIN in the same packet is served")
{
    ImapStage stage;
    stage.client = {
        {" ready\r\n", "a LOGIN anna {6+}\r\nsecret\r\nb SELECT x\r\nz LOGOUT\r\n"},
        {"z OK out\r\n", ""}};
    stage.behind = {{{"", greeting},
                     {"secret\r\n", "a OK in\r\n"},
                     // It has not said what it can: or the client would have to guess.
                     {"s1 CAPABILITY\r\n", "* CAPABILITY IMAP4rev1 STARTTLS\r\ns1 OK\r\n"},
                     {"b SELECT x\r\nz LOGOUT\r\n", "b OK\r\n" + bye}}};
    stage.run();
    CHECK(stage.heard.ends_with("* CAPABILITY IMAP4rev1\r\na OK in\r\nb OK\r\n" + bye));
}

TEST_CASE("proxy: a refused client may try again, but not for ever")
{
    ImapStage stage;
    stage.listener.imap.auth_failures = 2;
    stage.client = {{" ready\r\n", "a LOGIN anna wrong\r\n"},
                    {"wrong password\r\n", "b LOGIN anna wronger\r\n"},
                    {"* BYE too many failed logins\r\n", ""}};
    stage.behind = {{{"", greeting}, {"wrong\r\n", "a NO wrong password\r\n"}},
                    {{"", greeting}, {"wronger\r\n", "b NO [EXPIRED] too old\r\n"}}};
    stage.run();
    CHECK(stage.heard.find("a NO [AUTHENTICATIONFAILED] wrong password\r\n"
                           "b NO [EXPIRED] too old\r\n* BYE too many failed logins\r\n") !=
          std::string::npos);
    CHECK(std::ranges::count(stage.journal.notes, "failed anna refused") == 2);
    CHECK(noted(stage, "ended  refused"));
}

TEST_CASE("proxy: an alert before a refusal is heard")
{
    ImapStage stage;
    stage.client = {{" ready\r\n", "a LOGIN anna secret\r\n"}};
    SUBCASE("with words of its own")
    {
        stage.behind = {{{"", greeting},
                         {"secret\r\n", "* NO [ALERT] pay first\r\n* 1 EXISTS\r\n"
                                        "a NO [CONTACTADMIN] unpaid\r\n"}}};
        stage.run();
        CHECK(stage.heard.contains(
            " ready\r\n* NO [ALERT] pay first\r\na NO [CONTACTADMIN] unpaid\r\n"));
    }
    SUBCASE("before a referral, which is ours to answer")
    {
        stage.behind = {{{"", greeting},
                         {"secret\r\n", "* NO [ALERT] moved\r\n"
                                        "a NO [REFERRAL imap://other.test/] go\r\n"}}};
        stage.run();
        CHECK(stage.heard.contains("* NO [ALERT] moved\r\na NO [UNAVAILABLE] "));
    }
}

TEST_CASE("proxy: mechanisms are relayed, and asked for what names the user")
{
    struct {
        const char* name;
        std::vector<Turn> client;
        std::vector<Turn> backend;
        std::string heard;
    } const cases[] = {
        {"PLAIN with initial response",
         {{" ready\r\n", "a AUTHENTICATE PLAIN AGFubmEAc2VjcmV0\r\n"}, {" in\r\n", ""}},
         {{"", greeting}, {"a AUTHENTICATE PLAIN AGFubmEAc2VjcmV0\r\n", in}},
         "ready\r\na OK"},
        {"PLAIN without",
         {{" ready\r\n", "a authenticate plain\r\n"},
          {"+ \r\n", "AGFubmEAc2VjcmV0\r\n"},
          {" in\r\n", ""}},
         {{"", greeting}, {"a AUTHENTICATE PLAIN AGFubmEAc2VjcmV0\r\n", in}},
         "+ \r\na OK"},
        {"LOGIN",
         {{" ready\r\n", "a AUTHENTICATE LOGIN\r\n"},
          {"+ VXNlcm5hbWU6\r\n", "YW5uYQ==\r\n"},
          {"+ UGFzc3dvcmQ6\r\n", "c2VjcmV0\r\n"},
          {" in\r\n", ""}},
         {{"", greeting},
          {"a AUTHENTICATE LOGIN\r\n", "+ VXNlcg==\r\n"},
          {"YW5uYQ==\r\n", "+ UGFzcw==\r\n"},
          {"c2VjcmV0\r\n", in}},
         "a OK"},
        {"SCRAM",
         {{" ready\r\n", "a AUTHENTICATE SCRAM-SHA-256 biwsbj1hbm5hLHI9eA==\r\n"},
          {"+ cj14eSxzPVFRPT0saT00MDk2\r\n", "Yz1iaXdzLHI9eHkscD1aQT09\r\n"},
          {"+ dj1aUT09\r\n", "\r\n"},
          {" in\r\n", ""}},
         {{"", greeting},
          {"a AUTHENTICATE SCRAM-SHA-256 biwsbj1hbm5hLHI9eA==\r\n",
           "+ cj14eSxzPVFRPT0saT00MDk2\r\n"},
          {"Yz1iaXdzLHI9eHkscD1aQT09\r\n", "+ dj1aUT09\r\n"},
          {"\r\n", in}},
         "a OK"},
    };
    for (const auto& one : cases) {
        CAPTURE(one.name);
        ImapStage stage;
        stage.client = one.client;
        stage.behind = {one.backend};
        stage.run();
        CHECK(stage.heard.find(one.heard) != std::string::npos);
        CHECK(noted(stage, "accepted anna 192.0.2.7:4711"));
    }
}

TEST_CASE("proxy: the journal hears whose mailbox it is and who authenticates")
{
    ImapStage stage;
    const std::string login = "a AUTHENTICATE PLAIN YmVuAGFubmEAeA==\r\n";
    stage.client = client_with(login);
    stage.behind = {backend_for(login)};
    stage.run();
    CHECK(noted(stage, "tried ben PLAIN by anna"));
    CHECK(noted(stage, "accepted ben 192.0.2.7:4711"));
}

TEST_CASE("proxy: an exchange is broken off by \"*\" and by what is no base64")
{
    struct {
        std::string response;
        std::string note;
    } const cases[] = {
        {"*\r\n", "failed anna cancelled"},
        {"not base64\r\n", "failed anna refused"},
        {"Yz1iaXdz\n\r\n", "failed anna refused"},
    };
    for (const auto& one : cases) {
        CAPTURE(one.response);
        ImapStage stage;
        stage.client = {
            {" ready\r\n", "a AUTHENTICATE SCRAM-SHA-256 biwsbj1hbm5hLHI9eA==\r\n"},
            {"+ cj14\r\n", one.response},
            {"\r\n", "b NOOP\r\n"},
            {"b OK NOOP completed\r\n", ""}};
        stage.behind = {
            {{"", greeting}, {"eA==\r\n", "+ cj14\r\n"}, {"*\r\n", "a BAD\r\n"}}};
        stage.run();
        CHECK(stage.heard.find("\r\na BAD ") != std::string::npos);
        CHECK(noted(stage, one.note));
    }
}

TEST_CASE("proxy: ID goes to the backend in one flight with the login, claims do not")
{
    ImapStage stage;
    stage.listener.backend->client_info = db::ClientInfo::id;
    stage.client = {
        {" ready\r\n", "i ID (\"name\" \"mutt\" \"x-originating-ip\" \"10.0.0.1\")\r\n"},
        {"i OK ID completed\r\n", "s1 LOGIN anna secret\r\n"},
        {"] in\r\n", "z LOGOUT\r\n"},
        {"z OK out\r\n", ""}};
    stage.behind = {{{"", greeting},
                     {"secret\r\n", "* ID (\"name\" {3}\r\nDov)\r\ns2 OK done\r\ns1 OK "
                                    "[CAPABILITY IMAP4rev1] in\r\n"},
                     {"z LOGOUT\r\n", bye}}};
    stage.run();
    CHECK(stage.heard.find("* ID NIL\r\ni OK ID completed\r\n") != std::string::npos);
    CHECK(stage.at_back[0].starts_with("s2 ID (\"name\" \"mutt\" \"x-session-id\" "));
    CHECK(stage.at_back[0].find("\"x-originating-ip\" \"192.0.2.7\" \"x-originating-port\" "
                                "\"4711\"") != std::string::npos);
    CHECK(stage.at_back[0].find("10.0.0.1") == std::string::npos);
    CHECK(stage.heard.find("s1 OK [CAPABILITY IMAP4rev1] in\r\n") != std::string::npos);
    CHECK(stage.heard.find("Dov") == std::string::npos);
}

TEST_CASE("proxy: a trusted peer says for whom it speaks, and how many may follow")
{
    for (const bool loop : {false, true}) {
        CAPTURE(loop);
        ImapStage stage;
        stage.listener.trust_xclient = *net::Networks::parse("192.0.2.0/24");
        stage.client = {
            {" ready\r\n", std::string("i ID (\"x-originating-ip\" \"198.51.100.9\" "
                                       "\"x-proxy-ttl\" \"") +
                               (loop ? "1" : "2") + "\")\r\n"},
            {"i OK ID completed\r\n", "a LOGIN anna secret\r\n"},
            {loop ? "a loop\r\n" : " in\r\n", "z LOGOUT\r\n"},
            {"\r\n", ""}};
        stage.behind = {backend_for("secret\r\n")};
        stage.run();
        CHECK(noted(stage, "accepted anna 198.51.100.9:0") != loop);
        CHECK(noted(stage, "failed anna unavailable") == loop);
    }
}

TEST_CASE("proxy: it is the peer that is trusted, not whom it speaks for")
{
    for (const char* const trusted : {"192.0.2.0/24", "198.51.100.0/24"}) {
        CAPTURE(trusted);
        ImapStage stage;
        stage.listener.trust_xclient = *net::Networks::parse(trusted);
        stage.client = {
            {" ready\r\n", "i ID (\"x-originating-ip\" \"198.51.100.9\")\r\n"},
            {"i OK ID completed\r\n", "j ID (\"x-originating-ip\" \"203.0.113.5\")\r\n"},
            {"j OK ID completed\r\n", "a LOGIN anna secret\r\n"},
            {" in\r\n", "z LOGOUT\r\n"},
            {"\r\n", ""}};
        stage.behind = {backend_for("secret\r\n")};
        stage.run();
        const bool believed = std::string_view(trusted).starts_with("192");
        CHECK(noted(stage, "accepted anna 203.0.113.5:0") == believed);
        CHECK(noted(stage, "accepted anna 192.0.2.7:4711") != believed);
    }
}

TEST_CASE("proxy: a user has so many sessions and no more")
{
    ImapStage stage;
    stage.listener.connections_per_user = 1;
    proxy::UserPlaces::Place other(stage.server.users(), "anna", 1);
    stage.client = {{" ready\r\n", "a LOGIN anna secret\r\n"}, {"\r\n", ""}};
    stage.behind = {backend_for("secret\r\n")};
    stage.run();
    CHECK(stage.heard.find("a NO [LIMIT] ") != std::string::npos);
    CHECK(noted(stage, "failed anna in-use"));
}

TEST_CASE("proxy: the backend's leg is compressed where both want it")
{
    for (const char* const answer : {"s1 OK go\r\n", "s1 NO not now\r\n"}) {
        CAPTURE(answer);
        ImapStage stage;
        stage.listener.backend_compress = true;
        stage.listener.compress = true;
        stage.client = {{" ready\r\n", "a LOGIN anna secret\r\n"},
                        {"] in\r\n", "z LOGOUT\r\n"}};
        stage.behind = {
            {{"", greeting},
             {"secret\r\n", "a OK [CAPABILITY IMAP4rev1 COMPRESS=DEFLATE] in\r\n"},
             {"s1 COMPRESS DEFLATE\r\n", answer},
             {"", ""}}};
        stage.run();
        CHECK(stage.heard.find("a OK [CAPABILITY IMAP4rev1 COMPRESS=DEFLATE] in\r\n") !=
              std::string::npos);
    }
}
