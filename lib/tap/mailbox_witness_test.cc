// SPDX-License-Identifier: Apache-2.0
#include "imap/follower.h"
#include "pop3/follower.h"
#include "tap/imap_witness.h"
#include "tap/pop3_witness.h"
#include "tap/stage_test.h"

#include <fmt/format.h>

#include <algorithm>

using li::Status;
using li::What;
using tap::test::Captured;
using tap::test::feature;
using tap::test::Stage;
using tap::test::target;

namespace {

class Scene final : public tap::MailboxScene {
public:
    [[nodiscard]] tap::Party party() const override
    {
        return {.client = {"192.0.2.1", 1}, .server = {"198.51.100.1", 2}, .tls = {}};
    }
};

struct Pop3 {
    explicit Pop3(Stage& stage) : witness(stage.tap(), scene, "7-1"), follower(witness) {}
    void client(std::string_view text)
    {
        follower.client(text);
        witness.passed();
    }
    void server(std::string_view text)
    {
        answered(text);
        witness.passed();
    }
    // The client does not have it yet.
    void answered(std::string_view text) { follower.server(text); }
    Scene scene;
    tap::Pop3Witness witness;
    pop3::Follower follower;
};

struct Imap {
    explicit Imap(Stage& stage) : witness(stage.tap(), scene, "7-1"), follower(witness, {})
    {
    }
    void client(std::string_view text)
    {
        text::Passage out;
        CHECK(follower.client(text, out) == text.size());
        witness.passed();
    }
    void server(std::string_view text)
    {
        answered(text);
        witness.passed();
    }
    // The client does not have it yet.
    void answered(std::string_view text)
    {
        text::Passage out;
        CHECK(follower.server(text, out) == text.size());
    }
    Scene scene;
    tap::ImapWitness witness;
    imap::Follower follower;
};

const std::string mail = "From: Bob <bob@example.org>\r\nTo: anna@example.de\r\n"
                         "Message-ID: <1@x>\r\n\r\nhi\r\n..dot\r\n";

} // namespace

TEST_CASE("tap: a POP3 session of the target, from login to logout (P1, P4 to P6, P10)")
{
    Stage stage({{"anna@example.de", target(1)}});
    Pop3 pop(stage);
    pop.witness.login_began("Anna@Example.DE", "", "USER");
    pop.witness.login_accepted();
    pop.witness.catch_up();
    pop.client("UIDL\r\nRETR 1\r\nTOP 1 0\r\nRETR 9\r\nQUIT\r\n");
    pop.server("+OK\r\n1 uid-1\r\n.\r\n+OK\r\n" + mail + ".\r\n");
    pop.server("+OK\r\nFrom: a@b\r\n\r\n.\r\n-ERR [SYS/TEMP] no\r\n+OK\r\n");
    pop.witness.ended("quit");
    const std::vector<Captured> all = stage.captured();
    REQUIRE(all.size() == 5);
    CHECK(all[0].event.what == What::login);
    CHECK(all[1].event.what == What::fetched);
    CHECK(all[1].content == mail + ".\r\n");
    CHECK(all[1].event.sender == "bob@example.org");
    CHECK(all[1].event.message_id == "<1@x>");
    CHECK(feature(all[1].event, "UIDL") == "uid-1");
    CHECK(all[2].event.what == What::partially_fetched);
    CHECK(feature(all[2].event, "TOP") == "0");
    CHECK(all[3].event.status == Status::failed);
    CHECK(all[3].event.cause.enhanced == "SYS/TEMP");
    CHECK(all[4].event.what == What::logout);
    CHECK(all[4].event.cause.code == "quit");
}

