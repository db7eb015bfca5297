// SPDX-License-Identifier: Apache-2.0
// The dialogue with a POP3 server that is a list of turns: what we say in which write, and
// what becomes of whatever it answers.
#include "net/test_support.h"
#include "proxy/pop3_backend.h"
#include "proxy/scripted_test.h"

#include <doctest/doctest.h>
#include <functional>

namespace {

using net::Task;
using proxy::Link;
using proxy::Pop3Backend;
using proxy::Pop3Outcome;
using proxy::Trouble;
using proxy::TroubleKind;
using proxy::test::Manner;
using proxy::test::Turn;

const std::string pipelining = "+OK\r\nPIPELINING\r\nUSER\r\nSASL PLAIN LOGIN\r\n.\r\n";
const std::string no_pipelining = "+OK\r\nUSER\r\nSASL PLAIN LOGIN SCRAM-SHA-256\r\n.\r\n";

// A loop lives a tick of its deadlines longer than its dialogues: many share one.
struct Scene {
    explicit Scene(net::Loop& the_loop) : loop(the_loop) {}
    net::Loop& loop;
    proxy::Pop3Memory memory;
    proxy::Pop3Wishes wishes;
    db::RouteHost host;
    net::TlsContext* tls = nullptr; // ours, for STLS
    Pop3Backend::Options options{.limits = {}, .patience = base::seconds{5}};
    proxy::Caller caller{
        .id = "s1", .client = *net::Address::parse_ip("192.0.2.9", 40000), .local = {}};

    using Dialogue = std::function<Task<Pop3Outcome>(Pop3Backend&, Link&)>;

    Task<void> converse(net::Stream stream)
    {
        Pop3Backend backend(options, caller, memory);
        Link link;
        link.leg = std::make_unique<proxy::Leg>(std::move(stream));
        link.host = host;
        link.name = link.key = "mail1";
        if (tls != nullptr)
            link.tls = std::shared_ptr<net::TlsContext>(tls, [](auto*) {});
        try {
            trouble = co_await backend.greet(link);
        } catch (const std::runtime_error&) {
            trouble = proxy::trouble_now(link.name);
        }
        timestamp = backend.timestamp();
        if (!trouble)
            outcome = co_await log_in(backend, link);
    }

    // Adds the two sides to `stage`, which is to be run.
    void prepare(std::vector<Task<void>>& stage, const std::vector<Turn>& turns,
                 Dialogue how, Manner manner = {})
    {
        heard.clear();
        trouble.reset();
        outcome.reset();
        log_in = std::move(how);
        auto [ours, theirs] = net::test::stream_pair(loop);
        stage.push_back(converse(std::move(ours)));
        stage.push_back(proxy::test::scripted(std::move(theirs), turns, heard, manner));
    }

    void play(const std::vector<Turn>& turns, Dialogue how, Manner manner = {})
    {
        std::vector<Task<void>> stage;
        prepare(stage, turns, std::move(how), manner);
        net::test::run(loop, std::move(stage));
    }

    void play(const std::vector<Turn>& turns, Manner manner = {})
    {
        play(turns, by_password(), manner);
    }

    Dialogue by_password()
    {
        return [this](Pop3Backend& backend, Link& link) {
            return backend.log_in(link, wishes, {.user = "anna", .password = "secret"});
        };
    }

    // Of either part of the dialogue.
    [[nodiscard]] const Trouble& any_trouble() const
    {
        return trouble ? *trouble : outcome->error();
    }
    [[nodiscard]] bool logged_in() const { return outcome && outcome->has_value(); }

    Dialogue log_in;
    std::string heard;
    std::string timestamp;
    std::optional<Trouble> trouble; // of the greeting
    std::optional<Pop3Outcome> outcome;
};

const proxy::Pop3Wishes no_wishes;
const std::vector<std::string> first_message{"Yg=="};

Scene::Dialogue by_sasl(std::string mechanism, std::vector<std::string> messages)
{
    return [=](Pop3Backend& backend, Link& link) {
        return backend.authenticate(link, {}, mechanism, messages);
    };
}

} // namespace

