// SPDX-License-Identifier: Apache-2.0
#include "db/fixture_test.h"
#include "sasl/password.h"

#include <fmt/format.h>

#include <doctest/doctest.h>

namespace {

using db::testing::failure_of;
using db::testing::Fixture;

std::string counts(const db::ImportResult& result)
{
    return fmt::format("+{} ~{} -{} ={}", result.added, result.changed, result.removed,
                       result.unchanged);
}

// "LINE: why" of every bad row.
std::string bad(const db::ImportResult& result)
{
    std::string out;
    for (const db::BadRow& row : result.bad)
        out += fmt::format("{}: {}\n", row.line, row.why);
    return out;
}

std::string import_bad(const Fixture& fixture, std::string_view table, std::string_view csv)
{
    const std::string before = fixture.exported(table);
    const db::ImportResult result = db::import_csv(fixture.path, table, csv);
    CHECK(result.bad_rows > 0);
    CHECK(fixture.exported(table) == before);
    return bad(result);
}

std::string import_good(const Fixture& fixture, std::string_view table,
                        std::string_view csv, const db::ImportOptions& options = {})
{
    const db::ImportResult result = db::import_csv(fixture.path, table, csv, options);
    CHECK(bad(result).empty());
    return counts(result);
}

} // namespace

TEST_CASE("db: import adds, changes and leaves alone what the file does not name")
{
    const Fixture fixture;
    CHECK(import_good(fixture, "domains", "name,verify\na.example,list\nb.example,\n") ==
          "+2 ~0 -0 =0");
    CHECK(import_good(fixture, "domains", "hold,name\nyes,A.example\n,c.example\n") ==
          "+1 ~1 -0 =0");
    CHECK(fixture.exported("domains") == "name,verify,tenant,hold,etrn\n"
                                         "a.example,list,,1,0\n"
                                         "b.example,any,,0,0\n"
                                         "c.example,any,,0,0\n");
    CHECK(import_good(fixture, "domains", "name,verify,hold\na.example,any,1\n",
                      {.replace = true}) == "+0 ~1 -2 =0");
}

TEST_CASE("db: an imported route is the route: its other hosts go, other routes stay")
{
    const Fixture fixture;
    CHECK(import_good(
              fixture, "routes",
              "pattern,host\na.example,one.test\na.example,two.test\n*,mx:b.example\n") ==
          "+3 ~0 -0 =0");
    CHECK(import_good(fixture, "routes",
                      "pattern,host,port,priority\na.example,one.test,25,7\n"
                      "a.example,one.test,2525,\n") == "+1 ~1 -1 =0");
    CHECK(fixture.number("SELECT count(*) FROM routes WHERE pattern = 'a.example'") == 2);
    CHECK(fixture.number("SELECT count(*) FROM routes WHERE pattern = '*'") == 1);
}

TEST_CASE("db: importing the routes of one service leaves those of the others")
{
    const Fixture fixture;
    (void)import_good(fixture, "routes",
                      "pattern,host,protocol\na.example,mail.test,smtp\n"
                      "a.example,old.test,imap\na.example,pop.test,pop3\n");
    CHECK(import_good(fixture, "routes",
                      "pattern,host,protocol\na.example,new.test,imaps\n") ==
          "+1 ~0 -1 =0");
    CHECK(fixture.number("SELECT count(*) FROM routes WHERE protocol = 'smtp'") == 1);
    CHECK(fixture.number("SELECT count(*) FROM routes WHERE host = 'old.test'") == 0);
    CHECK(import_good(fixture, "routes",
                      "pattern,host,protocol\na.example,new.test,imaps\n",
                      {.replace = true}) == "+0 ~0 -2 =1");
}

