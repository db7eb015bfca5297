// SPDX-License-Identifier: Apache-2.0
#include "db/journal_fixture_test.h"
#include "db/journal_reports.h"
#include "db/journal_tenants.h"

#include <doctest/doctest.h>

namespace {

using namespace db::testing;

constexpr std::int64_t hour = 3600 * second;

// A hundred messages in two hours, each delivered to bob after as many milliseconds as its
// number says.
struct Filled : JournalFixture {
    Filled()
    {
        db::Journal journal(path);
        db::JournalBatch batch(journal);
        for (std::uint64_t id = 1; id <= 100; ++id) {
            const auto at = noon + (id <= 60 ? 0 : hour) + static_cast<std::int64_t>(id);
            auto message = a_message(id, at);
            message.size = 10;
            message.peer.tenant = id <= 30 ? "acme" : "";
            if (id <= 10)
                message.sender = "dora@example.com";
            (void)batch.file(message);
            (void)batch.file(a_result(id, at + static_cast<std::int64_t>(id) * 1000));
        }
        auto relay = a_refusal(noon);
        relay.reason = "relay-denied";
        (void)batch.file(relay);
        (void)batch.file(a_refusal(noon + 1));
        (void)batch.file(a_refusal(noon + 2));
        batch.commit();
    }
};

std::string told(const std::vector<db::ReportLine>& lines)
{
    std::string out;
    for (const db::ReportLine& line : lines)
        out += fmt::format("{} {} {};", line.name, line.count, line.octets);
    return out;
}

} // namespace

TEST_CASE("journal: reports sum up what was filed")
{
    const Filled filled;
    const db::JournalSearch journal(filled.path);
    CHECK(told(db::top_senders(journal, {}, 9)) ==
          "ann@example.net 90 900;dora@example.com 10 100;");
    CHECK(told(db::top_senders(journal, {}, 1)) == "ann@example.net 90 900;");
    CHECK(told(db::top_recipients(journal, {}, 9)) ==
          "bob@example.org 100 1000;carl@example.org 100 1000;");
    CHECK(told(db::volumes(journal, db::VolumeBy::hour, {})) ==
          "2026-11-23T12 60 600;2026-11-23T13 40 400;");
    CHECK(told(db::volumes(journal, db::VolumeBy::day, {})) == "2026-11-23 100 1000;");
    CHECK(told(db::volumes(journal, db::VolumeBy::recipient_domain, {})) ==
          "example.org 100 1000;");
    CHECK(told(db::volumes(journal, db::VolumeBy::tenant, {})) == " 70 700;acme 30 300;");
    CHECK(told(db::refusals_by_reason(journal, {})) ==
          "unknown-recipient 2 0;relay-denied 1 0;");
    CHECK(told(db::attachments_by_type(journal, {})) == "application/pdf 100 100000;");
}

TEST_CASE("journal: mail of several tenants is in the report of each of them")
{
    const JournalFixture fixture;
    auto both = a_message(1);
    both.peer.tenant = db::label_of({"acme", "other"});
    auto one = a_message(2, noon + 1);
    one.peer.tenant = "acme";
    auto longer = a_message(3, noon + 2);
    longer.peer.tenant = "acme gmbh";
    for (auto* message : {&both, &one, &longer})
        message->size = 10;
    fixture.file(both, one, longer);
    const db::JournalSearch journal(fixture.path);
    const auto volumes = [&](const std::string& tenant, std::size_t limit) {
        return told(db::volumes(journal, db::VolumeBy::tenant, {.tenant = tenant}, limit));
    };
    CHECK(volumes("", 9) == "acme 2 20;acme gmbh 1 10;other 1 10;");
    CHECK(volumes("", 1) == "acme 2 20;");
    CHECK(volumes("other", 9) == "other 1 10;");
    CHECK(told(db::top_senders(journal, {.tenant = "acme"}, 9)) == "ann@example.net 2 20;");
    CHECK(told(db::top_senders(journal, {.tenant = "othe"}, 9)).empty());
}

TEST_CASE("journal: a result whose message is not filed yet is no mail of anybody")
{
    const JournalFixture fixture;
    REQUIRE(fixture.file(a_result(1, noon)));
    const db::JournalSearch journal(fixture.path);
    CHECK(db::top_senders(journal, {}, 9).empty());
    CHECK(db::top_recipients(journal, {}, 9).empty());
    for (const auto by : {db::VolumeBy::hour, db::VolumeBy::day,
                          db::VolumeBy::recipient_domain, db::VolumeBy::tenant})
        CHECK(db::volumes(journal, by, {}).empty());
    CHECK(told(db::recipients_by_outcome(journal, {})) == "delivered 1 0;");
    REQUIRE(fixture.file(a_message(1)));
    CHECK(told(db::top_senders(journal, {}, 9)) == "ann@example.net 1 4711;");
}