TEST_CASE("tap: logins of the target that fail or are never finished (P2, P3)")
{
    Stage stage({{"anna@example.de", target(1)}});
    Pop3 pop(stage);
    pop.witness.login_began("bob@example.de", "", "USER");
    pop.witness.login_failed(
        {.layer = "protocol", .code = "refused", .enhanced = {}, .text = {}});
    pop.witness.login_began("anna@example.de", "", "USER");
    pop.witness.login_failed(
        {.layer = "protocol", .code = "refused", .enhanced = {}, .text = {}});
    pop.witness.login_began("anna@example.de", "", "USER");
    pop.witness.ended("gone");
    const std::vector<Captured> all = stage.captured();
    REQUIRE(all.size() == 2);
    CHECK(all[0].event.what == What::login_failed);
    CHECK(all[1].event.what == What::login_attempt);
}

TEST_CASE("tap: a fetch that is cut off is a failure, with what had passed (P5, I7)")
{
    Stage stage({{"anna@example.de", target(1)}});
    Pop3 pop(stage);
    pop.witness.login_began("anna@example.de", "", "USER");
    pop.witness.login_accepted();
    pop.witness.catch_up();
    pop.client("RETR 1\r\n");
    pop.server("+OK\r\nFrom: half");
    pop.follower.ended();
    pop.witness.ended("backend-gone");
    Imap imap(stage);
    imap.witness.login_began("anna@example.de", "", "LOGIN");
    imap.witness.login_accepted();
    imap.witness.catch_up();
    imap.client("a FETCH 1 BODY[]\r\n");
    imap.server("* 1 FETCH (BODY[] {100}\r\nFrom: half");
    imap.follower.ended();
    imap.witness.ended("gone");
    const std::vector<Captured> all = stage.captured();
    REQUIRE(all.size() == 6);
    for (const std::size_t n : {1u, 4u}) {
        CHECK(all[n].event.status == Status::failed);
        CHECK(all[n].event.cause.layer == "connection");
        CHECK(all[n].content == "From: half");
    }
}

TEST_CASE("tap: every message of a FETCH, whole ones and parts told apart (I4, I5)")
{
    Stage stage({{"anna@example.de", target(1)}});
    Imap imap(stage);
    imap.witness.login_began("anna@example.de", "", "LOGIN");
    imap.witness.login_accepted();
    imap.witness.catch_up();
    imap.client("s SELECT Inbox\r\n");
    imap.server("* OK [UIDVALIDITY 7] \r\ns OK done\r\n");
    imap.client("a UID FETCH 1:2 (BODY.PEEK[] BODY[HEADER] RFC822.SIZE)\r\n");
    for (const int n : {1, 2})
        imap.server(
            fmt::format("* {0} FETCH (UID 4{0} BODY[] {{5}}\r\nbody{0} BODY[HEADER] "
                        "{{6}}\r\nhead {0} RFC822.SIZE 99)\r\n",
                        n));
    imap.server("a OK done\r\n");
    imap.client("b FETCH 1 BODY[]<10.5>\r\nc FETCH 9 BODY[]\r\nd FETCH 1 ENVELOPE\r\n");
    imap.server("* 1 FETCH (BODY[]<10> {5}\r\nrange)\r\nb OK\r\nc NO [NONEXISTENT] gone\r\n"
                "* 1 FETCH (ENVELOPE (\"date\" \"subject\"))\r\nd OK\r\n");
    const std::vector<Captured> all = stage.captured();
    REQUIRE(all.size() == 7);
    CHECK(all[1].event.what == What::fetched);
    CHECK(all[1].content == "body1");
    CHECK(feature(all[1].event, "uid") == "41");
    CHECK(feature(all[1].event, "folder") == "Inbox");
    CHECK(all[1].event.size == 99);
    CHECK(all[2].event.what == What::partially_fetched);
    CHECK(all[2].content == "head 1");
    CHECK(feature(all[2].event, "item") == "BODY[HEADER]");
    CHECK(all[3].content == "body2");
    CHECK(all[4].content == "head 2");
    CHECK(all[5].event.what == What::partially_fetched);
    CHECK(feature(all[5].event, "item") == "BODY[]<10>");
    CHECK(all[6].event.status == Status::failed);
    CHECK(all[6].event.cause.enhanced == "NONEXISTENT");
}

