// SPDX-License-Identifier: Apache-2.0
#include "db/directory.h"
#include "db/fixture_test.h"

#include <doctest/doctest.h>
#include <fstream>
#include <thread>

namespace {

using base::Remedy;
using db::testing::failure_of;
using db::testing::Fixture;
using db::testing::Folder;

constexpr base::milliseconds at_once{0};

// The hosts of a route, in order.
std::string hosts(db::Directory& directory, std::string_view recipient,
                  db::Service service = db::Service::mail)
{
    std::string out;
    for (const db::RouteHost& host : directory.route(recipient, service))
        out += host.host + ' ';
    return out;
}

void put_route(db::Writer& writer, const char* pattern, const char* host, int priority = 0)
{
    db::RouteHost row;
    row.pattern = pattern;
    row.host = host;
    row.priority = priority;
    writer.put(row);
}

void fill_routes(const Fixture& fixture)
{
    db::Writer writer(fixture.path);
    put_route(writer, "boss@example.org", "boss.test");
    put_route(writer, "example.org", "second.test", 20);
    put_route(writer, "example.org", "first.test", 10);
    put_route(writer, ".example.org", "below.test");
    put_route(writer, ".deep.example.org", "deep.test");
    put_route(writer, "*", "default.test");
    writer.commit();
}

void is_unavailable(db::Directory& directory, std::string_view words)
{
    const auto failure = failure_of([&] { (void)directory.domain("example.org"); });
    REQUIRE(failure);
    CHECK(failure->remedy() == Remedy::try_later);
    CAPTURE(failure->what());
    CHECK(std::string(failure->what()).find(words) != std::string::npos);
}

} // namespace

TEST_CASE("db: the most specific route wins")
{
    const Fixture fixture;
    fill_routes(fixture);
    db::Directory directory(fixture.path);
    struct Case {
        const char* recipient;
        const char* hosts;
    };
    static constexpr Case cases[] = {
        {"boss@example.org", "boss.test "},
        {"BOSS@Example.ORG", "boss.test "},
        {"anybody@example.org", "first.test second.test "},
        {"anybody@example.org.", "first.test second.test "},
        {"anybody@mail.example.org", "below.test "},
        {"anybody@a.b.example.org", "below.test "},
        {"anybody@deep.example.org", "below.test "},
        {"anybody@a.deep.example.org", "deep.test "},
        {"anybody@notexample.org", "default.test "},
        {"anybody@[192.0.2.1]", "default.test "},
        {"postmaster", "default.test "},
        {"\"odd@example.org\"@other.example", "default.test "},
    };
    for (int round = 0; round < 2; ++round) // asked, then remembered
        for (const Case& each : cases) {
            CAPTURE(each.recipient);
            CHECK(hosts(directory, each.recipient) == each.hosts);
        }
}

TEST_CASE("db: a route by its name is that one and no other")
{
    const Fixture fixture;
    fill_routes(fixture);
    db::Directory directory(fixture.path, at_once);
    const auto first = [&](const char* pattern) {
        const auto& rows = directory.named_route(pattern);
        return rows.empty() ? std::string() : rows.front().host;
    };
    CHECK(first("Example.ORG") == "first.test");
    CHECK(directory.named_route("example.org").size() == 2);
    CHECK(first(".example.org") == "below.test");
    CHECK(first("BOSS@example.org") == "boss.test");
    CHECK(first("*") == "default.test");
    for (const char* const none :
         {"a.example.org", "other@example.org", "elsewhere.test", "", "no domain", "."})
        CHECK(first(none).empty());
}