TEST_CASE("proxy: a POP3 login goes out in one write where the server takes it so")
{
    for (const bool in_bytes : {false, true}) {
        net::Loop loop;
        Scene scene(loop);
        scene.play({{"", "+OK hi\r\n"},
                    {"CAPA\r\n", pipelining},
                    {"USER anna\r\nPASS secret\r\n", "+OK\r\n+OK 3 messages\r\n"}},
                   {.in_bytes = in_bytes});
        REQUIRE(scene.outcome.has_value());
        REQUIRE(scene.outcome->has_value());
        CHECK((*scene.outcome)->text == "+OK 3 messages");
        // The second login asks nothing.
        scene.play(
            {{"", "+OK hi\r\n"}, {"USER anna\r\nPASS secret\r\n", "+OK\r\n+OK again\r\n"}});
        CHECK((*scene.outcome)->text == "+OK again");
    }
}

TEST_CASE("proxy: a POP3 login goes step by step where the server cannot pipeline")
{
    for (const std::string& capabilities : {no_pipelining, std::string("-ERR what?\r\n")}) {
        net::Loop loop;
        Scene scene(loop);
        scene.play({{"", "+OK hi\r\n"},
                    {"CAPA\r\n", capabilities},
                    {"USER anna\r\n", "+OK\r\n"},
                    {"PASS secret\r\n", "+OK in\r\n"}});
        REQUIRE(scene.outcome.has_value());
        CHECK(scene.outcome->has_value());
    }
}

TEST_CASE("proxy: a POP3 server without USER is given AUTH PLAIN")
{
    net::Loop loop;
    Scene scene(loop);
    scene.play({{"", "+OK hi\r\n"},
                {"CAPA\r\n", "+OK\r\nSASL PLAIN\r\n.\r\n"},
                {"AUTH PLAIN AGFubmEAc2VjcmV0\r\n", "+OK in\r\n"}});
    REQUIRE(scene.outcome.has_value());
    CHECK(scene.outcome->has_value());
}

TEST_CASE("proxy: the POP3 server learns who the client is and what it wishes, once")
{
    net::Loop loop;
    Scene scene(loop);
    scene.host.client_info = db::ClientInfo::xclient;
    scene.wishes = {.utf8 = true, .language = "de"};
    scene.memory.learn("mail1", {});
    scene.play({{"", "+OK [XCLIENT] hi\r\n"},
                {"XCLIENT ADDR=192.0.2.9 PORT=40000 SESSION=s1 TTL=4\r\n", "+OK\r\n"},
                {"UTF8\r\n", "-ERR no\r\n"}, // a wish, no more
                {"LANG de\r\n", "+OK\r\n"},
                {"USER anna\r\n", "+OK\r\n"},
                {"PASS secret\r\n", "-ERR wrong\r\n"},
                {"USER anna\r\n", "+OK\r\n"},
                {"PASS secret\r\n", "+OK in\r\n"}},
               [&](Pop3Backend& backend, Link& link) -> Task<Pop3Outcome> {
                   auto first = co_await backend.log_in(
                       link, scene.wishes, {.user = "anna", .password = "secret"});
                   CHECK_FALSE(first.has_value());
                   co_return co_await backend.log_in(
                       link, scene.wishes, {.user = "anna", .password = "secret"});
               });
    REQUIRE(scene.outcome.has_value());
    CHECK(scene.outcome->has_value());
}

TEST_CASE("proxy: XCLIENT is not said to a POP3 server that does not offer it")
{
    net::Loop loop;
    Scene scene(loop);
    scene.host.client_info = db::ClientInfo::xclient;
    scene.memory.learn("mail1", {});
    scene.play({{"", "+OK hi\r\n"}, {"USER anna\r\n", "+OK\r\n"}, {"\r\n", "+OK in\r\n"}});
    CHECK(scene.heard == "USER anna\r\nPASS secret\r\n");
}