TEST_CASE("db: what is not said of a route follows from its protocol")
{
    const Fixture fixture;
    (void)import_good(fixture, "routes",
                      "pattern,host,port,protocol\na.example,h.test,,smtp\n"
                      "b.example,h.test,,lmtp\nc.example,h.test,,pop3\n"
                      "d.example,h.test,,pop3s\ne.example,h.test,,IMAP\n"
                      "f.example,h.test,,imaps\ng.example,h.test,7,imaps\n");
    const std::string out = fixture.exported("routes");
    for (const char* row :
         {"a.example,0,h.test,25,smtp,may", "b.example,0,h.test,24,lmtp,may",
          "c.example,0,h.test,110,pop3,encrypt", "d.example,0,h.test,995,pop3s,encrypt",
          "e.example,0,h.test,143,imap,encrypt", "f.example,0,h.test,993,imaps,encrypt",
          "g.example,0,h.test,7,imaps,encrypt"}) {
        CAPTURE(row);
        CHECK(out.find(std::string("\n") + row + ',') != std::string::npos);
    }
    // A column the file does not have stays; an empty field is the default of the protocol
    // that the row has.
    CHECK(import_good(fixture, "routes",
                      "pattern,host,port,tls\ne.example,h.test,143,none\n") ==
          "+0 ~1 -0 =0");
    CHECK(import_good(fixture, "routes",
                      "pattern,host,port,tls\ne.example,h.test,143,\n") == "+0 ~1 -0 =0");
    CHECK(fixture.exported("routes").find("143,imap,encrypt") != std::string::npos);
    CHECK(
        import_bad(fixture, "routes", "pattern,host,port,tls\ng.example,h.test,7,none\n") ==
        "2: imaps is TLS: tls=none is not for it\n");
}

TEST_CASE("db: rows of the proxies say what no proxy could do")
{
    const Fixture fixture;
    CHECK(
        import_bad(fixture, "routes",
                   "pattern,host,protocol,tls,username,password_file,client_info,hold_5xx\n"
                   "a.example,h.test,pop3,may,,,,\n"
                   "b.example,h.test,imaps,none,,,,\n"
                   "c.example,h.test,imap,none,me,/etc/password,,\n"
                   "d.example,h.test,imap,none,,,,yes\n"
                   "e.example,mx:h.test,imap,none,,,,\n"
                   "f.example,h.test,imap,none,,,xclient,\n"
                   "g.example,h.test,pop3s,,,,id,\n"
                   "h.example,h.test,smtp,,,,id,\n"
                   "i.example,h.test,pop3,encrypt,,,xforward,\n"
                   "j_k,h.test,smtp,,,,,\n"
                   "l.example,h.test,imaps,may,,,,\n") ==
        "2: tls=may is not for pop3: say none, encrypt, verify or fingerprint\n"
        "3: imaps is TLS: tls=none is not for it\n"
        "4: username and password_file are not for imap: users log in\n"
        "5: hold_5xx is not for imap\n"
        "6: host: mx: is not for imap\n"
        "7: client_info=xclient is not for imap: say none, proxy or id\n"
        "8: client_info=id is not for pop3s: say none, proxy or xclient\n"
        "9: client_info=id is for imap and imaps\n"
        "10: client_info=xforward is not for pop3: say none, proxy or xclient\n"
        "11: pattern: \"j_k\" is no domain name\n"
        "12: tls=may is not for imaps: say encrypt, verify or fingerprint\n");
}

TEST_CASE("db: the schema itself keeps users' passwords out of plain text")
{
    const Fixture fixture;
    const auto refused = [&](const std::string& columns, const std::string& values) {
        return failure_of([&] {
                   fixture.sql("INSERT INTO routes (pattern, host, port, " + columns +
                               ") VALUES ('a.example', 'h.test', 1, " + values + ")");
               })
            .has_value();
    };
    CHECK(refused("protocol", "'imap'")); // tls would be may
    CHECK(refused("protocol, tls", "'imaps', 'none'"));
    CHECK(refused("protocol, tls, hold_5xx", "'pop3', 'none', 1"));
    CHECK(refused("protocol, tls, client_info", "'pop3', 'none', 'id'"));
    CHECK(refused("client_info", "'id'"));
    CHECK_FALSE(refused("protocol, tls, client_info", "'imap', 'none', 'id'"));
}

TEST_CASE("db: what was exported is imported without a change")
{
    const Fixture fixture;
    (void)import_good(fixture, "tenants",
                      "name,comment\nacme,\"A \"\"big\"\" one, really\"\n");
    (void)import_good(fixture, "domains", "name,tenant\na.example,acme\nb.example,\n");
    (void)import_good(fixture, "addresses",
                      "address,kind,target\na@a.example,,\na@a.example,copy,X@b.example\n");
    for (const char* table : {"tenants", "domains", "addresses"})
        CHECK(import_good(fixture, table, fixture.exported(table), {.replace = true})
                  .starts_with("+0 ~0 -0 ="));
}