TEST_CASE("tap: uploads, taken and refused (I8, I9)")
{
    Stage stage({{"anna@example.de", target(1)}});
    Imap imap(stage);
    imap.witness.login_began("anna@example.de", "", "LOGIN");
    imap.witness.login_accepted();
    imap.witness.catch_up();
    imap.client("a APPEND Sent {9+}\r\nFrom: a@b MULTI\r\n");
    imap.server("a BAD no\r\n");
    Imap second(stage);
    second.witness.login_began("anna@example.de", "", "LOGIN");
    second.witness.login_accepted();
    second.witness.catch_up();
    second.client("a APPEND Sent {9}\r\n");
    second.server("+ go\r\n");
    second.client("From: a@b\r\n");
    second.server("a OK [APPENDUID 7 42] done\r\n");
    const std::vector<Captured> all = stage.captured();
    REQUIRE(all.size() == 4);
    CHECK(all[1].event.what == What::stored);
    CHECK(all[1].event.status == Status::failed);
    CHECK(all[3].event.what == What::stored);
    CHECK(all[3].event.status == Status::succeeded);
    CHECK(all[3].content == "From: a@b");
    CHECK(all[3].event.direction == li::Direction::from_target);
    CHECK(feature(all[3].event, "folder") == "Sent");
}

TEST_CASE("tap: who reads the mailbox of the target is named beside it (I15)")
{
    Stage stage({{"anna@example.de", target(1)}});
    Imap imap(stage);
    imap.witness.login_began("anna@example.de", "secretary@example.de", "PLAIN");
    imap.witness.login_accepted();
    imap.witness.catch_up();
    const std::vector<Captured> all = stage.captured();
    REQUIRE(all.size() == 1);
    CHECK(all[0].event.user == "secretary@example.de");
    CHECK(all[0].event.mailbox == "anna@example.de");
    CHECK(all[0].event.matched == "anna@example.de");
}

TEST_CASE("tap: a measure that begins in the middle of a session sees what comes then")
{
    Stage stage({});
    Imap imap(stage);
    imap.witness.login_began("anna@example.de", "", "LOGIN");
    imap.witness.login_accepted();
    imap.witness.catch_up();
    imap.client("a FETCH 1 BODY[]\r\n");
    imap.server("* 1 FETCH (BODY[] {5}\r\nfirst)\r\na OK\r\n");
    stage.put({{"anna@example.de", target(1)}});
    stage.tap().flush();
    imap.client("b FETCH 2 BODY[]\r\n");
    imap.server("* 2 FETCH (BODY[] {6}\r\nsecond)\r\nb OK\r\n");
    stage.put({});
    stage.tap().flush();
    imap.client("c FETCH 3 BODY[]\r\n");
    imap.server("* 3 FETCH (BODY[] {5}\r\nthird)\r\nc OK\r\n");
    imap.witness.ended("quit");
    const std::vector<Captured> all = stage.captured();
    REQUIRE(all.size() == 1);
    CHECK(all[0].content == "second");
}

TEST_CASE("tap: only what begins with the header is asked for sender and recipients (I5)")
{
    Stage stage({{"anna@example.de", target(1)}});
    Imap imap(stage);
    imap.witness.login_began("anna@example.de", "", "LOGIN");
    imap.witness.login_accepted();
    imap.client(
        "s SELECT INBOX\r\na FETCH 1 (BODY[HEADER] BODY[TEXT] BODY[2.HEADER] BODY[]<7>"
        " RFC822.TEXT RFC822)\r\n");
    imap.server("* OK [UIDVALIDITY 7] \r\ns OK\r\n* 1 FETCH (");
    for (const char* const item : {"BODY[HEADER]", "BODY[TEXT]", "BODY[2.HEADER]",
                                   "BODY[]<7>", "RFC822.TEXT", "RFC822"})
        imap.server(std::string(item) + " {11}\r\nFrom: <a@b> ");
    imap.server("UID 5)\r\na OK\r\n");
    const std::vector<Captured> all = stage.captured();
    REQUIRE(all.size() == 7);
    for (std::size_t n = 1; n < all.size(); ++n) {
        CAPTURE(n);
        CHECK(all[n].event.sender == (n == 1 || n == 6 ? "a@b" : ""));
        CHECK(feature(all[n].event, "uidvalidity") == "7");
    }
    CHECK(feature(all[6].event, "item") == "RFC822");
    CHECK(all[6].event.what == What::fetched);
}

