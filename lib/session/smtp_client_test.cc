// SPDX-License-Identifier: Apache-2.0
// The client's dialogue against a server that is a list of lines: what we say in which
// write, and what becomes of whom.  The server's part is also sent byte by byte.
#include "net/test_support.h"
#include "session/smtp_client.h"

#include <array>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <utility>

namespace {

using session::Answer;
using session::ClientOptions;
using Kind = session::Answer::Kind;

// What the server waits for (the end of what it has read), and what it then says.
struct Turn {
    std::string until;
    std::string say;
};

net::Task<void> say(net::Stream& stream, std::string text, bool in_bytes)
{
    if (!in_bytes) {
        co_await stream.write(text);
        co_return;
    }
    for (const char& c : text)
        co_await stream.write(std::string_view(&c, 1));
}

net::Task<void> serve(net::Stream stream, std::vector<Turn> turns, std::string& heard,
                      bool in_bytes)
{
    std::string unread;
    std::array<char, 4096> buffer;
    for (Turn& turn : turns) {
        while (!unread.ends_with(turn.until)) {
            stream.set_timeout(base::seconds(5));
            const std::size_t count = co_await stream.read_some(buffer);
            if (count == 0)
                co_return;
            unread.append(buffer.data(), count);
            heard.append(buffer.data(), count);
        }
        unread.clear();
        co_await say(stream, std::move(turn.say), in_bytes);
    }
}

spool::Message message_of(const net::test::Folder& folder, const std::string& text)
{
    spool::Message message;
    const std::string path = folder.write("message", "head" + text);
    message.file = std::make_shared<base::Fd>(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    message.offset = 4;
    message.size = text.size();
    message.envelope.sender = "s@a.test";
    message.envelope.dot_lines = true;
    return message;
}

struct Outcome {
    std::optional<session::Trouble> trouble;
    session::TransactionResult result;
    bool usable = false;
};

net::Task<void> converse(session::SmtpClient& client, session::OutgoingMail mail,
                         Outcome& out)
{
    out.trouble = co_await client.open({});
    if (out.trouble)
        co_return;
    out.result = co_await client.send(std::move(mail));
    out.usable = client.sound();
    co_await client.quit();
}

struct Scene {
    net::test::Folder folder;
    spool::Message message = message_of(folder, "Subject: x\r\n\r\n.dot\r\n");
    ClientOptions options;
    std::vector<std::string> recipients = {"a@b.test"};
    std::string heard;

    Scene()
    {
        options.hostname = "gw.test";
        options.tls = session::TlsUse::none;
        options.timeouts = {2, 2, 2};
    }

    Outcome play(const std::vector<Turn>& turns, bool in_bytes = false)
    {
        net::Loop loop;
        auto [ours, theirs] = net::test::stream_pair(loop);
        heard.clear();
        session::SmtpClient client(loop, std::move(ours), options);
        session::OutgoingMail mail;
        mail.message = &message;
        mail.sender = message.envelope.sender;
        for (const std::string& one : recipients)
            mail.recipients.push_back({one, spool::notify_default, {}});
        Outcome out;
        net::test::run(loop, converse(client, std::move(mail), out),
                       serve(std::move(theirs), turns, heard, in_bytes));
        return out;
    }
};

const std::string ehlo = "EHLO gw.test\r\n";
const std::string pipelining = "250-mx\r\n250-PIPELINING\r\n250 8BITMIME\r\n";

} // namespace

TEST_CASE("session: client with pipelining: envelope in one write, dots doubled")
{
    for (const bool in_bytes : {false, true}) {
        Scene scene;
        const Outcome out = scene.play({{"", "220 mx\r\n"},
                                        {ehlo, pipelining},
                                        {"DATA\r\n", "250 ok\r\n250 ok\r\n354 go\r\n"},
                                        {"\r\n.\r\n", "250 2.0.0 taken\r\n"},
                                        {"QUIT\r\n", "221 bye\r\n"}},
                                       in_bytes);
        REQUIRE(!out.trouble);
        CHECK(out.result.answers[0].kind == Kind::delivered);
        CHECK(out.result.answers[0].reply.text() == "250 2.0.0 taken");
        CHECK(out.usable);
        CHECK(scene.heard == ehlo + "MAIL FROM:<s@a.test>\r\nRCPT TO:<a@b.test>\r\nDATA\r\n"
                                    "Subject: x\r\n\r\n..dot\r\n.\r\nQUIT\r\n");
    }
}

TEST_CASE("session: client without extensions goes step by step")
{
    Scene scene;
    const Outcome out = scene.play({{"", "220 mx\r\n"},
                                    {ehlo, "250 mx\r\n"},
                                    {"MAIL FROM:<s@a.test>\r\n", "250 ok\r\n"},
                                    {"RCPT TO:<a@b.test>\r\n", "250 ok\r\n"},
                                    {"DATA\r\n", "354 go\r\n"},
                                    {"\r\n.\r\n", "250 taken\r\n"},
                                    {"QUIT\r\n", "221 bye\r\n"}});
    REQUIRE(!out.trouble);
    CHECK(out.result.answers[0].kind == Kind::delivered);
}

TEST_CASE("session: client with CHUNKING sends a small message with its envelope")
{
    Scene scene;
    const Outcome out =
        scene.play({{"", "220 mx\r\n"},
                    {ehlo, "250-mx\r\n250-PIPELINING\r\n250-CHUNKING\r\n250 SIZE 100\r\n"},
                    {".dot\r\n", "250 ok\r\n250 ok\r\n250 taken\r\n"},
                    {"QUIT\r\n", "221 bye\r\n"}});
    REQUIRE(!out.trouble);
    CHECK(out.result.answers[0].kind == Kind::delivered);
    CHECK(scene.heard == ehlo + "MAIL FROM:<s@a.test> SIZE=20\r\nRCPT TO:<a@b.test>\r\n"
                                "BDAT 20 LAST\r\nSubject: x\r\n\r\n.dot\r\nQUIT\r\n");
}

TEST_CASE("session: messages of any size leave as they are, one after the other")
{
    Scene scene;
    for (const std::size_t size : {10, 20, 31, 100, 5000, 70000, 60000, 130000, 200000}) {
        CAPTURE(size);
        const std::string text = std::string(size, 'x') + "\r\n";
        scene.message = message_of(scene.folder, text);
        scene.message.envelope.dot_lines = false;
        const Outcome out = scene.play({{"", "220 mx\r\n"},
                                        {ehlo, pipelining},
                                        {"DATA\r\n", "250 ok\r\n250 ok\r\n354 go\r\n"},
                                        {"\r\n.\r\n", "250 taken\r\n"},
                                        {"QUIT\r\n", "221 bye\r\n"}});
        REQUIRE(!out.trouble);
        CHECK(out.result.answers[0].kind == Kind::delivered);
        const std::size_t start = scene.heard.find("DATA\r\n") + 6;
        CHECK(scene.heard.substr(start) == text + ".\r\nQUIT\r\n");
    }
}

TEST_CASE("session: client: each recipient has its own answer")
{
    Scene scene;
    scene.recipients = {"a@b.test", "bad@b.test", "later@b.test", "full@b.test"};
    const Outcome out = scene.play({{"", "220 mx\r\n"},
                                    {ehlo, pipelining},
                                    {"DATA\r\n", "250 ok\r\n250 ok\r\n550 5.1.1 who\r\n"
                                                 "451 4.2.1 later\r\n452 4.5.3 many\r\n"
                                                 "354 go\r\n"},
                                    {"\r\n.\r\n", "250 taken\r\n"},
                                    {"QUIT\r\n", "221 bye\r\n"}});
    REQUIRE(!out.trouble);
    const std::vector<Answer>& answers = out.result.answers;
    CHECK(answers[0].kind == Kind::delivered);
    CHECK(answers[1].kind == Kind::failed);
    CHECK(answers[1].status == smtp::EnhancedStatus{5, 1, 1});
    CHECK(answers[2].kind == Kind::deferred);
    CHECK(answers[3].kind == Kind::next_transaction);
}

TEST_CASE("session: client: nobody accepted, but the server wants a message")
{
    Scene scene;
    const Outcome out = scene.play({{"", "220 mx\r\n"},
                                    {ehlo, pipelining},
                                    {"DATA\r\n", "250 ok\r\n550 no\r\n354 go\r\n"},
                                    {".\r\n", "554 no recipients\r\n"},
                                    {"QUIT\r\n", "221 bye\r\n"}});
    REQUIRE(!out.trouble);
    CHECK(out.result.answers[0].kind == Kind::failed);
    CHECK(out.usable);
    CHECK(scene.heard.find("Subject") == std::string::npos);
}

TEST_CASE("session: LMTP answers for each recipient it took")
{
    Scene scene;
    scene.options.lmtp = true;
    scene.recipients = {"a@b.test", "bad@b.test", "full@b.test"};
    const Outcome out =
        scene.play({{"", "220 mx\r\n"},
                    {"LHLO gw.test\r\n", pipelining},
                    {"DATA\r\n", "250 ok\r\n250 ok\r\n550 no\r\n250 ok\r\n354 go\r\n"},
                    {"\r\n.\r\n", "250 taken\r\n452 4.2.2 full\r\n"},
                    {"QUIT\r\n", "221 bye\r\n"}});
    REQUIRE(!out.trouble);
    CHECK(out.result.answers[0].kind == Kind::delivered);
    CHECK(out.result.answers[1].kind == Kind::failed);
    CHECK(out.result.answers[2].kind == Kind::deferred);
}

TEST_CASE("session: what the server cannot take is refused before it is asked")
{
    struct Row {
        const char* offer;
        spool::Body body;
        bool smtputf8;
        const char* recipient;
        smtp::EnhancedStatus status;
    };
    using spool::Body;
    for (const Row& row :
         {Row{"250 SIZE 10\r\n", Body::seven_bit, false, "a@b.test", {5, 3, 4}},
          Row{"250 CHUNKING\r\n", Body::binary_mime, false, "a@b.test", {5, 6, 1}},
          Row{"250 DSN\r\n", Body::eight_bit_mime, false, "a@b.test", {5, 6, 1}},
          Row{"250 DSN\r\n", Body::seven_bit, true, "\xc3\xa4@b.test", {5, 6, 7}},
          Row{"250 DSN\r\n", Body::seven_bit, false, "a>b@b.test", {5, 1, 3}}}) {
        CAPTURE(row.offer);
        Scene scene;
        scene.options.eight_bit = session::EightBit::refuse;
        scene.message.envelope.body = row.body;
        scene.message.envelope.smtputf8 = row.smtputf8;
        scene.recipients = {row.recipient};
        const Outcome out = scene.play({{"", "220 mx\r\n"},
                                        {ehlo, std::string("250-mx\r\n") + row.offer},
                                        {"QUIT\r\n", "221 bye\r\n"}});
        REQUIRE(!out.trouble);
        CHECK(out.result.answers[0].kind == Kind::failed);
        CHECK(out.result.answers[0].status == row.status);
        CHECK(!out.result.answers[0].own_words.empty());
        CHECK(scene.heard.find("MAIL") == std::string::npos);
    }
}

TEST_CASE("session: trouble names the step")
{
    struct Row {
        std::vector<Turn> turns;
        session::Trouble::Kind kind;
        const char* text;
    };
    using TroubleKind = session::Trouble::Kind;
    for (const Row& row :
         {Row{{{"", "220 mx"}}, TroubleKind::lost, "while waiting for the greeting"},
          Row{{{"", "554 go away\r\n"}}, TroubleKind::refused, "554 go away"},
          Row{{{"", "HTTP/1.1 400\r\n"}}, TroubleKind::garbage, "no SMTP reply"},
          Row{{{"", "220 mx\r\n"}, {ehlo, "421 4.3.2 down\r\n"}},
              TroubleKind::refused,
              "421 4.3.2 down"}}) {
        CAPTURE(row.text);
        Scene scene;
        const Outcome out = scene.play(row.turns);
        REQUIRE(out.trouble);
        CHECK(out.trouble->kind == row.kind);
        CHECK(out.trouble->text.find(row.text) != std::string::npos);
    }
}

TEST_CASE("session: a server that says 421 and closes is quoted, the rest is unanswered")
{
    Scene scene;
    scene.recipients = {"a@b.test", "b@b.test"};
    const Outcome out =
        scene.play({{"", "220 mx\r\n"},
                    {ehlo, pipelining},
                    {"DATA\r\n", "250 ok\r\n250 ok\r\n421 4.3.2 down\r\n"}});
    REQUIRE(!out.trouble);
    REQUIRE(out.result.trouble);
    CHECK(out.result.trouble->text == "421 4.3.2 down");
    CHECK(out.result.answers[0].kind == Kind::unanswered);
    CHECK(!out.usable);
    CHECK(!out.result.untouched);
}

TEST_CASE("session: text behind the answer to STARTTLS is never used")
{
    Scene scene;
    scene.options.tls = session::TlsUse::may;
    const Outcome out =
        scene.play({{"", "220 mx\r\n"},
                    {ehlo, "250-mx\r\n250 STARTTLS\r\n"},
                    {"STARTTLS\r\n", "220 go\r\n250-mx\r\n250 AUTH PLAIN\r\n"}});
    REQUIRE(out.trouble);
    CHECK(out.trouble->kind == session::Trouble::Kind::tls);
}

TEST_CASE("session: TLS that must be and is not offered, login without a way")
{
    Scene scene;
    scene.options.tls = session::TlsUse::must;
    Outcome out = scene.play({{"", "220 mx\r\n"}, {ehlo, "250 mx\r\n"}});
    REQUIRE(out.trouble);
    CHECK(out.trouble->kind == session::Trouble::Kind::policy);
}

TEST_CASE("session: a server that agrees to DATA without the text has taken nothing")
{
    for (const std::string& capabilities : {pipelining, std::string("250 mx\r\n")}) {
        for (const std::string words : {"250 ok\r\n", "200 ok\r\n"}) {
            Scene scene;
            const bool one_write = capabilities == pipelining;
            std::vector<Turn> turns = {{"", "220 mx\r\n"}, {ehlo, capabilities}};
            if (one_write)
                turns.push_back({"DATA\r\n", "250 ok\r\n250 ok\r\n" + words});
            else
                for (const std::string until : {"a.test>\r\n", "b.test>\r\n", "DATA\r\n"})
                    turns.push_back({until, until == "DATA\r\n" ? words : "250 ok\r\n"});
            const Outcome out = scene.play(turns);
            REQUIRE(!out.trouble);
            REQUIRE(out.result.trouble);
            CHECK(out.result.trouble->kind == session::Trouble::Kind::garbage);
            CHECK(out.result.answers[0].kind == Kind::unanswered);
            CHECK(!out.usable);
            CHECK(scene.heard.ends_with("DATA\r\n"));
        }
    }
}

namespace {

net::Task<void> drip(net::Loop& loop, net::Stream stream)
{
    try {
        for (int i = 0; i < 30; ++i) {
            co_await stream.write("220-x\r\n");
            co_await net::sleep_for(loop, base::milliseconds(200));
        }
    } catch (const net::PeerGone&) {
        // The client had enough: so it should be.
    }
}

net::Task<void> only_open(std::unique_ptr<session::SmtpClient> client,
                          std::optional<session::Trouble>& trouble)
{
    trouble = co_await client->open({});
}

} // namespace

TEST_CASE("session: a reply that never ends has the time of one reply")
{
    net::Loop loop;
    auto [ours, theirs] = net::test::stream_pair(loop);
    ClientOptions options;
    options.hostname = "gw.test";
    options.tls = session::TlsUse::none;
    options.timeouts = {1, 1, 1};
    auto client = std::make_unique<session::SmtpClient>(loop, std::move(ours), options);
    std::optional<session::Trouble> trouble;
    net::test::run(loop, only_open(std::move(client), trouble),
                   drip(loop, std::move(theirs)));
    REQUIRE(trouble);
    CHECK(trouble->kind == session::Trouble::Kind::timed_out);
}

TEST_CASE("session: XCLIENT forgets who is logged in: it is said again for the next client")
{
    Scene scene;
    scene.options.client_info = session::ClientInfo::xclient;
    scene.options.username = "u";
    scene.options.password = "p";
    scene.message.envelope.client.address = "192.0.2.9"; // not the one of the opening
    const std::string offer = "250-mx\r\n250-XCLIENT ADDR\r\n250 AUTH PLAIN\r\n";
    const Turn login = {"AUTH PLAIN AHUAcA==\r\n", "235 welcome\r\n"};
    const Outcome out = scene.play({{"", "220 mx\r\n"},
                                    {ehlo, offer},
                                    {"XCLIENT ADDR=[UNAVAILABLE]\r\n", "220 mx\r\n"},
                                    {ehlo, offer},
                                    login,
                                    {"XCLIENT ADDR=192.0.2.9\r\n", "220 mx\r\n"},
                                    {ehlo, offer},
                                    login,
                                    {"s@a.test>\r\n", "250 ok\r\n"},
                                    {"b.test>\r\n", "250 ok\r\n"},
                                    {"DATA\r\n", "354 go\r\n"},
                                    {"\r\n.\r\n", "250 2.0.0 taken\r\n"},
                                    {"QUIT\r\n", "221 bye\r\n"}});
    REQUIRE(!out.trouble);
    CHECK(out.result.answers[0].kind == Kind::delivered);
}
