// SPDX-License-Identifier: Apache-2.0
// Known attacks on IMAP proxies, from either side; both sides cut at every byte.
#include "net/tls.h"
#include "proxy/imap_stage_test.h"

#include <algorithm>

namespace {

using proxy::test::ImapStage;
using proxy::test::Turn;

const std::string offers_tls = "* OK [CAPABILITY IMAP4rev1 STARTTLS] ready\r\n";
const std::string greeting = "* OK [CAPABILITY IMAP4rev1 SASL-IR LITERAL+] ready\r\n";
const std::string in = "a OK [CAPABILITY IMAP4rev1 IDLE] in\r\n";

bool said_secret(const ImapStage& stage)
{
    return std::ranges::any_of(stage.at_back, [](const std::string& heard) {
        return heard.find("secret") != std::string::npos;
    });
}

bool failed_as(const ImapStage& stage, const std::string& kind)
{
    return std::ranges::count(stage.journal.notes, "failed anna " + kind) == 1;
}

struct Tls {
    net::test::Folder folder;
    net::test::TestCertificate made =
        net::test::make_certificate(folder, "server", {"mail.test"});
    net::TlsContext context{
        net::ServerTlsOptions{.certificates = {{made.chain_file, made.key_file}},
                              .min_version = "TLSv1.2",
                              .ciphers = {},
                              .ticket_key_file = {}}};
};

} // namespace

TEST_CASE("proxy: a backend that cannot be had in TLS hears no password")
{
    struct {
        const char* what;
        std::vector<Turn> backend;
        const char* kind;
    } const cases[] = {
        {"offers none", {{"", greeting}, {"\r\n", "a OK in\r\n"}}, "tls"},
        {"refuses", {{"", offers_tls}, {"STARTTLS\r\n", "s1 NO not today\r\n"}}, "tls"},
        {"says BAD", {{"", "* OK hi\r\n"}, {"STARTTLS\r\n", "s1 BAD what\r\n"}}, "tls"},
        {"speaks on in the clear",
         {{"", offers_tls},
          {"STARTTLS\r\n", "s1 OK go\r\n* CAPABILITY IMAP4rev1\r\ns1 OK\r\n"}},
         "broken"},
        {"PREAUTH", {{"", "* PREAUTH [CAPABILITY IMAP4rev1] hello\r\n"}}, "broken"},
        {"PREAUTH later",
         {{"", offers_tls}, {"STARTTLS\r\n", "* PREAUTH hello\r\ns1 OK\r\n"}},
         "broken"},
        {"BYE", {{"", "* BYE [UNAVAILABLE] full\r\n"}}, "unavailable"},
        {"speaks SMTP", {{"", "220 mail.test ESMTP\r\n"}}, "broken"},
        {"another's tag", {{"", offers_tls}, {"STARTTLS\r\n", "s9 OK go\r\n"}}, "broken"},
    };
    for (const auto& one : cases) {
        CAPTURE(one.what);
        ImapStage stage;
        stage.listener.backend->tls = db::TlsPolicy::encrypt;
        stage.client = {{" ready\r\n", "a LOGIN anna secret\r\n"}, {"later\r\n", ""}};
        stage.behind = {one.backend};
        stage.run();
        CHECK(stage.heard.find("a NO [UNAVAILABLE] ") != std::string::npos);
        CHECK_FALSE(said_secret(stage));
        if (std::string_view(one.what) != "speaks on in the clear") // its end is either's
            CHECK(failed_as(stage, one.kind));
    }
}

