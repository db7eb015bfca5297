// SPDX-License-Identifier: Apache-2.0
#include "li/check.h"
#include "li/life.h"
#include "li/measure_text.h"
#include "li/words.h"

#include <algorithm>
#include <doctest/doctest.h>
#include <set>

namespace {

using li::Time;

Time at(std::string_view text)
{
    const auto time = li::parse_time(text);
    REQUIRE_MESSAGE(time.has_value(), std::string(text));
    return *time;
}

using Entries = std::vector<li::Entry>;

li::Entry entry(const char* key, const char* value, const char* section = "")
{
    return {.section = section, .key = key, .value = value, .line = 0};
}

const char* const digest =
    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

// As a German form has it.
Entries form()
{
    return {
        entry("Kennung", "Anna@M\xc3\xbcller.example"),
        entry("Mailbox", "anna"),
        entry("Referenz-Id", "LKA-2026_17.a"),
        entry("Beginn", "22.11.2026 14:00"),
        entry("Ende", "22.02.2027 14:00"),
        entry("Ziel-IP", "192.0.2.9"),
        entry("Ziel-Port", "21"),
        entry("Username", "sponts"),
        entry("Passwort", "p; ;w"),
        entry("Zielverzeichnis", "/in/sponts"),
        entry("Berechtigte Stelle", "lka"),
        entry("Rechtsgrundlage", "\xc2\xa7 100a StPO"),
        entry("Gericht", "AG M\xc3\xbcnchen"),
        entry("Aktenzeichen", "1 Gs 17/26"),
        entry("Anordnung vom", "22.11.2026"),
        entry("Anordnung-SHA256", digest),
        entry("Profil", "etsi-ftp-file"),
    };
}

const Time now = *li::parse_time("2026-11-22 13:00");

li::Draft read(const Entries& entries)
{
    return li::read_order(entries, li::Rules{}, now);
}

li::Authority lka()
{
    li::Authority authority;
    authority.name = "lka";
    return authority;
}

li::Surroundings around_it(const li::Measure& measure)
{
    static const li::Authority authority = lka();
    li::Surroundings around;
    around.now = now;
    around.serves = [](std::string_view domain) {
        return domain == "xn--mller-kva.example" || domain == "example.org";
    };
    around.authority = measure.authority == "lka" ? &authority : nullptr;
    return around;
}

std::vector<li::Fault> faults_of(const li::Measure& measure,
                                 std::span<const li::Measure> others = {},
                                 Time certificate_ends = 0)
{
    li::Surroundings around = around_it(measure);
    around.certificate_ends = certificate_ends;
    around.others = others;
    return li::check(measure, around);
}

// As the officer gets them: of how it was read, and of what it says.
std::vector<li::Fault> found(const Entries& entries)
{
    const li::Draft draft = read(entries);
    return li::check(draft, around_it(draft.measure));
}

// "field!" for errors, "field?" for warnings.
std::multiset<std::string> marks(const std::vector<li::Fault>& faults)
{
    std::multiset<std::string> out;
    for (const li::Fault& fault : faults)
        out.insert(fault.field + (fault.warning ? "?" : "!"));
    return out;
}

using Marks = std::multiset<std::string>;

} // namespace

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

TEST_CASE("li: what cannot be read hides no fault of anything else")
{
    Entries entries = form();
    const auto put = [&](const char* key, const char* value, const char* section = "") {
        std::erase_if(entries, [&](const li::Entry& it) {
            return it.key == key && it.section == section;
        });
        entries.push_back(entry(key, value, section));
    };
    put("Profil", "etsi-file");
    put("Username", "");
    put("Passwort", "");
    CHECK(marks(found(entries)) == Marks{"profile!", "user!", "password!", "method?"});
    put("Verfahren", "ftq"); // nothing says now that it is FTP but the fields
    CHECK(marks(found(entries)) == Marks{"profile!", "method!", "user!", "password!"});
    put("Profil", "etsi-tcp");
    put("Ziel-Port", "50110");
    CHECK(marks(found(entries)) == Marks{"method!"});
    put("Verfahren", "tls");
    put("Ende", "heute");
    put("Beginn", "2020-01-01");
    CHECK(marks(found(entries)) == Marks{"end!", "begin?"});
    put("Kennung", "anna");
    CHECK(marks(found(entries)).count("identity!") == 1);
    entries.push_back(entry("Kennung", "anna@example.com"));
    CHECK(marks(found(entries)).count("identity!") == 2);
    put("Abteilung", "7", "Stelle");
    CHECK(marks(found(entries)).count("Abteilung!") == 1);
}