TEST_CASE("tap: an upload that is refused before it came; uids of what was stored (I8, I9)")
{
    Stage stage({{"anna@example.de", target(1)}});
    Imap imap(stage);
    imap.witness.login_began("anna@example.de", "", "LOGIN");
    imap.witness.login_accepted();
    imap.client("a APPEND Nowhere {9}\r\n");
    imap.server("a NO [TRYCREATE] no such folder\r\n");
    imap.client("b APPEND Sent (\\Seen $Work) {3}\r\n");
    imap.server("+ go\r\n");
    imap.client("one {3}\r\n");
    imap.server("+ go\r\n");
    imap.client("two\r\n");
    imap.server("b OK [APPENDUID 7 9:10] done\r\n");
    const std::vector<Captured> all = stage.captured();
    REQUIRE(all.size() == 4);
    CHECK(all[1].event.status == Status::failed);
    CHECK(all[1].event.cause.enhanced == "TRYCREATE");
    CHECK(all[1].event.size == 9);
    CHECK(feature(all[1].event, "folder") == "Nowhere");
    CHECK_FALSE(all[1].content);
    CHECK(feature(all[2].event, "uid") == "9");
    CHECK(feature(all[2].event, "flags") == "\\Seen $Work");
    CHECK(feature(all[3].event, "uid") == "10");
    CHECK(feature(all[3].event, "flags").empty());
    CHECK(all[3].content == "two");
}

TEST_CASE("tap: nothing of a text that began to pass before the measure")
{
    Stage stage({{"anna@example.de", target(1)}});
    Imap imap(stage);
    imap.witness.login_began("anna@example.de", "", "LOGIN");
    imap.witness.login_accepted();
    imap.client("a FETCH 1 BODY[]\r\n");
    imap.server("* 1 FETCH (BODY[] {45}\r\nFrom: x@y\r\nMessage-ID: <1@y>\r\n\r\nbefo");
    Pop3 pop(stage);
    pop.witness.login_began("anna@example.de", "", "USER");
    pop.witness.login_accepted();
    pop.client("RETR 1\r\n");
    pop.server("+OK\r\nFrom: x@y\r\nMessage-ID: <1@y>\r\n\r\nbefo");
    const tap::Target fresh = tap::test::fresh_target(2);
    stage.put({{"anna@example.de", target(1)}, {"anna@example.de", fresh}});
    stage.tap().flush();
    imap.server("re it)\r\na OK\r\n");
    pop.server("re it\r\n.\r\n");
    std::vector<Captured> all = stage.captured();
    REQUIRE(all.size() == 6); // two logins, and each text for each measure
    int with = 0;
    for (const Captured& one : all) {
        if (one.event.what == What::login)
            continue;
        const bool early = one.event.measure == tap::test::handle(1);
        CHECK(one.content.has_value() == early);
        CHECK(one.event.message_id.empty() != early); // nor what is known by it alone
        CHECK(one.event.sender.empty() != early);
        CHECK((one.event.size == 0) != early);
        CHECK(feature(one.event, "content") == (early ? "" : "began before the measure"));
        with += early ? 1 : 0;
    }
    CHECK(with == 2);
}