TEST_CASE("db: a dry run counts and changes nothing")
{
    const Fixture fixture;
    CHECK(import_good(fixture, "domains", "name\na.example\n", {.dry_run = true}) ==
          "+1 ~0 -0 =0");
    CHECK(fixture.number("SELECT count(*) FROM domains") == 0);
}

TEST_CASE("db: every bad row is told with its line, and nothing is written")
{
    const Fixture fixture;
    CHECK(import_bad(fixture, "routes",
                     "pattern,host,port\n"
                     "a.example,one.test,25\n"
                     "b.example,one.test,99999\n"
                     "\n"
                     "a b,300.1.2.3,x\n"
                     "c.example\n"
                     "\"d.example,x\n"
                     "e.example,,\n") ==
          "3: port: \"99999\" is no port (1 to 65535)\n"
          "5: host: \"300.1.2.3\" is neither a host name nor an IP address\n"
          "5: pattern: \"a b\" is no domain name\n"
          "5: port: \"x\" is no port (1 to 65535)\n"
          "6: 1 fields, the header has 3\n"
          "7: a quoted field does not end\n"
          "8: host: is empty\n");
    CHECK(import_bad(fixture, "routes",
                     "pattern,host,tls,fingerprint,username\n"
                     "a.example,one.test,fingerprint,,\n"
                     "b.example,one.test,may,,user\n"
                     "c.example,one.test,,,\n"
                     "c.example,One.test,,,\n") ==
          "2: tls=fingerprint needs a fingerprint\n"
          "3: username and password_file go together\n"
          "5: the same row stands in line 4\n");
    CHECK(import_bad(fixture, "domains", "name,tenant\na.example,nobody\n") ==
          "2: tenant: there is no tenant \"nobody\"\n");
}

TEST_CASE("db: only so many bad rows are told, all are counted")
{
    const Fixture fixture;
    std::string csv = "name\n";
    for (std::size_t i = 0; i < db::max_told + 50; ++i)
        csv += "a b\n";
    const db::ImportResult result = db::import_csv(fixture.path, "domains", csv);
    CHECK(result.bad.size() == db::max_told);
    CHECK(result.bad_rows == db::max_told + 50);
}

TEST_CASE("db: a header that does not fit is told before any row")
{
    const Fixture fixture;
    CHECK(import_bad(fixture, "domains", "") == "1: the header is missing\n");
    CHECK(import_bad(fixture, "domains", "name,colour\nx y,z\n") ==
          "1: unknown column \"colour\": domains has name, verify, tenant, hold, etrn\n");
    CHECK(import_bad(fixture, "domains", "name,name\n") ==
          "1: column \"name\" stands there twice\n");
    CHECK(import_bad(fixture, "routes", "pattern\n*\n") ==
          "1: column \"host\" is missing\n");
    CHECK(
        import_bad(fixture, "domains", "name,password\n").starts_with("1: unknown column"));
    const auto failure =
        failure_of([&] { (void)db::import_csv(fixture.path, "songs", ""); });
    REQUIRE(failure);
    CHECK(failure->remedy() == base::Remedy::fix_arguments);
}

TEST_CASE("db: addresses that contradict each other are refused")
{
    const Fixture fixture;
    CHECK(import_bad(fixture, "addresses",
                     "address,kind,target\n"
                     "a@a.example,mailbox,b@a.example\n"
                     "b@a.example,copy,\n"
                     "c@a.example,forward,c@a.example\n"
                     "d@a.example,rewrite,x@a.example\n"
                     "d@a.example,mailbox,\n"
                     "e@a.example,forward,x@a.example\n"
                     "e@a.example,copy,y@a.example\n") ==
          "2: a mailbox has no target (rewrite, copy and forward have)\n"
          "3: copy needs a target\n"
          "4: c@a.example leads to itself\n"
          "6: a rewritten address has one row and nothing else\n"
          "8: forward does not go with mailbox or copy (a copy keeps the mailbox)\n");
}