TEST_CASE("proxy: what a POP3 server says to a login has its kind and its words")
{
    struct {
        std::string said;
        TroubleKind kind;
        std::string reply;
    } const cases[] = {
        {"-ERR wrong", TroubleKind::refused, "wrong"},
        {"-ERR", TroubleKind::refused, ""},
        {"-ERR [AUTH] wrong", TroubleKind::refused, "[AUTH] wrong"},
        {"-ERR [SYS/PERM] off", TroubleKind::refused, "[SYS/PERM] off"},
        {"-ERR [IN-USE] locked", TroubleKind::in_use, "[IN-USE] locked"},
        {"-ERR [LOGIN-DELAY] wait", TroubleKind::unavailable, "[LOGIN-DELAY] wait"},
        {"-ERR [SYS/TEMP] later", TroubleKind::unavailable, "[SYS/TEMP] later"},
        {"* BYE", TroubleKind::broken, ""},
        {"+ Zm9v", TroubleKind::broken, ""}, // nothing to be answered here
        {"+OKAY", TroubleKind::broken, ""},
    };
    net::Loop loop;
    for (const auto& c : cases) {
        std::vector<Task<void>> stage;
        Scene at_user(loop);
        Scene at_pass(loop);
        Scene user_at_once(loop);
        Scene pass_at_once(loop);
        const std::string good = "+OK\r\n";
        const std::string bad = c.said + "\r\n";
        const Turn hello{"", "+OK hi\r\n"};
        const Turn steps{"CAPA\r\n", no_pipelining};
        const Turn together{"CAPA\r\n", pipelining};
        const auto prepare = [&](Scene& scene, const std::vector<Turn>& turns) {
            scene.prepare(stage, turns, scene.by_password());
        };
        prepare(at_user, {hello, steps, {"USER anna\r\n", bad}});
        prepare(at_pass, {hello, steps, {"USER anna\r\n", good}, {"secret\r\n", bad}});
        prepare(user_at_once, {hello, together, {"PASS secret\r\n", bad + good}});
        prepare(pass_at_once, {hello, together, {"PASS secret\r\n", good + bad}});
        net::test::run(loop, std::move(stage));
        for (const Scene* scene : {&at_user, &at_pass, &user_at_once, &pass_at_once}) {
            INFO(c.said, " ", scene->heard);
            REQUIRE_FALSE(scene->logged_in());
            CHECK(scene->any_trouble().kind == c.kind);
            CHECK(scene->any_trouble().reply == c.reply);
        }
        // A refused user's password is not told where that can be helped.
        CHECK_FALSE(at_user.heard.contains("PASS"));
    }
}