TEST_CASE("proxy: what a backend says behind its OK to STARTTLS is thrown away")
{
    const Tls tls;
    ImapStage stage;
    stage.listener.backend->tls = db::TlsPolicy::encrypt;
    stage.backend_manner.tls = &tls.context;
    stage.client = {{" ready\r\n", "a LOGIN anna secret\r\n"}, {" in\r\n", ""}};
    stage.behind = {{{"", offers_tls},
                     {"STARTTLS\r\n",
                      "s1 OK go\r\n* CAPABILITY EVIL\r\ns1 OK evil\r\na OK evil\r\n", true},
                     {"CAPABILITY\r\n", "* CAPABILITY IMAP4rev1\r\ns1 OK done\r\n"},
                     {"secret\r\n", in}}};
    stage.run();
    CHECK(stage.heard.find(in) != std::string::npos);
    CHECK(stage.heard.find("evil") == std::string::npos);
    CHECK(stage.at_back[0] == "s1 STARTTLS\r\ns1 CAPABILITY\r\na LOGIN anna secret\r\n");
}

TEST_CASE("proxy: bytes of a client ahead of TLS end the session")
{
    const Tls tls;
    ImapStage stage;
    stage.listener.tls = std::shared_ptr<const net::TlsContext>(&tls.context, [](auto*) {});
    stage.listener.login_without_tls = false;
    stage.client = {{" ready\r\n", "a STARTTLS\r\nb LOGIN anna secret\r\n"}};
    stage.run();
    CHECK(stage.heard.ends_with("* BYE bytes sent ahead of TLS\r\n"));
    CHECK(stage.at_back.empty());
}

TEST_CASE("proxy: without TLS there is no login, where the listener wants it so")
{
    const Tls tls;
    ImapStage stage;
    stage.listener.tls = std::shared_ptr<const net::TlsContext>(&tls.context, [](auto*) {});
    stage.listener.login_without_tls = false;
    stage.client = {
        {" ready\r\n", "a LOGIN anna secret\r\nb AUTHENTICATE PLAIN AGEAYg==\r\n"},
        {"b NO [PRIVACYREQUIRED] use STARTTLS first\r\n", ""}};
    stage.run();
    CHECK(stage.heard.find(" STARTTLS LOGINDISABLED] ready\r\na NO [PRIVACYREQUIRED] ") !=
          std::string::npos);
    CHECK(stage.at_back.empty());
}

TEST_CASE("proxy: nothing a client says becomes another command for the backend")
{
    struct {
        std::string said;
        std::string heard; // by the backend
    } const cases[] = {
        {"a LOGIN {12+}\r\nx\r\nz LOGOUT\r secret\r\n",
         "a LOGIN {12+}\r\nx\r\nz LOGOUT\r secret\r\n"},
        {"a LOGIN \"x\\\" \\\\{3+}\" secret\r\n", "a LOGIN \"x\\\" \\\\{3+}\" secret\r\n"},
        {"a LOGIN anna \"{6+}\"\r\n", "a LOGIN anna \"{6+}\"\r\n"},
        {"a LOGIN {4+}\r\nNIL) secret\r\n", "a LOGIN \"NIL)\" secret\r\n"},
    };
    for (const auto& one : cases) {
        CAPTURE(one.said);
        ImapStage stage;
        stage.client = {{" ready\r\n", one.said}, {" in\r\n", ""}};
        stage.behind = {{{"", greeting}, {"\r\n", in}}};
        stage.run();
        CHECK(stage.at_back == std::vector<std::string>{one.heard});
    }
}

TEST_CASE("proxy: what no command can be is refused, and the backend hears nothing")
{
    for (const char* const said :
         {"* LOGIN anna secret\r\n", "+ LOGIN anna secret\r\n", "a\\ LOGIN anna secret\r\n",
          "\xff LOGIN anna secret\r\n", "a(b LOGIN anna secret\r\n",
          "a LOGIN \"an\x01\rna\" secret\r\n", "a LOGIN anna secret extra\r\n",
          "a LOGIN anna {99999}\r\n", "a LOGIN anna {99999999999999999999}\r\n"}) {
        CAPTURE(said);
        ImapStage stage;
        stage.client = {
            {" ready\r\n", said}, {"\r\n", "b NOOP\r\n"}, {"b OK NOOP completed\r\n", ""}};
        stage.run();
        CHECK(stage.at_back.empty());
    }
}