TEST_CASE("li: a fault of one destination of two says which")
{
    Entries entries = form();
    entries.push_back(entry("host", "a b", "cc"));
    entries.push_back(entry("port", "0", "cc"));
    entries.push_back(entry("standby", "192.0.2.10"));
    entries.push_back(entry("standby", "192.0.2.11", "cc"));
    const li::Draft draft = read(entries);
    REQUIRE(draft.measure.cc);
    CHECK(draft.measure.cc->standby == std::vector<li::Peer>{{"192.0.2.11", 21}});
    Marks sections;
    for (const li::Fault& fault : found(entries))
        sections.insert(fault.section + ' ' + fault.field);
    CHECK(sections == Marks{"cc host", "cc port", " method"});
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

TEST_CASE("li: all faults of an order at once")
{
    const li::Draft draft = read({});
    CHECK(marks(faults_of(draft.measure)) ==
          Marks{"reference!", "authority!", "identity!", "begin!", "end!", "legal-basis!",
                "court!", "file-number!", "ordered?", "order-digest?", "host!", "port!"});
}

TEST_CASE("li: one fault at a time")
{
    struct Case {
        const char* key;
        const char* value;
        Marks found; // beside "method?", that FTP is not encrypted
    };
    const Case cases[] = {
        {"reference", "abcdefghijklmnopqrstuvwxy", {}},
        {"reference", "abcdefghijklmnopqrstuvwxyz", {"reference!"}},
        {"reference", "a b", {"reference!"}},
        {"reference", "a/b", {"reference!"}},
        {"authority", "bka", {"authority!"}},
        {"identity", "anna@example.net", {"identity!"}},
        {"identity", "anna@example.org", {}},
        {"login", "anna@example.net", {"login!"}},
        {"end", "2026-11-22 14:00", {"end!"}},
        {"end", "2026-11-22 14:01", {}},
        {"end", "2027-02-22 14:01", {"end!"}},
        {"begin", "2026-11-01", {"begin?", "end!"}},
        {"ordered", "2026-11-23", {"ordered!"}},
        {"ordered", "2026-11-20", {"end?"}},
        {"received", "2026-11-23", {"received!"}},
        {"received", "2020-01-01", {"received!"}},
        {"channel", "fax", {"channel?"}},
        {"channel", "electronic", {"channel?"}},
        {"order-digest", "abc", {"order-digest!"}},
        {"host", "no host", {"host!"}},
        {"host", "2001:db8::1", {}},
        {"host", "2001:db8::1::2", {"host!"}},
        {"host", "lka.example", {}},
        {"host", "999.1.1.1", {"host!"}},
        {"host", "10.0.0", {"host!"}},
        {"host", "1.2.3.4.5", {"host!"}},
        {"host", "3221226219", {"host!"}},
        {"host", "0x7f000001", {"host!"}},
        {"host", "0.0.0.0", {"host!"}},
        {"host", "::", {"host!"}},
        {"standby", "10.0.0.256", {"standby!"}},
        {"port", "2121", {"port?"}},
        {"user", "", {"user!"}},
        {"user",
         "12345678901234567890123456789012345678901234567890123456789012345",
         {"user!"}},
        {"password", "", {"password!"}},
        {"directory", "in/../../etc", {"directory!"}},
        {"directory", "in/..hidden", {}},
        {"directory", "..", {"directory!"}},
        {"standby", "a_b,-c", {"standby!"}},
        {"method", "tls", {"method!", "port?"}},
        {"method", "sftp", {"peer-key!", "port?"}},
        {"seal-content", "ja", {"seal-content!"}},
        {"country-delivery", "de", {"country-delivery!"}},
        {"operator-id", "12345678901234567", {"operator-id!"}},
        {"interception-point", "123456789", {"interception-point!"}},
        {"header-version", "44", {"header-version!"}},
        {"email-version", "14", {"email-version!"}},
        {"test", "ja", {"test-account!"}},
        {"test-account", "probe", {"test!"}},
    };
    for (const Case& it : cases) {
        CAPTURE(it.key);
        CAPTURE(it.value);
        Entries entries = form();
        const li::Field* field = li::find_field(it.key);
        std::erase_if(entries, [&](const li::Entry& old) {
            return li::find_field(old.key) == field;
        });
        entries.push_back(entry(it.key, it.value));
        const li::Draft draft = read(entries);
        CHECK(draft.faults.empty());
        Marks wanted = it.found;
        if (std::string_view(it.key) != "method")
            wanted.insert("method?");
        CHECK(marks(faults_of(draft.measure)) == wanted);
    }
}

TEST_CASE("li: what the settings leave open")
{
    const li::Authority authority = lka();
    li::Surroundings around;
    around.now = now;
    around.authority = &authority;
    around.has_operator_id = around.has_file_prefix = false;
    li::Measure measure = read(form()).measure;
    CHECK(marks(li::check(measure, around)) ==
          Marks{"method?", "operator-id!", "profile!"});
    measure.operator_id = "OPER1";
    measure.profile = li::Profile::etsi_tcp;
    measure.iri.method = li::Method::tls;
    measure.iri.peer.port = 50110;
    CHECK(marks(li::check(measure, around)) == Marks{});
}

TEST_CASE("li: certificates of authorities, and other measures")
{
    const li::Measure measure = read(form()).measure;
    CHECK(marks(faults_of(measure, {}, now)) == Marks{"method?", "authority!"});
    CHECK(marks(faults_of(measure, {}, now + li::day)) == Marks{"method?", "authority?"});
    CHECK(marks(faults_of(measure, {}, at("2030-01-01"))) == Marks{"method?"});

    li::Measure other = measure;
    other.handle.fill(1);
    CHECK(marks(faults_of(measure, {&other, 1})) == Marks{"method?", "reference!"});
    for (const li::State turned_down :
         {li::State::rejected, li::State::invalid, li::State::cancelled}) {
        other.life.state = turned_down; // before it was armed: nothing was handed over
        CHECK(marks(faults_of(measure, {&other, 1})) == Marks{"method?"});
    }
    other.life.activated = now - li::day;
    CHECK(marks(faults_of(measure, {&other, 1})) == Marks{"method?", "reference!"});
    other.life = {};
    other.reference = "another";
    CHECK(marks(faults_of(measure, {&other, 1})) == Marks{"method?", "identity?"});
    other.life.state = li::State::cancelled;
    CHECK(marks(faults_of(measure, {&other, 1})) == Marks{"method?"});
    other.authority = "bka";
    CHECK(marks(faults_of(measure, {&other, 1})) == Marks{"method?"});
}

TEST_CASE("li: tests only on test accounts")
{
    Entries entries = form();
    entries.push_back(entry("test", "yes"));
    entries.push_back(entry("test-account", "probe"));
    const li::Measure measure = read(entries).measure;
    const li::Authority authority = lka();
    li::TestAccount account;
    account.name = "probe";
    account.identities = {measure.identities[0]};
    li::Surroundings around;
    around.now = now;
    around.authority = &authority;
    around.test_accounts = {&account, 1};
    CHECK(marks(li::check(measure, around)) == Marks{"method?", "mailbox!"});
    account.identities.push_back(measure.identities[1]);
    CHECK(marks(li::check(measure, around)) == Marks{"method?"});
}

TEST_CASE("li: orders that extend")
{
    li::Surroundings around;
    around.now = now;
    const Time end = at("2026-11-30");
    li::Order order = read(form()).measure.orders.front();
    order.end = at("2027-02-28");
    const auto found = [&] { return marks(li::check_extension(order, end, around)); };
    order.ordered = at("2026-11-22");
    order.end = at("2027-02-20");
    CHECK(found() == Marks{});
    order.end = at("2027-02-28 00:01");
    CHECK(found() == Marks{"end!", "end?"});
    order.end = end;
    CHECK(found() == Marks{"end!"});
    order.end = 0;
    CHECK(found() == Marks{"end!"});
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