TEST_CASE("db: each service has routes of its own, and sees no others")
{
    using enum db::Service;
    const Fixture fixture;
    (void)db::import_csv(fixture.path, "routes",
                         "pattern,host,protocol\n"
                         "example.org,mail.test,smtp\nexample.org,store.test,lmtp\n"
                         "boss@example.org,pop.test,pop3\n"
                         "boss@example.org,pops.test,pop3s\n"
                         "example.org,imap.test,imap\n.org,imaps.test,imaps\n"
                         "*,last.test,imap\n");
    db::Directory directory(fixture.path);
    struct Case {
        const char* name;
        db::Service service;
        const char* hosts;
    };
    static constexpr Case cases[] = {
        {"boss@example.org", mail, "mail.test store.test "},
        {"boss@example.org", pop3, "pop.test pops.test "},
        {"boss@example.org", imap, "imap.test "},
        {"ann@example.org", pop3, ""},
        {"ann@other.org", mail, ""},
        {"ann@other.org", imap, "imaps.test "},
        {"ann@other.net", imap, "last.test "},
    };
    for (int round = 0; round < 2; ++round)
        for (const Case& each : cases) {
            CAPTURE(each.name);
            CHECK(hosts(directory, each.name, each.service) == each.hosts);
        }
}

TEST_CASE("db: a login name without a domain is a pattern itself")
{
    using enum db::Service;
    const Fixture fixture;
    (void)db::import_csv(
        fixture.path, "routes",
        "pattern,host,protocol\nann_b,ann.test,imap\nu17.site,u.test,imap\n"
        "m\xc3\xbcller,mueller.test,imap\n.site,wrong.test,imap\n"
        "ann@example.org,wrong.test,imap\n*,last.test,imap\n");
    db::Directory directory(fixture.path);
    CHECK(hosts(directory, "ann_b", imap) == "ann.test ");
    CHECK(hosts(directory, "Ann_B", imap) == "ann.test ");
    CHECK(hosts(directory, "u17.site", imap) == "u.test ");
    CHECK(hosts(directory, "m\xc3\xbcller", imap) == "mueller.test ");
    CHECK(hosts(directory, "u18.site", imap) == "last.test ");
    CHECK(hosts(directory, "ann", imap) == "last.test ");
    CHECK(hosts(directory, "", imap) == "last.test ");
    CHECK(hosts(directory, "ann_b", pop3).empty());
}

TEST_CASE("db: without a default there may be no route at all")
{
    const Fixture fixture;
    db::Directory directory(fixture.path);
    CHECK(directory.route("a@example.org").empty());
    CHECK(directory.route("a@example.org").empty());
}

TEST_CASE("db: what was written is what is answered")
{
    const Fixture fixture;
    const db::RouteHost host{.pattern = "example.org",
                             .priority = 5,
                             .host = "192.0.2.7",
                             .port = 24,
                             .protocol = db::Protocol::lmtp,
                             .tls = db::TlsPolicy::fingerprint,
                             .tls_name = "",
                             .fingerprint = std::string(64, 'a'),
                             .ca_file = "",
                             .username = "gateway",
                             .password_file = "/etc/sponts/password",
                             .client_info = db::ClientInfo::proxy,
                             .hold_5xx = true};
    {
        db::Writer writer(fixture.path);
        writer.put_tenant("acme", "A company");
        writer.put(db::Domain{"example.org", db::Verify::probe, "acme", true, true});
        writer.put(host);
        writer.put(db::AddressRow{"a@example.org", db::AddressKind::mailbox, ""});
        writer.put(db::AddressRow{"a@example.org", db::AddressKind::copy, "B@example.net"});
        writer.put(db::User{"bob", "$argon2id$v=19$x", "", false});
        writer.commit();
    }
    db::Directory directory(fixture.path);
    const auto domain = directory.domain("Example.org");
    REQUIRE(domain);
    CHECK(domain->name == "example.org");
    CHECK(domain->verify == db::Verify::probe);
    CHECK(domain->tenant == "acme");
    CHECK(domain->hold);
    CHECK(domain->etrn);
    REQUIRE(directory.route("x@example.org").size() == 1);
    CHECK(directory.route("x@example.org")[0] == host);
    const auto rows = directory.address("a@example.org");
    REQUIRE(rows.size() == 2);
    CHECK(rows[0].kind == db::AddressKind::copy);
    CHECK(rows[0].target == "B@example.net");
    CHECK(rows[1].kind == db::AddressKind::mailbox);
    const auto user = directory.user("bob");
    REQUIRE(user);
    CHECK(user->password == "$argon2id$v=19$x");
    CHECK_FALSE(user->enabled);
    CHECK_FALSE(directory.user("Bob"));
    CHECK_FALSE(directory.domain("mail.example.org"));
}

