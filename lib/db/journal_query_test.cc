// SPDX-License-Identifier: Apache-2.0
// The plans of SQLite for every question: large tables are never read from end to end.
#include "db/journal_fixture_test.h"
#include "db/journal_query.h"
#include "db/journal_reports.h"

#include <doctest/doctest.h>

namespace {

using namespace db::testing;

std::string plan_of(const db::Sqlite& database, const std::string& sql)
{
    db::Statement rows = database.prepare("EXPLAIN QUERY PLAN " + sql);
    std::string plan;
    while (rows.step())
        plan += std::string(rows.text(3)) + '\n';
    return plan;
}

// SCAN is an index or a table without any bound; the full text index bounds itself, and
// labels are few.
bool reads_all(const std::string& plan)
{
    for (auto at = plan.find("SCAN "); at != std::string::npos;
         at = plan.find("SCAN ", at + 1)) {
        const std::string line = plan.substr(at, plan.find('\n', at) - at);
        if (!line.starts_with("SCAN words VIRTUAL TABLE INDEX") &&
            line != "SCAN labels USING COVERING INDEX labels_text")
            return true;
    }
    return false;
}

struct Case {
    db::JournalCriteria criteria;
    db::JournalNumbers numbers;
    std::vector<std::string> used; // by each arm
};

} // namespace

TEST_CASE("journal: every arm of a search follows its index, sorted by it")
{
    using db::Numbers;
    const JournalFixture fixture;
    const db::Sqlite database(fixture.path, db::Access::read, base::milliseconds{1000});
    const Numbers one{7};
    const Case cases[] = {
        {{}, {}, {"USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)"}},
        {{.id = spool::MessageId(1)}, {}, {"messages_id"}},
        {{.message_id = "<1@x>"}, {}, {"messages_message_id", "messages_message_id"}},
        {{}, {.sender = one}, {"messages_sender "}},
        {{}, {.recipient = one}, {"recipients_address", "recipients_original"}},
        {{},
         {.address = one},
         {"messages_sender ", "recipients_address", "recipients_original"}},
        {{}, {.domain = one}, {"messages_sender_domain", "recipients_domain"}},
        {{}, {.sender_domain = one}, {"messages_sender_domain"}},
        {{}, {.recipient_domain = one}, {"recipients_domain"}},
        {{.null_sender = true}, {}, {"messages_sender "}},
        {{.kind = db::JournalKind::refusals}, {}, {"SEARCH f USING INTEGER PRIMARY KEY"}},
        {{.kind = db::JournalKind::refusals},
         {.reason = one},
         {"SEARCH f USING INTEGER PRIMARY KEY"}},
        {{}, {.client = one}, {"messages_client"}},
        {{}, {.login = one}, {"messages_account"}},
        {{}, {.type = one}, {"attachments_declared", "attachments_found"}},
        {{}, {.tenant = one}, {"messages_tenant"}},
        {{.words = "roof"}, {}, {"words VIRTUAL TABLE INDEX"}},
        {{.files = "roof"}, {}, {"words VIRTUAL TABLE INDEX"}},
        {{.words = "roof"},
         {.sender = one, .rare_words = true},
         {"words VIRTUAL TABLE INDEX"}},
        {{.words = "roof"}, {.sender = one}, {"messages_sender "}},
        {{.outcome = db::Outcome::failed}, {}, {"recipients_result"}},
        {{.outcome = db::Outcome::delivered}, {}, {"USING INTEGER PRIMARY KEY"}},
        {{.origin = db::Origin::replay}, {}, {"messages_origin"}},
        {{.smallest = 1'000'000}, {.listener = one}, {"USING INTEGER PRIMARY KEY"}},
    };
    for (const Case& it : cases) {
        auto [arms, walks] = db::journal_arms(it.criteria, it.numbers);
        REQUIRE(arms.size() == it.used.size());
        for (std::size_t i = 0; i < arms.size(); ++i) {
            const std::string plan =
                plan_of(database, arms[i].sql + " ORDER BY key DESC LIMIT 50");
            CAPTURE(arms[i].sql);
            CAPTURE(plan);
            CHECK(plan.find(it.used[i]) != std::string::npos);
            CHECK_FALSE(reads_all(plan));
            CHECK(plan.find("TEMP B-TREE") == std::string::npos);
        }
    }
}

