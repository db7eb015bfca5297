// SPDX-License-Identifier: Apache-2.0
#include "handover/ledger.h"
#include "seal/fixture_test.h"
#include "seal/vault.h"

#include <doctest/doctest.h>
#include <initializer_list>
#include <string_view>

namespace {

using seal::testing::Directory;

struct Scene {
    Directory directory;
    std::string key = directory.file("vault.key");
    seal::Vault vault = [this] {
        seal::Vault::make_key(key);
        return seal::Vault(key);
    }();
    db::Handover store{directory.file("handover.db"), vault};
    li::Handle measure{1, 2, 3};
    std::string ledgers = directory.file("ledger");

    void note_one(std::string_view act)
    {
        db::HandoverWork work(store);
        handover::note(work, measure, 1'795'350'245'123'456, act,
                       {{"cin", "1"}, {"why", "no, \"100%\" \n sure"}});
        work.commit();
    }
    void put(const db::LedgerHead& head, std::string_view line)
    {
        db::HandoverWork work(store);
        work.put_line(measure, head, line);
        work.commit();
    }
    void note_together(std::initializer_list<std::string_view> acts)
    {
        db::HandoverWork work(store);
        for (const std::string_view act : acts)
            handover::note(work, measure, 1'795'350'245'123'456, act, {{"cin", "1"}});
        work.commit();
    }
    [[nodiscard]] db::LedgerHead head() { return db::HandoverWork(store).ledger(measure); }
    [[nodiscard]] std::string file() { return ledgers + "/" + head().name; }
    [[nodiscard]] std::string text() { return directory.read("ledger/" + head().name); }
};

} // namespace

TEST_CASE("handover: a ledger is what was noted, in order, each line once")
{
    Scene scene;
    for (int i = 0; i < 5; ++i) {
        scene.note_one("gap");
        handover::write_ledgers(scene.store, scene.ledgers);
    }
    const auto report = handover::verify_ledger(scene.ledgers, scene.head());
    REQUIRE(report);
    REQUIRE(report->entries.size() == 5);
    CHECK(report->entries[4].number == 5);
    CHECK(report->entries[4].time == 1'795'350'245'123'456);
    CHECK(report->entries[4].act == "gap");
    CHECK(report->entries[4].get("why") == "no, \"100%\" \n sure");
    CHECK(report->entries[4].get("who").empty());
}

TEST_CASE("handover: what a crash leaves of a ledger is put right")
{
    Scene scene;
    scene.note_one("record");
    handover::write_ledgers(scene.store, scene.ledgers);
    const std::string before = scene.text();
    scene.note_together({"record", "pdu", "receipt"});
    const auto lines = db::HandoverWork(scene.store).lines();
    REQUIRE(lines.size() == 1);
    const std::string whole = before + lines[0].text + "\n";
    // Died after each octet of the write; with all of it, before the database heard of it.
    for (std::size_t cut = before.size(); cut <= whole.size(); ++cut) {
        std::ofstream(scene.file(), std::ios::binary | std::ios::trunc)
            << whole.substr(0, cut);
        Scene again;
        again.put(scene.head(), lines[0].text);
        handover::write_ledgers(again.store, scene.ledgers);
        CHECK(scene.text() == whole);
    }
    CHECK(handover::verify_ledger(whole)->entries.size() == 4);
}

TEST_CASE("handover: every changed octet of a ledger is noticed, and a cut")
{
    Scene scene;
    scene.note_one("record");
    scene.note_one("receipt");
    handover::write_ledgers(scene.store, scene.ledgers);
    const std::string text = scene.text();
    REQUIRE(handover::verify_ledger(text));
    for (std::size_t i = 0; i < text.size(); ++i) {
        std::string changed = text;
        changed[i] = static_cast<char>(changed[i] ^ 1);
        const auto report = handover::verify_ledger(changed);
        CHECK_FALSE((report && report->entries.size() == 2));
    }
    const std::string first = text.substr(0, text.find('\n') + 1);
    CHECK(handover::verify_ledger(first));
    std::ofstream(scene.file(), std::ios::binary | std::ios::trunc) << first;
    CHECK_FALSE(handover::verify_ledger(scene.ledgers, scene.head()));
}