TEST_CASE("db: what a Writer did not commit never was")
{
    const Fixture fixture;
    {
        db::Writer writer(fixture.path);
        writer.put(db::Domain{.name = "example.org", .tenant = {}});
    }
    CHECK_FALSE(db::Directory(fixture.path).domain("example.org"));
    db::Writer writer(fixture.path);
    const auto bad =
        failure_of([&] { writer.put(db::Domain{.name = "a b", .tenant = {}}); });
    REQUIRE(bad);
    CHECK(bad->remedy() == Remedy::fix_data);
}

TEST_CASE("db: local parts match byte for byte first, then in lower case")
{
    const Fixture fixture;
    fixture.sql("INSERT INTO addresses (address, kind, target) VALUES"
                " ('Bob@example.org', 'rewrite', 'upper@example.org'),"
                " ('bob@example.org', 'rewrite', 'lower@example.org')");
    db::Directory directory(fixture.path);
    CHECK(directory.address("Bob@EXAMPLE.org").at(0).target == "upper@example.org");
    CHECK(directory.address("bob@example.org").at(0).target == "lower@example.org");
    CHECK(directory.address("BOB@example.org").at(0).target == "lower@example.org");
    CHECK(directory.address("eve@example.org").empty());
    CHECK(directory.address("").empty());
}

TEST_CASE("db: domains are found by their U-labels too")
{
    const Fixture fixture;
    {
        db::Writer writer(fixture.path);
        writer.put(db::Domain{.name = "M\xc3\xbcller.example", .tenant = {}});
        writer.commit();
    }
    db::Directory directory(fixture.path);
    CHECK(directory.domain("m\xc3\xbcller.example")->name == "xn--mller-kva.example");
    CHECK(directory.domain("XN--mller-kva.example").has_value());
    CHECK_FALSE(directory.domain("\xff\xfe"));
    CHECK_FALSE(directory.domain(""));
    CHECK_FALSE(directory.domain(std::string(1000, 'a')));
}

TEST_CASE("db: a change is seen after max_staleness and not before")
{
    const Fixture fixture;
    db::Directory patient(fixture.path, base::milliseconds{3'600'000});
    db::Directory eager(fixture.path, at_once);
    CHECK_FALSE(patient.domain("example.org"));
    CHECK_FALSE(eager.domain("example.org"));
    const std::uint64_t before = eager.version();
    CHECK(eager.version() == before);
    fixture.sql("INSERT INTO domains (name) VALUES ('example.org')");
    CHECK_FALSE(patient.domain("example.org"));
    CHECK(eager.domain("example.org"));
    CHECK(eager.version() > before);
    fixture.sql("DELETE FROM domains");
    CHECK_FALSE(eager.domain("example.org"));
}

TEST_CASE("db: a missing database is try_later until it comes back")
{
    const Folder folder;
    const std::string path = folder.file("sponts.db");
    db::Directory directory(path, at_once);
    is_unavailable(directory, "No such file");
    (void)db::migrate(path);
    CHECK_FALSE(directory.domain("example.org"));
    std::filesystem::rename(path, path + ".away");
    is_unavailable(directory, "No such file");
    std::filesystem::rename(path + ".away", path);
    CHECK_FALSE(directory.domain("example.org"));
}

TEST_CASE("db: trouble is looked at once in max_staleness, not at every question")
{
    const Folder folder;
    db::Directory directory(folder.file("sponts.db"), base::milliseconds{3'600'000});
    is_unavailable(directory, "No such file");
    (void)db::migrate(folder.file("sponts.db"));
    is_unavailable(directory, "No such file");
}