TEST_CASE("proxy: a literal that nobody can take ends the session at once")
{
    for (const char* const said : {"a LOGIN anna {99999+}\r\n", "a LOGIN {8000+}\r\n"}) {
        CAPTURE(said);
        ImapStage stage;
        stage.client = {{" ready\r\n", said + std::string(20000, 'x')}};
        stage.run();
        CHECK(stage.heard.find("* BYE command is too long\r\n") != std::string::npos);
        CHECK(stage.at_back.empty());
    }
}

TEST_CASE("proxy: what a backend says unasked does not reach a client before the login")
{
    ImapStage stage;
    stage.client = {{" ready\r\n", "a LOGIN anna secret\r\n"}, {" in\r\n", ""}};
    stage.behind = {
        {{"", greeting},
         {"\r\n", "* 5 EXISTS\r\n* LIST () \"/\" evil\r\n* 1 FETCH (FLAGS ())\r\n"
                  "* OK [ALERT] news\r\n" +
                      in}}};
    stage.run();
    CHECK(stage.heard.contains(" ready\r\n* OK [ALERT] news\r\n" + in));
    CHECK_FALSE(stage.heard.contains("evil"));
}

TEST_CASE("proxy: a backend that never comes to an answer is given up")
{
    struct {
        const char* what;
        std::string says;
    } const cases[] = {
        {"untagged for ever", {}},
        {"a line without end", "* OK " + std::string(40000, 'x')},
        {"a literal without end", "* ID {999999999}\r\n" + std::string(40000, 'x')},
        {"a question", "+ more\r\n"},
    };
    for (const auto& one : cases) {
        CAPTURE(one.what);
        std::string says = one.says;
        if (says.empty())
            for (int i = 0; i < 200; ++i)
                says += "* OK still here\r\n";
        ImapStage stage;
        stage.client = {{" ready\r\n", "a LOGIN anna secret\r\n"}, {"later\r\n", ""}};
        stage.behind = {{{"", greeting}, {"secret\r\n", says}, {"never", ""}}};
        stage.run();
        CHECK(stage.heard.find("a NO [UNAVAILABLE] ") != std::string::npos);
        CHECK(failed_as(stage, "broken"));
    }
}

TEST_CASE("proxy: a backend that dies at any byte: an answer for the client all the same")
{
    const std::vector<Turn> script = {
        {"", "* OK hello\r\n"},
        {"CAPABILITY\r\n", "* CAPABILITY IMAP4rev1 ID\r\ns1 OK done\r\n"},
        {"secret\r\n", "* ID NIL\r\ns1 OK done\r\na OK in\r\n"},
        {"CAPABILITY\r\n", "* CAPABILITY IMAP4rev1\r\ns1 OK done\r\n"},
    };
    std::size_t all = 0;
    for (const Turn& turn : script)
        all += turn.say.size();
    for (std::size_t cut = 1; cut < all; ++cut) {
        CAPTURE(cut);
        ImapStage stage;
        stage.listener.backend->client_info = db::ClientInfo::id;
        stage.client = {{" ready\r\n", "a LOGIN anna secret\r\n"}, {"later\r\n", ""}};
        stage.behind = {script};
        stage.backend_manner.cut = cut;
        stage.run();
        CHECK(stage.heard.find("a NO [UNAVAILABLE] ") != std::string::npos);
        CHECK(failed_as(stage, "broken"));
    }
}

TEST_CASE("proxy: a client that dies at any byte leaves no session")
{
    const std::string said =
        "i ID (\"a\" {1}\r\nb)\r\na AUTHENTICATE PLAIN\r\nAGFubmEAc2VjcmV0\r\n";
    for (std::size_t cut = 0; cut <= said.size(); ++cut) {
        CAPTURE(cut);
        ImapStage stage;
        stage.client = {{" ready\r\n", said.substr(0, cut)}};
        stage.behind = {{{"", greeting}, {"\r\n", in}}};
        stage.run();
        CHECK(stage.server.sessions() == 0);
        CHECK(stage.journal.notes.back().starts_with("ended "));
    }
}
