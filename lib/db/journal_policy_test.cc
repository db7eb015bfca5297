// SPDX-License-Identifier: Apache-2.0
#include "db/journal_fixture_test.h"
#include "db/journal_tenants.h"

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

TEST_CASE("journal: a reply tells nobody's name")
{
    const auto filed = [](const std::string& reply, std::vector<std::string> people) {
        auto result = a_result(1, noon);
        result.reply = reply;
        result.people = std::move(people);
        db::apply(bare, result);
        return result.reply;
    };
    const std::string ann = db::filed_address(bare, "ann@example.net");
    const std::string local = ann.substr(0, ann.find('@'));
    const std::string bob = db::filed_address(bare, "bob@example.org");
    // The sender and another recipient of the message.
    CHECK(filed("550 <ann@example.net> may not", {"Ann@example.net"}) ==
          "550 <" + ann + "> may not");
    CHECK(filed("450 Ann, Bob: wait", {"ann@example.net"}) ==
          "450 " + local + ", " + bob.substr(0, bob.find('@')) + ": wait");
    // One who only the server knows.
    CHECK(filed("251 goes to ANN@example.net.", {}) == "251 goes to " + ann + ".");
    CHECK(filed("550 to=bobby@example.org is none", {}).find("bobby") == std::string::npos);
    // A name that is a part of another, or of what stands for it.
    CHECK(filed("no ann@example.net here", {"p@x.example", "ann@example.net",
                                            "example@x.example"}) == "no " + ann + " here");
    CHECK(filed("no bob@example.com here", {}) ==
          "no " + db::filed_address(bare, "bob@example.com") + " here");
    // Half a name at the end of a long reply.
    const std::string words = "550 " + std::string(db::longest_reply - 10, 'x') + ' ';
    CHECK(filed(words + "ann@example.net", {}).find("ann") == std::string::npos);
    CHECK(filed(words + "ann@example.net", {}).size() == db::longest_reply);
    // What is none.
    CHECK(filed("250 ok @ 12:00 a@ @b <>", {}) == "250 ok @ 12:00 a@ @b <>");

    auto login = a_login();
    login.outcome = db::LoginOutcome::refused;
    login.reason = "Bob is locked";
    login.peer.login = "bob";
    db::apply(bare, login);
    CHECK(login.reason == login.peer.login + " is locked");
}

TEST_CASE("journal: of several tenants a field is kept if all of them keep it")
{
    db::JournalPolicies policies;
    policies.tenants["brief"].subjects = false;
    policies.tenants["nameless"].attachment_names = false;
    policies.tenants["secret"].pseudonym_key = "a key";
    const auto of = [&](const db::Tenants& tenants) {
        return policies.of(db::label_of(tenants));
    };
    CHECK(of({"open"}).subjects);
    CHECK(of({"open"}).pseudonym_key.empty());
    CHECK_FALSE(of({"brief", "open"}).subjects);
    CHECK(of({"brief", "open"}).attachment_names);
    CHECK_FALSE(of({"a", "brief", "z"}).subjects);
    const auto all = of({"brief", "nameless", "secret"});
    CHECK_FALSE(all.subjects);
    CHECK_FALSE(all.attachment_names);
    CHECK(all.pseudonym_key == "a key");
    CHECK(of({"a b", "brie"}).subjects); // no part of a name is one
}

TEST_CASE("journal: addresses of who wants pseudonyms are pseudonyms in others' mail, too")
{
    db::JournalPolicies policies;
    policies.own = {"a key of the tenant", [](std::string_view address) {
                        return address.ends_with("@example.net");
                    }};
    const db::JournalPolicy others = policies.of("other");
    const std::string ann = db::filed_address(bare, "ann@example.net");
    auto message = a_message(1);
    db::apply(others, message);
    CHECK(message.sender == ann);
    CHECK(message.header_from == ann);
    CHECK(message.recipients[0].address == "bob@example.org");
    CHECK(message.subject == "Offer for the new roof");

    auto result = a_result(1, noon);
    result.people = {"Ann@example.net", "bob@example.org"};
    result.reply = "550 Ann, Bob: ann@example.net may not write Bob@example.org";
    db::apply(others, result);
    CHECK(result.reply == "550 " + ann.substr(0, ann.find('@')) + ", Bob: " + ann +
                              " may not write Bob@example.org");
}

TEST_CASE("journal: the names of very many tenants are not cut")
{
    db::Tenants many;
    for (int i = 0; i < 100; ++i)
        many.insert("tenant number " + std::to_string(i));
    auto message = a_message(1);
    message.peer.tenant = db::label_of(many);
    db::apply({}, message);
    CHECK(message.peer.tenant == db::label_of(many));
}

TEST_CASE("journal: texts are cut between characters")
{
    auto message = a_message(1, noon);
    message.subject = std::string(999, 'a') + "ü";
    message.message_id = "a\r\nb\xff";
    message.peer.helo = std::string(254, 'a') + "ü";
    db::apply({}, message);
    CHECK(message.subject == std::string(999, 'a'));
    CHECK(message.message_id == "a  b\uFFFD");
    CHECK(message.peer.helo == std::string(254, 'a'));
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
