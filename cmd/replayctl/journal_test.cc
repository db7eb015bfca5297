// SPDX-License-Identifier: Apache-2.0
// What the log has, narrowed by what only the journal knows.
#include "base/failure.h"
#include "db/journal_fixture_test.h"
#include "journal.h"
#include "spool/test_spool.h"

#include <doctest/doctest.h>

namespace {

using db::Outcome;
using replayctl::Criteria;
using spool::Found;
using spool::MessageId;

constexpr std::int64_t second = db::testing::second;
constexpr std::int64_t noon = db::testing::noon;

struct Scene : db::testing::JournalFixture {
    spool::test::TemporarySpool spool;
    replayctl::Place place;
    conf::Call call;
    std::vector<Found> found; // of the log

    Scene()
    {
        place.spool = spool.path;
        call.options["journal"] = path;
    }
    // In the log and filed; the second recipient was carl's other name before a rewrite.
    void add(std::uint64_t id, const std::string& subject, Outcome bob, Outcome carl)
    {
        Found one;
        one.envelope.id = MessageId(id);
        one.envelope.arrival = noon + static_cast<std::int64_t>(id) * second;
        for (const char* const address : {"Bob@example.org", "c@example.com"})
            one.envelope.recipients.push_back({.address = address, .orcpt = {}});
        found.push_back(one);
        db::Journal journal(path);
        db::JournalBatch batch(journal);
        auto message = db::testing::a_message(id, one.envelope.arrival);
        message.subject = subject;
        REQUIRE(batch.file(message));
        auto result = db::testing::a_result(id, one.envelope.arrival + second, bob);
        REQUIRE(batch.file(result));
        result.address = "carl@example.org";
        result.original = "c@example.com";
        result.outcome = carl;
        REQUIRE(batch.file(result));
        batch.commit();
    }
    [[nodiscard]] std::vector<std::uint64_t> narrowed(const Criteria& criteria) const
    {
        replayctl::Journal journal(call, place, "subject");
        std::vector<Found> left = found;
        journal.narrow(criteria, left);
        std::vector<std::uint64_t> ids;
        for (const Found& one : left)
            ids.push_back(one.envelope.id.value());
        return ids;
    }
    [[nodiscard]] std::string failure() const
    {
        try {
            (void)replayctl::Journal(call, place, "subject");
        } catch (const base::Failure& failure) {
            return failure.what();
        }
        return "";
    }
};

using Ids = std::vector<std::uint64_t>;

} // namespace

TEST_CASE("replayctl: what the journal knows narrows what the log has, and adds nothing")
{
    Scene scene;
    scene.add(1, "the roof", Outcome::delivered, Outcome::failed);
    scene.add(2, "another roof", Outcome::failed, Outcome::delivered);
    scene.add(3, "the cellar", Outcome::delivered, Outcome::delivered);
    Criteria roof;
    roof.said.words = "ROOF";
    CHECK(scene.narrowed(roof) == Ids{1, 2});
    CHECK(scene.narrowed({}) == Ids{1, 2, 3});
    roof.said.tenant = "nobody";
    CHECK(scene.narrowed(roof).empty());
    scene.found.erase(scene.found.begin()); // the log has turned
    roof.said.tenant.clear();
    CHECK(scene.narrowed(roof) == Ids{2});
    scene.found.clear();
    CHECK(scene.narrowed(roof).empty());
}

TEST_CASE("replayctl: a result is that of the recipient who is meant")
{
    Scene scene;
    scene.add(1, "one", Outcome::delivered, Outcome::failed);
    scene.add(2, "two", Outcome::failed, Outcome::delivered);
    Criteria failed;
    failed.said.outcome = Outcome::failed;
    CHECK(scene.narrowed(failed) == Ids{1, 2});
    failed.recipient = "bob@*";
    CHECK(scene.narrowed(failed) == Ids{2});
    failed.recipient = "C@example.com"; // known by the name that the client has said
    CHECK(scene.narrowed(failed) == Ids{1});
    replayctl::Journal journal(scene.call, scene.place, "result");
    const spool::Envelope& envelope = scene.found[0].envelope;
    CHECK(journal.result_of(envelope, 0) == Outcome::delivered);
    CHECK(is_meant(failed, &journal, envelope, 1));
    CHECK_FALSE(is_meant(failed, &journal, envelope, 0));
    spool::Envelope stranger = envelope;
    stranger.id = MessageId(99);
    CHECK_FALSE(journal.result_of(stranger, 0));
    const spool::ReplayPlan plan{
        .made = 0,
        .rate = 0,
        .items = {{MessageId(1), {}, 0, {{0, "x@y.test"}, {1, "x@y.test"}}},
                  {MessageId(2), {}, 0, {{1, "x@y.test"}}}}};
    const replayctl::Known known = journal.results_of(scene.found, plan);
    CHECK(known.delivered == 2);
    CHECK(known.failed == 1);
    CHECK(known.not_filed == 0);
}

TEST_CASE("replayctl: many pages of the journal are one answer")
{
    Scene scene;
    constexpr std::uint64_t many = 9000; // of 4096 each
    {
        db::Journal journal(scene.path);
        db::JournalBatch batch(journal);
        for (std::uint64_t id = 1; id <= many; ++id) {
            Found one;
            one.envelope.id = MessageId(id);
            one.envelope.arrival = noon + static_cast<std::int64_t>(id);
            scene.found.push_back(one);
            REQUIRE(batch.file(db::testing::a_message(id, one.envelope.arrival)));
        }
        batch.commit();
    }
    Criteria roof;
    roof.said.words = "roof";
    CHECK(scene.narrowed(roof).size() == many);
}

TEST_CASE("replayctl: a journal that fails while it is read only says less")
{
    Scene scene;
    scene.add(1, "one", Outcome::delivered, Outcome::failed);
    const spool::ReplayPlan plan{
        .made = 0, .rate = 0, .items = {{MessageId(1), {}, 0, {{0, "x@y.test"}}}}};
    replayctl::Journal journal(scene.call, scene.place, "journal");
    REQUIRE(journal.results_if_readable(scene.found, plan));
    db::Sqlite(scene.path, db::Access::write, base::milliseconds{1000})
        .run("DROP TABLE recipients");
    replayctl::Journal broken(scene.call, scene.place, "journal");
    CHECK_THROWS_AS((void)broken.results_of(scene.found, plan), base::Failure);
    CHECK_FALSE(broken.results_if_readable(scene.found, plan));
}

TEST_CASE("replayctl: which journal is asked, and why none is")
{
    Scene scene;
    CHECK(scene.failure().empty());
    scene.call.options["journal"] = scene.path + ".none";
    CHECK(scene.failure().starts_with("open " + scene.path + ".none: there is no journal"));
    scene.call.options.clear();
    CHECK(scene.failure() == "--subject asks the journal: say --journal, for --spool reads "
                             "no configuration");
    CHECK(replayctl::Journal::if_there(scene.call, scene.place) == nullptr);
    scene.place.journal = conf::Journal();
    CHECK(scene.failure() == "--subject asks the journal, which is off: [journal] enabled");
    CHECK(replayctl::Journal::if_there(scene.call, scene.place) == nullptr);
    scene.place.journal->enabled = true;
    scene.place.journal->database = scene.path;
    CHECK(scene.failure().empty());
    CHECK(replayctl::Journal::if_there(scene.call, scene.place) != nullptr);
}