TEST_CASE("db: rewrites and forwards that lead back are refused, also through old rows")
{
    const Fixture fixture;
    CHECK(import_bad(fixture, "addresses",
                     "address,kind,target\na@x.example,rewrite,b@x.example\n"
                     "b@x.example,forward,C@x.example\nc@x.example,rewrite,a@X.example\n")
              .starts_with("2: loop: "));
    (void)import_good(fixture, "addresses",
                      "address,kind,target\na@x.example,rewrite,b@x.example\n"
                      "b@x.example,forward,c@x.example\nb@x.example,forward,d@x.example\n");
    CHECK(import_bad(fixture, "addresses",
                     "address,kind,target\nd@x.example,forward,A@x.example\n")
              .starts_with("2: loop: "));
    // Beside other bad rows, each with its line.
    CHECK(import_bad(fixture, "addresses",
                     "address,kind,target\nx@x.example,frobnicate,\n"
                     "d@x.example,forward,A@x.example\ny@x.example,rewrite,\n")
              .contains("\n3: loop: "));
    // Copies end at an address that has had the message; a way that joins is no loop.
    (void)import_good(fixture, "addresses",
                      "address,kind,target\nc@x.example,copy,a@x.example\n"
                      "d@x.example,forward,e@x.example\ne@x.example,,\n"
                      "f@x.example,forward,d@x.example\nf@x.example,forward,e@x.example\n");
}

TEST_CASE("db: a chain of forwards may be as long as the table")
{
    const Fixture fixture;
    std::string csv = "address,kind,target\n";
    for (int i = 0; i < 20'000; ++i)
        csv += fmt::format("u{}@x.example,forward,u{}@x.example\n", i, i + 1);
    CHECK(import_good(fixture, "addresses", csv) == "+20000 ~0 -0 =0");
    CHECK(import_bad(fixture, "addresses",
                     "address,kind,target\nu20000@x.example,forward,u0@x.example\n")
              .starts_with("2: loop: "));
}

TEST_CASE("db: passwords go in as text and come out as hashes only")
{
    const Fixture fixture;
    CHECK(import_good(fixture, "users", "name,password\nann,open sesame\nbob,\n") ==
          "+2 ~0 -0 =0");
    const std::string out = fixture.exported("users");
    CHECK(out.find("open sesame") == std::string::npos);
    CHECK(out.find("bob,,,1\n") != std::string::npos);
    CHECK(import_good(fixture, "users", out) == "+0 ~0 -0 =2");
    const auto ann = db::Directory(fixture.path).user("ann");
    REQUIRE(ann);
    CHECK(sasl::argon2id_verify(ann->password, "open sesame"));
    CHECK(ann->scram.starts_with("SCRAM-SHA-256$4096:"));

    CHECK(import_good(fixture, "users", "name,enabled\nann,no\n") == "+0 ~1 -0 =0");
    const auto disabled = db::Directory(fixture.path).user("ann");
    CHECK_FALSE(disabled->enabled);
    CHECK(disabled->password == ann->password);
    // A password SCRAM cannot take leaves no verifier of the old one.
    CHECK(import_good(fixture, "users", "name,password\nann,\x07\n") == "+0 ~1 -0 =0");
    CHECK(db::Directory(fixture.path).user("ann")->scram.empty());
    CHECK(import_bad(fixture, "users",
                     "name,password,password_hash\nann,x,$argon2id$v=19$y\n") ==
          "2: password: does not go with password_hash and scram\n");
}

TEST_CASE("db: single users are added once and then changed")
{
    const Fixture fixture;
    db::add_user(fixture.path, "ann", "one");
    const auto again = failure_of([&] { db::add_user(fixture.path, "ann", "two"); });
    REQUIRE(again);
    CHECK(again->remedy() == base::Remedy::fix_data);
    fixture.sql("UPDATE users SET enabled = 0");
    db::change_password(fixture.path, "ann", "two");
    const auto ann = db::Directory(fixture.path).user("ann");
    CHECK(sasl::argon2id_verify(ann->password, "two"));
    CHECK_FALSE(ann->enabled);
    CHECK(failure_of([&] { db::change_password(fixture.path, "eve", "x"); }));
    CHECK(failure_of([&] { db::add_user(fixture.path, "eve", ""); }));
}

TEST_CASE("db: a tenant that is in use cannot be removed")
{
    const Fixture fixture;
    (void)import_good(fixture, "tenants", "name\nacme\nother\n");
    (void)import_good(fixture, "domains", "name,tenant\na.example,acme\n");
    const db::ImportResult result =
        db::import_csv(fixture.path, "tenants", "name\nother\n", {.replace = true});
    CHECK(bad(result) == "0: name \"acme\" cannot be removed: it is in use\n");
    CHECK(fixture.number("SELECT count(*) FROM tenants") == 2);
}
