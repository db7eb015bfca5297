// SPDX-License-Identifier: Apache-2.0
#include "li/order_test.h"

#include "li/life.h"
#include "li/measure_text.h"
#include "li/words.h"

#include <algorithm>

using namespace li::order_test;

TEST_CASE("li: an order as the form has it")
{
    const li::Draft draft = read(form());
    CHECK(draft.faults.empty());
    const li::Measure& measure = draft.measure;
    CHECK(measure.reference == "LKA-2026_17.a");
    REQUIRE(measure.identities.size() == 2);
    CHECK(measure.identities[0].entered == "Anna@M\xc3\xbcller.example");
    CHECK(measure.identities[0].canonical == "anna@xn--mller-kva.example");
    CHECK(measure.identities[1].kind == li::Kind::mailbox);
    REQUIRE(measure.orders.size() == 1);
    CHECK(measure.orders[0].begin == at("2026-11-22 14:00"));
    CHECK(measure.orders[0].end == at("2027-02-22 14:00"));
    CHECK(measure.orders[0].basis == li::LegalBasis::stpo_100a);
    CHECK(measure.orders[0].received == now);
    CHECK(measure.iri.method == li::Method::ftp);
    CHECK(measure.iri.peer == li::Peer{"192.0.2.9", 21});
    CHECK(measure.iri.password == "p; ;w");
    CHECK_FALSE(measure.cc);
    CHECK(marks(faults_of(measure)) == Marks{"method?"});
}

TEST_CASE("li: event data and content go to different places")
{
    Entries entries = form();
    entries.push_back(entry("method", "sftp", "cc"));
    entries.push_back(entry("host", "2001:db8::9", "cc"));
    entries.push_back(entry("port", "22", "cc"));
    entries.push_back(
        entry("peer-key", "SHA256:0123456789012345678901234567890123456789+/a", "cc"));
    entries.push_back(entry("directory", "/events", "iri"));
    entries.push_back(entry("standby", "192.0.2.10, [2001:db8::1]:2121 backup:22", "iri"));
    const li::Draft draft = read(entries);
    CHECK(draft.faults.empty());
    const li::Measure& measure = draft.measure;
    CHECK(measure.iri.directory == "/events");
    CHECK(measure.iri.standby ==
          std::vector<li::Peer>{{"192.0.2.10", 21}, {"2001:db8::1", 2121}, {"backup", 22}});
    REQUIRE(measure.cc);
    CHECK(measure.cc->method == li::Method::sftp);
    CHECK(measure.cc->peer == li::Peer{"2001:db8::9", 22});
    CHECK(measure.cc->user == "sponts");
    CHECK(measure.cc->directory == "/in/sponts");
    CHECK(measure.cc->standby.empty());
    CHECK(measure.iri.peer_key.empty());
    CHECK(measure.cc->peer_key.size() == 50);
    CHECK(marks(faults_of(measure)) == Marks{"method?"});
}

TEST_CASE("li: values that say nothing")
{
    struct Case {
        const char* key;
        const char* value;
    };
    const Case cases[] = {
        {"identity", "anna"},
        {"identity", ""},
        {"login", ""},
        {"begin", "tomorrow"},
        {"end", "2026-02-30"},
        {"port", "0"},
        {"port", "65536"},
        {"port", "21x"},
        {"port", "-1"},
        {"scope", "everything"},
        {"channel", "pigeon"},
        {"profile", "pdf"},
        {"test", "maybe"},
        {"mode", "idle"},
        {"peer-key", "SHA256:abc"},
        {"standby", "a:0"},
        {"standby", "[::1"},
        {"court", "a\x01z"},
        {"court", "\xff"},
        {"header-version", "256"},
        {"email-version", ""},
        {"legal-basis", "gut feeling"},
        {"legal-basis", "none"},
        {"unknown", "x"},
    };
    for (const Case& it : cases) {
        CAPTURE(it.key);
        CAPTURE(it.value);
        const li::Draft draft = read({entry(it.key, it.value)});
        REQUIRE(draft.faults.size() == 1);
        CHECK(draft.faults[0].field == it.key);
        CHECK_FALSE(draft.faults[0].warning);
        CHECK_FALSE(draft.faults[0].german.empty());
        CHECK_FALSE(draft.faults[0].german.contains("none"));
    }
    CHECK(
        read({entry("begin", "2026-01-01"), entry("Beginn", "2026-01-02")}).faults.size() ==
        1);
    CHECK(read({entry("court", "x", "cc")}).faults.size() == 1);
    CHECK(read({entry("host", "x", "dd")}).faults.size() == 1);
    CHECK(read(Entries(65, entry("login", "a"))).faults.empty()); // all the same
    Entries many;
    std::vector<std::string> names;
    for (int i = 0; i < 65; ++i)
        many.push_back({"", "login", "user" + std::to_string(i), i + 1});
    CHECK(read(many).faults.size() == 1);
}