TEST_CASE("proxy: greetings that are none")
{
    struct {
        std::string said;
        TroubleKind kind;
    } const cases[] = {
        {"-ERR [SYS/TEMP] closed\r\n", TroubleKind::unavailable},
        {"* OK IMAP4rev1\r\n", TroubleKind::broken},
        {"220 mail ESMTP\r\n", TroubleKind::broken},
        {"+ hello\r\n", TroubleKind::broken},
        {"\r\n", TroubleKind::broken},
        {"+OK hi\n", TroubleKind::broken},
        {"+OK a\rb\r\n", TroubleKind::broken},
        {"", TroubleKind::broken},
        {"+OK " + std::string(5000, 'x') + "\r\n", TroubleKind::broken},
        {std::string(100'000, 'x'), TroubleKind::broken},
        {std::string("+OK \0\r\n", 7), TroubleKind::broken},
    };
    for (const auto& c : cases) {
        INFO(c.said.substr(0, 40));
        net::Loop loop;
        Scene scene(loop);
        scene.play({{"", c.said}});
        REQUIRE(scene.trouble.has_value());
        CHECK(scene.trouble->kind == c.kind);
        CHECK(scene.trouble->reply.empty());
    }
}

TEST_CASE("proxy: the timestamp of the greeting is the server's own")
{
    net::Loop loop;
    Scene scene(loop);
    scene.memory.learn("mail1", {});
    scene.play({{"", "+OK POP3 server ready <1896.697170952@dbc.mtview.ca.us>\r\n"},
                {"APOP anna 0123\r\n", "+OK in\r\n"}},
               [](Pop3Backend& backend, Link& link) {
                   return backend.apop(link, {}, "anna", "0123");
               });
    CHECK(scene.timestamp == "<1896.697170952@dbc.mtview.ca.us>");
    CHECK(scene.outcome->has_value());
}

TEST_CASE("proxy: a POP3 server that says more than it was asked is broken")
{
    const std::vector<std::vector<Turn>> cases{
        {{"", "+OK hi\r\n+OK in\r\n"}},
        {{"", "+OK hi\r\n"}, {"CAPA\r\n", no_pipelining + "+OK\r\n"}},
        {{"", "+OK hi\r\n"},
         {"CAPA\r\n", no_pipelining},
         {"USER anna\r\n", "+OK\r\n+OK\r\n"}},
    };
    for (const auto& turns : cases) {
        net::Loop loop;
        Scene scene(loop);
        scene.play(turns);
        const bool greeted = !scene.trouble.has_value();
        const Trouble& trouble = greeted ? scene.outcome->error() : *scene.trouble;
        CHECK(trouble.kind == TroubleKind::broken);
        CHECK_FALSE(scene.heard.contains("PASS"));
    }
}

TEST_CASE("proxy: CAPA without an end, and too much of it")
{
    std::string endless = "+OK\r\n";
    for (int i = 0; i < 300; ++i)
        endless += "X-" + std::to_string(i) + "\r\n";
    net::Loop loop;
    Scene scene(loop);
    scene.play({{"", "+OK hi\r\n"}, {"CAPA\r\n", endless}});
    CHECK(scene.trouble->kind == TroubleKind::broken);
    CHECK(scene.memory.of("mail1") == nullptr);

    scene.options.patience = base::seconds{1};
    scene.play({{"", "+OK hi\r\n"}, {"CAPA\r\n", "+OK\r\nUSER\r\n"}, {"never", ""}});
    CHECK(scene.trouble->kind == TroubleKind::down);
}

TEST_CASE("proxy: SASL with an initial response, where it may be, and question by question")
{
    net::Loop loop;
    Scene scene(loop);
    const std::vector<Turn> hello{{"", "+OK hi\r\n"}, {"CAPA\r\n", no_pipelining}};
    const auto with = [&](std::vector<Turn> more) {
        more.insert(more.begin(), hello.begin(), hello.end());
        scene.memory.forget();
        return more;
    };
    scene.play(with({{"AUTH PLAIN AGEAYg==\r\n", "+OK in\r\n"}}),
               by_sasl("PLAIN", {"AGEAYg=="}));
    CHECK(scene.outcome->has_value());

    scene.play(with({{"AUTH PLAIN =\r\n", "+ \r\n"}}), by_sasl("PLAIN", {""}));
    CHECK((*scene.outcome)->challenge);
    CHECK((*scene.outcome)->text.empty());

    const std::string token = std::string(400, 'A');
    scene.play(with({{"AUTH PLAIN\r\n", "+ \r\n"}, {token + "\r\n", "+OK in\r\n"}}),
               by_sasl("PLAIN", {token}));
    CHECK(scene.outcome->has_value());

    scene.play(with({{"AUTH LOGIN\r\n", "+ VXNlcm5hbWU6\r\n"},
                     {"YW5uYQ==\r\n", "+ UGFzc3dvcmQ6\r\n"},
                     {"c2VjcmV0\r\n", "+OK in\r\n"}}),
               by_sasl("LOGIN", {"YW5uYQ==", "c2VjcmV0"}));
    CHECK(scene.outcome->has_value());

    scene.play(with({{"AUTH LOGIN\r\n", "+OK in already\r\n"}}),
               by_sasl("LOGIN", {"YW5uYQ==", "c2VjcmV0"}));
    CHECK(scene.outcome->error().kind == TroubleKind::broken);

    scene.play(with({{"AUTH SCRAM-SHA-256 Yg==\r\n", "+ Y2hhbGxlbmdl\r\n"},
                     {"cmVzcG9uc2U=\r\n", "+ dj1z\r\n"},
                     {"\r\n", "+OK in\r\n"}}),
               [](Pop3Backend& backend, Link& link) -> Task<Pop3Outcome> {
                   auto first = co_await backend.authenticate(
                       link, no_wishes, "SCRAM-SHA-256", first_message);
                   CHECK(first->text == "Y2hhbGxlbmdl");
                   auto second = co_await backend.respond(link, "cmVzcG9uc2U=");
                   CHECK(second->challenge);
                   co_return co_await backend.respond(link, "");
               });
    CHECK(scene.outcome->has_value());

    // Only base64 goes to the client.
    scene.play(with({{"AUTH PLAIN AGEAYg==\r\n", "+ <html>\r\n"}}),
               by_sasl("PLAIN", {"AGEAYg=="}));
    CHECK(scene.outcome->error().kind == TroubleKind::broken);

    scene.play(with({}), by_sasl("XOAUTH2", {"AGEAYg=="}));
    CHECK(scene.outcome->error().kind == TroubleKind::cancelled);
    CHECK(scene.heard == "CAPA\r\n");
}

TEST_CASE("proxy: a password reaches a POP3 server that knows no SASL")
{
    const std::string only_user = "+OK\r\nUSER\r\n.\r\n";
    struct {
        std::string mechanism;
        std::vector<std::string> messages;
        bool carried;
    } const cases[] = {
        {"PLAIN", {"AGFubmEAc2VjcmV0"}, true},         // \0anna\0secret
        {"LOGIN", {"YW5uYQ==", "c2VjcmV0"}, true},     //
        {"PLAIN", {"YW5uYQBhbm5hAHNlY3JldA=="}, true}, // acts as herself
        {"PLAIN", {"YmVuAGFubmEAc2VjcmV0"}, false},    // acts as ben
        {"XOAUTH2", {"dXNlcj1hbm5hAQ=="}, false},
    };
    net::Loop loop;
    for (const auto& c : cases) {
        INFO(c.mechanism, " ", c.messages.front());
        Scene scene(loop);
        scene.play({{"", "+OK hi\r\n"},
                    {"CAPA\r\n", only_user},
                    {"USER anna\r\n", "+OK\r\n"},
                    {"PASS secret\r\n", "+OK in\r\n"}},
                   by_sasl(c.mechanism, c.messages));
        CHECK(scene.logged_in() == c.carried);
        if (!c.carried) {
            CHECK(scene.any_trouble().kind == TroubleKind::cancelled);
            CHECK(scene.heard == "CAPA\r\n");
        }
    }
}

TEST_CASE("proxy: STLS is asked for, and nothing is said in the clear")
{
    const net::test::Folder folder;
    const auto certificate = net::test::make_certificate(folder, "mail", {"mail1"});
    const net::TlsContext server(net::ServerTlsOptions{
        .certificates = {{certificate.chain_file, certificate.key_file}},
        .min_version = "TLSv1.2",
        .ciphers = {},
        .ticket_key_file = {}});
    net::TlsContext client{net::ClientTlsOptions()};
    net::Loop loop;
    Scene scene(loop);
    scene.tls = &client;
    const std::vector<Turn> inside{{"CAPA\r\n", pipelining},
                                   {"PASS secret\r\n", "+OK\r\n+OK in\r\n"}};
    SUBCASE("what comes behind its answer is thrown away")
    {
        std::vector<Turn> turns{{"", "+OK hi\r\n"},
                                {"STLS\r\n", "+OK\r\n+OK\r\n.\r\n", true}};
        turns.insert(turns.end(), inside.begin(), inside.end());
        scene.play(turns, {.tls = &server});
        REQUIRE(scene.outcome.has_value());
        CHECK((*scene.outcome)->text == "+OK in");
    }
    SUBCASE("refused")
    {
        scene.play({{"", "+OK hi\r\n"}, {"STLS\r\n", "-ERR no\r\n"}, {"never", ""}});
        CHECK(scene.trouble->kind == TroubleKind::tls);
        CHECK(scene.heard == "STLS\r\n");
    }
    SUBCASE("agreed to and not begun")
    {
        scene.play({{"", "+OK hi\r\n"}, {"STLS\r\n", "+OK\r\n"}, {"\r\n", "+OK\r\n"}},
                   {.patience = base::seconds{1}});
        CHECK(scene.trouble.has_value());
        CHECK_FALSE(scene.heard.contains("USER"));
    }
    SUBCASE("what it said ahead of STLS is not its answer")
    {
        scene.play({{"", "+OK hi\r\n+OK\r\n"}});
        CHECK(scene.trouble->kind == TroubleKind::broken);
        CHECK(scene.heard.empty());
    }
}

TEST_CASE("proxy: a POP3 server that dies at any byte has let nobody in")
{
    const std::vector<Turn> turns{
        {"", "+OK [XCLIENT] hi <1.2@a>\r\n"},
        {"CAPA\r\n", no_pipelining},
        {"XCLIENT ADDR=192.0.2.9 PORT=40000 SESSION=s1 TTL=4\r\n", "+OK\r\n"},
        {"AUTH SCRAM-SHA-256 Yg==\r\n", "+ Yg==\r\n"},
        {"Yg==\r\n", "+OK in\r\n"}};
    std::size_t size = 0;
    for (const Turn& turn : turns)
        size += turn.say.size();
    const auto log_in = [](Pop3Backend& backend, Link& link) -> Task<Pop3Outcome> {
        auto answer =
            co_await backend.authenticate(link, no_wishes, "SCRAM-SHA-256", first_message);
        if (answer && answer->challenge)
            answer = co_await backend.respond(link, "Yg==");
        co_return answer;
    };
    net::Loop loop;
    std::vector<std::unique_ptr<Scene>> scenes;
    std::vector<Task<void>> stage;
    for (std::size_t cut = 0; cut <= size; ++cut) {
        Scene& scene = *scenes.emplace_back(std::make_unique<Scene>(loop));
        scene.host.client_info = db::ClientInfo::xclient;
        scene.prepare(stage, turns, log_in, {.cut = cut});
    }
    net::test::run(loop, std::move(stage));
    CHECK(scenes.back()->logged_in());
    scenes.pop_back();
    for (const auto& scene : scenes) {
        INFO(scene->heard);
        REQUIRE_FALSE(scene->logged_in());
        CHECK(scene->any_trouble().kind == TroubleKind::broken);
    }
}
