// SPDX-License-Identifier: Apache-2.0
#include "db/journal_fixture_test.h"

#include <doctest/doctest.h>
#include <fstream>

namespace {

using namespace db::testing;

const db::JournalPolicy bare{
    .subjects = false, .attachment_names = false, .pseudonym_key = "a key of the tenant"};

} // namespace

TEST_CASE("journal: by default everything is kept, addresses in lower case")
{
    auto message = a_message(1);
    db::apply(db::JournalPolicy{}, message);
    CHECK(message.sender == "ann@example.net");
    CHECK(message.subject == "Offer for the new roof");
    CHECK(message.attachments[0].name == "Roof-plan.pdf");
}

TEST_CASE("journal: a tenant's policy leaves out subjects and names of attachments")
{
    auto message = a_message(1);
    db::apply(bare, message);
    CHECK(message.subject.empty());
    CHECK(message.attachments[0].name.empty());
    CHECK(message.attachments[0].found == "application/pdf");
    CHECK(message.size == 4711);
}

TEST_CASE("journal: pseudonyms are the same for the same address and key, and only then")
{
    const std::string one = db::filed_address(bare, "Bob@Example.org");
    CHECK(one.starts_with("p-"));
    CHECK(one.ends_with("@example.org"));
    CHECK(one.size() == 2 + 20 + std::string("@example.org").size());
    CHECK(db::filed_address(bare, "bob@example.org") == one);
    CHECK(db::filed_address(bare, "rob@example.org") != one);
    db::JournalPolicy other = bare;
    other.pseudonym_key = "another";
    CHECK(db::filed_address(other, "bob@example.org") != one);
    CHECK(db::filed_address(bare, "").empty());
    CHECK(db::filed_address(bare, "bob").size() == 22);
}

TEST_CASE("journal: no field of any event tells a name that is a pseudonym")
{
    auto result = a_result(1, noon);
    result.original = "bobby@example.org";
    result.reply = "550 5.1.1 <BOB@example.org>: bob and bobby not known, bobcat is";
    db::apply(bare, result);
    CHECK(result.address.starts_with("p-"));
    CHECK(result.original.starts_with("p-"));
    CHECK(result.reply.find("BOB") == std::string::npos);
    CHECK(result.reply.find("bob ") == std::string::npos);
    CHECK(result.reply.find("bobby") == std::string::npos);
    CHECK(result.reply.find("bobcat is") != std::string::npos);
    CHECK(result.reply.find("<" + result.address + ">") != std::string::npos);

    auto refusal = a_refusal();
    refusal.reply = "no nobody@example.org from eve@example.com";
    db::apply(bare, refusal);
    CHECK(refusal.reply.find("nobody") == std::string::npos);
    CHECK(refusal.reply.find("eve") == std::string::npos);

    auto login = a_login();
    db::apply(bare, login);
    CHECK(login.peer.login.starts_with("p-"));
}

TEST_CASE("journal: texts are cut between characters")
{
    CHECK(db::plain_text("aü", 2) == "a");
    CHECK(db::plain_text("aü", 3) == "aü");
    CHECK(db::plain_text("a\r\nb\xff", 10) == "a  b\uFFFD");
    CHECK(db::plain_text("", 10).empty());
}

TEST_CASE("journal: what a policy leaves out is nowhere in the file")
{
    const JournalFixture fixture;
    {
        db::JournalPolicies policies;
        policies.tenants["discreet"] = bare;
        db::Journal journal(fixture.path, policies);
        db::JournalBatch batch(journal);
        auto message = a_message(1);
        message.peer.tenant = "discreet";
        CHECK(batch.file(message));
        auto result = a_result(1, noon + 1);
        result.reply = "250 bob@example.org has it";
        CHECK(batch.file(result));
        batch.commit();
    }
    CHECK(fixture.number("SELECT count(*) FROM recipients") == 2); // the result found it
    db::Sqlite(fixture.path, db::Access::write, base::milliseconds{1000})
        .run("PRAGMA wal_checkpoint(TRUNCATE)");
    std::ifstream file(fixture.path, std::ios::binary);
    const std::string octets(std::istreambuf_iterator<char>(file), {});
    for (const char* word : {"ann@", "bob@", "carl@", "roof", "Roof"})
        CHECK(octets.find(word) == std::string::npos);
    CHECK(octets.find("@example.org") != std::string::npos);
}