TEST_CASE("li: every name of every field")
{
    std::set<std::string_view> seen;
    for (const li::Field& field : li::order_fields()) {
        CAPTURE(field.name);
        for (const std::string_view name : {field.name, field.alias, field.other}) {
            if (name.empty())
                continue;
            CHECK(li::find_field(name) == li::find_field(field.name));
            CHECK(seen.insert(name).second);
        }
    }
    CHECK(li::find_field("ZU \xc3\x9c"
                         "BERWACHENDE KENNUNG") == li::find_field("identity"));
    CHECK(li::find_field("Ziel_IP") == li::find_field("host"));
    CHECK(li::find_field("") == nullptr);
    for (const char* secret : {"identity", "login", "mailbox", "password", "reference"})
        CHECK(li::find_field(secret)->confidential);
}

TEST_CASE("li: a measure is stored and read as the same")
{
    Entries entries = form();
    entries.push_back(entry("host", "192.0.2.10", "cc"));
    entries.push_back(entry("standby", "192.0.2.11", "cc"));
    li::Measure measure = read(entries).measure;
    measure.handle.fill(3);
    measure.test = true;
    measure.test_account = "probe";
    measure.life = {};
    measure.life.state = li::State::suspended;
    measure.life.activated = now;
    measure.life.end_reason = "\xff";
    measure.life.pauses = {{1, 2}, {3, 0}};
    measure.life.proposals = {{"redirect", "one", "abcd", 4}};
    measure.life.changed = 5;
    measure.life.told_begin = 6;
    measure.life.told_change = 7;
    measure.life.told_disturbance = 8;
    measure.life.told_end = 9;
    const auto again = li::measure_from(measure.handle, li::to_text(measure));
    REQUIRE(again);
    measure.life.end_reason = "\xef\xbf\xbd"; // what was no text
    CHECK(*again == measure);
    measure.cc.reset();
    CHECK(li::measure_from(measure.handle, li::to_text(measure)) == measure);

    li::MeasureText text = li::to_text(measure);
    text.life = R"({"state": "active", "news": [1]})";
    CHECK(li::measure_from(measure.handle, text)->life.state == li::State::active);
    CHECK(li::measure_from(measure.handle, text)->life.proposals.empty());
    for (const char* bad : {"", "{", "[]x", R"({"state": "dancing"})", R"({"state": 3})",
                            R"({"pauses": [{"from": "x"}]})"}) {
        CAPTURE(bad);
        text.life = bad;
        CHECK_FALSE(li::measure_from(measure.handle, text));
    }

    li::Authority authority = lka();
    authority.certificate = "-----BEGIN\n";
    authority.tls_trust = "-----BEGIN\n-----END\n";
    CHECK(li::authority_from(li::to_text(authority)) == authority);
    li::TestAccount account;
    account.name = "probe";
    account.identities = measure.identities;
    account.added = now;
    CHECK(li::test_account_from(li::to_text(account)) == account);
}

TEST_CASE("li: peers")
{
    CHECK(li::parse_peer("a") == li::Peer{"a", 0});
    CHECK(li::parse_peer("a:1") == li::Peer{"a", 1});
    CHECK(li::parse_peer("::1") == li::Peer{"::1", 0});
    CHECK(li::parse_peer("[::1]") == li::Peer{"::1", 0});
    CHECK(li::parse_peer("[::1]:990") == li::Peer{"::1", 990});
    for (const char* text :
         {"[::1]:990", "a.example:21", "192.0.2.9:65535", "a.example", "[::1]"})
        CHECK(li::to_text(li::parse_peer(text).value()) == text);
    for (const char* bad :
         {"", ":1", "a:", "a:x", "a:0", "a:65536", "[]:1", "[::1]x", "[a"}) {
        CAPTURE(bad);
        CHECK_FALSE(li::parse_peer(bad));
    }
}

TEST_CASE("li: handles as text")
{
    li::Handle handle{};
    handle[0] = 0xab;
    CHECK(li::hex(handle) == "ab000000000000000000000000000000");
    CHECK(li::parse_handle(li::hex(handle)) == handle);
    CHECK_FALSE(li::parse_handle("ab"));
    CHECK_FALSE(li::parse_handle("zz000000000000000000000000000000"));
}