TEST_CASE("journal: a report has no more lines than are asked for")
{
    const Filled filled;
    const db::JournalSearch journal(filled.path);
    CHECK(db::top_recipients(journal, {}).size() == 2);
    CHECK(db::top_recipients(journal, {}, 1).size() == 1);
    CHECK(told(db::volumes(journal, db::VolumeBy::hour, {}, 1)) == "2026-11-23T12 60 600;");
    CHECK(db::volumes(journal, db::VolumeBy::day, {}, 0).empty());
    CHECK(db::volumes(journal, db::VolumeBy::recipient_domain, {}, 0).empty());
    CHECK(told(db::volumes(journal, db::VolumeBy::tenant, {}, 1)) == " 70 700;");
    CHECK(db::refusals_by_reason(journal, {}, 0).empty());
    CHECK(db::attachments_by_type(journal, {}, 0).empty());
    CHECK(db::failures_by_answer(journal, {}, 0).empty());
}

TEST_CASE("journal: reports of origins, results, answers, clients and logins")
{
    const Filled filled;
    auto bounce = a_message(200, noon);
    bounce.origin = db::Origin::bounce;
    bounce.size = 7;
    auto failed = a_result(200, noon + 1, db::Outcome::failed);
    failed.enhanced = "5.1.1";
    auto waits = a_result(1, noon + 1, db::Outcome::waiting);
    waits.address = "carl@example.org";
    waits.enhanced = "4.4.1";
    waits.relay = "";
    auto login = a_login(noon);
    auto refused = a_login(noon + 1);
    refused.outcome = db::LoginOutcome::refused;
    auto other = refused;
    other.time += 1;
    other.peer.login = "eve";
    auto elsewhere = refused;
    elsewhere.time += 2;
    elsewhere.peer.client = "198.51.100.9";
    REQUIRE(filled.file(bounce, failed, waits, login, refused, other, elsewhere));

    const db::JournalSearch journal(filled.path);
    CHECK(told(db::messages_by_origin(journal, {})) == "client 100 1000;bounce 1 7;");
    CHECK(told(db::recipients_by_outcome(journal, {})) ==
          "waiting 101 0;delivered 100 0;failed 1 0;");
    CHECK(told(db::logins_by_outcome(journal, {})) == "accepted 1 0;refused 3 0;");
    CHECK(told(db::failures_by_answer(journal, {})) ==
          "4.4.1 1 10;5.1.1 mail1.internal[192.0.2.9]:25 1 7;");
    CHECK(told(db::top_clients(journal, {}, 5)) == "192.0.2.1 101 1007;");
    const auto clients = db::refused_logins(journal, {}, 5);
    REQUIRE(clients.size() == 2);
    CHECK(clients[0].client == "203.0.113.5");
    CHECK(clients[0].refused == 2);
    CHECK(clients[0].accepted == 1);
    CHECK(clients[0].users == 2);
    CHECK(clients[1].users == 1);
    CHECK(db::refused_logins(journal, {.tenant = "acme"}, 5).empty());
    CHECK(db::refused_logins(journal, {.from = noon + hour}, 5).empty());
}

TEST_CASE("journal: reports keep to their time and tenant")
{
    const Filled filled;
    const db::JournalSearch journal(filled.path);
    CHECK(told(db::top_senders(journal, {.from = noon + hour}, 9)) ==
          "ann@example.net 40 400;");
    CHECK(told(db::top_senders(journal, {.to = noon + 6, .tenant = "acme"}, 9)) ==
          "dora@example.com 5 50;");
    CHECK(db::top_senders(journal, {.tenant = "nobody"}, 9).empty());
    CHECK(db::volumes(journal, db::VolumeBy::day, {.to = noon}).empty());
}

TEST_CASE("journal: percentiles of delays are delays that occurred")
{
    const Filled filled;
    const db::JournalSearch journal(filled.path);
    const db::DelayReport report = db::delays(journal, {});
    CHECK(report.count == 100);
    CHECK(report.p50 == 50);
    CHECK(report.p95 == 95);
    CHECK(report.p99 == 99);
    CHECK(db::delays(journal, {.to = noon}).count == 0);
    CHECK(db::delays(journal, {.to = noon}).p99 == 0);
}