TEST_CASE("tap: what began while nobody was interested is told without its text")
{
    Stage stage({});
    Imap imap(stage);
    imap.witness.login_began("anna@example.de", "", "LOGIN");
    imap.witness.login_accepted();
    imap.client("a FETCH 1 BODY[]\r\n");
    imap.server("* 1 FETCH (BODY[] {9}\r\nbefo");
    stage.put({{"anna@example.de", target(1)}});
    stage.tap().flush();
    imap.server("re it)\r\na OK\r\n");
    const std::vector<Captured> all = stage.captured();
    REQUIRE(all.size() == 1);
    CHECK(all[0].event.what == What::fetched);
    CHECK_FALSE(all[0].content);
    CHECK(feature(all[0].event, "content") == "began before the measure");
}

TEST_CASE("tap: POP3: nothing is told before the client has its answer")
{
    Stage stage({{"anna@example.de", target(1)}});
    Pop3 pop(stage);
    pop.witness.login_began("anna@example.de", "", "USER");
    pop.witness.login_accepted();
    CHECK(stage.captured().empty());
    pop.witness.catch_up();
    pop.client("RETR 1\r\nRETR 2\r\nQUIT\r\n");
    pop.server("+OK\r\n" + mail);
    CHECK(stage.captured().size() == 1);
    for (const char* const answer : {".\r\n", "-ERR no\r\n"}) {
        const std::size_t before = stage.captured().size();
        const std::int64_t now = base::wall_microseconds();
        pop.answered(answer);
        const std::int64_t then = base::wall_microseconds();
        CHECK(stage.captured().size() == before);
        pop.witness.passed();
        const std::vector<Captured> all = stage.captured();
        REQUIRE(all.size() == before + 1);
        CHECK(all.back().event.time >= now); // it says when it happened
        CHECK(all.back().event.time <= then);
    }
}

TEST_CASE("tap: IMAP: nothing is told before the client has its answer")
{
    Stage stage({{"anna@example.de", target(1)}});
    Imap imap(stage);
    imap.witness.login_began("anna@example.de", "", "LOGIN");
    imap.witness.login_accepted();
    imap.witness.catch_up();
    imap.client("a FETCH 1 BODY[]\r\nb FETCH 9 BODY[]\r\n");
    imap.server("* 1 FETCH (BODY[] {5}\r\nfirst");
    for (const char* const answer : {")\r\na OK\r\n", "b NO gone\r\n"}) {
        const std::size_t before = stage.captured().size();
        imap.answered(answer);
        CHECK(stage.captured().size() == before);
        imap.witness.passed();
        CHECK(stage.captured().size() == before + 1);
    }
    imap.client("c APPEND Sent {4}\r\n");
    imap.server("+ go\r\n");
    imap.client("text\r\n");
    imap.answered("c OK done\r\n");
    CHECK(stage.captured().size() == 3);
    imap.witness.passed();
    CHECK(stage.captured().size() == 4);
    imap.client("d APPEND Sent {4}\r\n");
    imap.answered("d NO full\r\n");
    CHECK(stage.captured().size() == 4);
    imap.witness.passed();
    CHECK(stage.captured().size() == 5);
}

TEST_CASE("tap: a login is told as it was when it was answered, to who is of interest then")
{
    Stage stage({});
    Pop3 failed(stage);
    failed.witness.login_began("anna@example.de", "", "USER");
    failed.witness.login_failed(
        {.layer = "protocol", .code = "refused", .enhanced = {}, .text = {}});
    Pop3 accepted(stage);
    accepted.witness.login_began("anna@example.de", "", "USER");
    accepted.witness.login_accepted();
    const tap::Target late = tap::test::fresh_target(2);
    stage.put({{"anna@example.de", target(1)}, {"anna@example.de", late}});
    stage.tap().flush();
    failed.witness.catch_up();
    accepted.witness.catch_up();
    const std::vector<Captured> all = stage.captured();
    REQUIRE(all.size() == 2);
    CHECK(all[0].event.what == What::login_failed);
    CHECK(all[1].event.what == What::login);
    CHECK(all[1].event.time == all[1].event.session_begin);
    for (const Captured& one : all)
        CHECK(one.event.measure == tap::test::handle(1));
}
