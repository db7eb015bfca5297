// SPDX-License-Identifier: Apache-2.0
#include "li/life.h"
#include "li/order_test.h"

#include <algorithm>

using namespace li::order_test;

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
        {"country-delivery", "QQ", {"country-delivery!"}},
        {"country-delivery", "QA", {}},
        {"country-authorisation", "XX", {"country-authorisation!"}},
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
