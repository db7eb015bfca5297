// SPDX-License-Identifier: Apache-2.0
// Who of this machine's users has which addresses, and what is no such row.
#include "db/exchange.h"
#include "db/fixture_test.h"

#include <doctest/doctest.h>

namespace {

using db::testing::Fixture;

std::string bad(const db::ImportResult& result)
{
    std::string told;
    for (const db::BadRow& row : result.bad)
        told += std::to_string(row.line) + ": " + row.why + '\n';
    return told;
}

void import_good(const Fixture& fixture, std::string_view table, std::string_view csv)
{
    const db::ImportResult result = db::import_csv(fixture.path, table, csv);
    CAPTURE(bad(result));
    CHECK(result.bad_rows == 0);
}

} // namespace

TEST_CASE("db: addresses of users of the system, in the form in which mail is compared")
{
    const Fixture fixture;
    import_good(fixture, "domains", "name\nexample.org\nm\xc3\xbcller.example\n");
    import_good(fixture, "system_users",
                "name,address\nbob,Bob@M\xc3\xbcller.example\nbob,info@example.org\n"
                "ann,ann@example.org\n");
    using Addresses = std::vector<std::string>;
    const auto of = [&](std::string_view name) {
        return db::addresses_of_system_user(fixture.path, name);
    };
    CHECK(of("bob") == Addresses{"bob@xn--mller-kva.example", "info@example.org"});
    CHECK(of("Bob").empty());
    CHECK(of("").empty());
    // The rows of a user take the place of those he had; others keep theirs.
    import_good(fixture, "system_users", "name,address\nbob,b@example.org\n");
    CHECK(of("bob") == Addresses{"b@example.org"});
    CHECK(of("ann") == Addresses{"ann@example.org"});
    for (const char* bad :
         {"a b,x@example.org", "-a,x@example.org", "a:b,x@example.org", "a/b,x@example.org",
          "bob,example.org", "bob,", ",x@example.org"}) {
        CAPTURE(bad);
        CHECK(db::import_csv(fixture.path, "system_users",
                             "name,address\n" + std::string(bad) + "\n")
                  .bad_rows == 1);
    }
    CHECK(of("bob") == Addresses{"b@example.org"});
}

TEST_CASE("db: nobody of the system has addresses of domains that are not ours")
{
    const Fixture fixture;
    import_good(fixture, "domains", "name\nexample.org\n");
    const auto import = [&](std::string_view rows) {
        return db::import_csv(fixture.path, "system_users",
                              "name,address\n" + std::string(rows));
    };
    CHECK(bad(import("bob,bob@example.org\nbob,bob@elsewhere.example\n"
                     "ann,ann@sub.example.org\n")) ==
          "3: address: there is no domain \"elsewhere.example\"\n"
          "4: address: there is no domain \"sub.example.org\"\n");
    CHECK(bad(import("bob,bob@example.org\nbob,Bob@EXAMPLE.org\n")) ==
          "3: the same row stands in line 2\n");
    CHECK(fixture.number("SELECT count(*) FROM system_users") == 0);
    CHECK(import("bob,bob@example.org\nann,bob@example.org\n").added == 2);
}

TEST_CASE("db: what is odd about a row is told, and it is imported all the same")
{
    const Fixture fixture;
    import_good(fixture, "domains", "name\nexample.org\n");
    const db::ImportResult result = db::import_csv(
        fixture.path, "system_users",
        "name,address\nbob,bob@example.org\nroot,a@example.org\nroot,b@example.org\n",
        {.doubt = [](const std::string& name) { return name == "root" ? "why?" : ""; }});
    REQUIRE(result.odd.size() == 1);
    CHECK(result.odd[0].line == 3);
    CHECK(result.odd[0].why == "why?");
    CHECK(result.added == 3);
    CHECK(fixture.number("SELECT count(*) FROM system_users") == 3);
}