TEST_CASE("journal: with all criteria at once nothing is read from end to end")
{
    const JournalFixture fixture;
    const db::Sqlite database(fixture.path, db::Access::read, base::milliseconds{1000});
    const db::Numbers some{1, 2};
    const db::JournalNumbers all{.sender = some,
                                 .recipient = some,
                                 .address = some,
                                 .sender_domain = some,
                                 .recipient_domain = some,
                                 .domain = some,
                                 .client = some,
                                 .login = some,
                                 .type = some,
                                 .tenant = some,
                                 .listener = some,
                                 .reason = some};
    const db::JournalCriteria criteria{.words = "a",
                                       .files = "b",
                                       .outcome = db::Outcome::failed,
                                       .origin = db::Origin::forward,
                                       .smallest = 1,
                                       .largest = 9};
    const auto arms = db::journal_arms(criteria, all).arms;
    CHECK(arms.size() == 2);
    for (const auto& arm : arms) {
        const std::string plan = plan_of(database, arm.sql + " ORDER BY key DESC LIMIT 50");
        CAPTURE(plan);
        CHECK(plan.find("messages_sender ") != std::string::npos);
        CHECK_FALSE(reads_all(plan));
        CHECK(plan.find("USE TEMP B-TREE FOR ORDER BY") == std::string::npos);
    }
}

TEST_CASE("journal: sorting by size or delay reads only what a search finds")
{
    const JournalFixture fixture;
    const db::Sqlite database(fixture.path, db::Access::read, base::milliseconds{1000});
    const auto arms = db::journal_arms({}, {.address = db::Numbers{7}});
    for (const auto sort :
         {db::JournalSort::size, db::JournalSort::recipients, db::JournalSort::delay}) {
        const std::string plan =
            plan_of(database, db::ranking_query(arms, sort, 50, db::JournalRank{5, 6}));
        CAPTURE(plan);
        CHECK(plan.find("messages_sender ") != std::string::npos);
        CHECK(plan.find("recipients_address") != std::string::npos);
        CHECK(plan.find("SEARCH v USING") != std::string::npos);
        CHECK(plan.find("SCAN m") == std::string::npos);
        CHECK(plan.find("SCAN v") == std::string::npos);
    }
}

TEST_CASE("journal: logins are found by an index, sorted by it")
{
    const JournalFixture fixture;
    const db::Sqlite database(fixture.path, db::Access::read, base::milliseconds{1000});
    const db::Numbers one{1};
    const std::pair<db::JournalNumbers, std::string> cases[] = {
        {{}, "INTEGER PRIMARY KEY"},
        {{.login = one}, "logins_account"},
        {{.client = one}, "logins_client"},
        {{.client = one, .login = one, .tenant = one}, "logins_account"},
        {{.tenant = one}, "logins_tenant"},
    };
    for (const auto& [numbers, used] : cases) {
        const auto arms = db::login_query({}, numbers);
        REQUIRE(arms.size() == 1);
        const std::string plan = plan_of(database, arms[0]);
        CAPTURE(plan);
        CHECK(plan.find(used) != std::string::npos);
        CHECK_FALSE(reads_all(plan));
        CHECK(plan.find("TEMP B-TREE") == std::string::npos);
    }
}

TEST_CASE("journal: reports read no more than their time")
{
    const JournalFixture fixture;
    const db::Sqlite database(fixture.path, db::Access::read, base::milliseconds{1000});
    for (const std::string& query : db::report_queries()) {
        const std::string plan = plan_of(database, query);
        CAPTURE(query);
        CAPTURE(plan);
        CHECK_FALSE(reads_all(plan));
        CHECK((plan.find("(rowid>? AND rowid<?)") != std::string::npos ||
               plan.find("(message>? AND message<?)") != std::string::npos));
    }
}