TEST_CASE("db: another file under the same name is opened anew")
{
    const Fixture fixture;
    const Fixture other;
    other.sql("INSERT INTO domains (name) VALUES ('restored.example')");
    db::Directory directory(fixture.path, at_once);
    CHECK_FALSE(directory.domain("restored.example"));
    for (const char* tail : {"-wal", "-shm", ""})
        std::filesystem::rename(other.path + tail, fixture.path + tail);
    CHECK(directory.domain("restored.example"));
}

TEST_CASE("db: garbage instead of a database is try_later with the reason")
{
    const Folder folder;
    const std::string path = folder.file("sponts.db");
    std::ofstream(path) << std::string(20'000, 'x');
    db::Directory directory(path, at_once);
    is_unavailable(directory, "this is not a sponts database");
    std::filesystem::remove(path);
    std::ofstream(path) << "";
    is_unavailable(directory, "there is nothing in it");
}

TEST_CASE("db: a writer does not disturb readers, an exclusive lock is waited for briefly")
{
    const Fixture fixture;
    const db::Sqlite other(fixture.path, db::Access::write, base::milliseconds{1000});
    db::Directory directory(fixture.path, at_once);
    other.run("BEGIN EXCLUSIVE; INSERT INTO domains (name) VALUES ('example.org')");
    CHECK_FALSE(directory.domain("example.org"));
    other.run("COMMIT");
    CHECK(directory.domain("example.org"));
}

TEST_CASE("db: a database locked against readers is try_later, and served afterwards")
{
    const Fixture fixture;
    auto other = std::make_unique<db::Sqlite>(fixture.path, db::Access::write,
                                              base::milliseconds{1000});
    other->run("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE;"
               "INSERT INTO domains (name) VALUES ('example.org'); COMMIT");
    db::Directory directory(fixture.path, at_once);
    is_unavailable(directory, "locked");
    is_unavailable(directory, "locked");
    other.reset();
    CHECK(directory.domain("example.org"));
}

TEST_CASE("db: a write that cannot get its turn gives up with try_later")
{
    const Fixture fixture;
    const db::Writer first(fixture.path);
    const auto second =
        failure_of([&] { const db::Writer writer(fixture.path, base::milliseconds{20}); });
    REQUIRE(second);
    CHECK(second->remedy() == Remedy::try_later);
    CHECK(std::string(second->what()).find("another program is writing") !=
          std::string::npos);
}

TEST_CASE("db: a stranger without a ticket who holds the lock is waited for, then reported")
{
    const Fixture fixture;
    const db::Sqlite other(fixture.path, db::Access::write, base::milliseconds{1000});
    other.run("BEGIN EXCLUSIVE");
    const auto failure =
        failure_of([&] { const db::Writer writer(fixture.path, base::milliseconds{50}); });
    REQUIRE(failure);
    CHECK(failure->remedy() == Remedy::try_later);
    CHECK(std::string(failure->what()).find("locked") != std::string::npos);
    other.run("ROLLBACK");
    db::Writer writer(fixture.path, base::milliseconds{50});
    writer.commit();
}

TEST_CASE("db: many writers take turns and lose nothing")
{
    const Fixture fixture;
    const auto write = [&fixture](int number) {
        for (int i = 0; i < 10; ++i) {
            db::Writer writer(fixture.path);
            db::Domain domain;
            domain.name = "d" + std::to_string(number * 10 + i) + ".example";
            writer.put(domain);
            writer.commit();
        }
    };
    {
        std::vector<std::jthread> threads;
        for (int number = 0; number < 4; ++number)
            threads.emplace_back(write, number);
    }
    CHECK(fixture.number("SELECT count(*) FROM domains") == 40);
    CHECK(fixture.number("SELECT count(*) FROM pragma_integrity_check"
                         " WHERE integrity_check <> 'ok'") == 0);
}
