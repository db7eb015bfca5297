// SPDX-License-Identifier: Apache-2.0
#include "audit/fixture_test.h"
#include "audit/retention.h"
#include "base/clock.h"

#include <doctest/doctest.h>

using audit::Entry;
using audit::Inspection;
using audit::Purge;
using audit::Role;
using audit::Store;
using audit::testing::create_measure;
using audit::testing::Scene;

namespace {

constexpr std::int64_t day = 86400;

// About all that the log has by now.
Entry report_of(std::int64_t time, Store& store)
{
    Entry entry;
    entry.act = "log-report";
    entry.outcome = "done";
    entry.reference = audit::quarter_of(time);
    entry.detail = audit::report_detail(store.read().log.head().number, "s, up to entry 9");
    return entry;
}

Entry over(const std::string& reference)
{
    Entry entry = create_measure(reference);
    entry.end = "2020-01-01T00:00:00+01:00";
    return entry;
}

} // namespace

TEST_CASE("audit: quarters")
{
    REQUIRE(::setenv("TZ", "America/New_York", 1) == 0);
    ::tzset();
    CHECK(audit::quarter_of(1'782'856'799) == "2026-Q2"); // 2026-06-30 23:59:59
    CHECK(audit::quarter_of(1'782'856'800) == "2026-Q3");
    CHECK(audit::quarter_of(1'798'757'999) == "2026-Q4");
    CHECK(audit::quarter_of(1'798'758'000) == "2027-Q1");
}

TEST_CASE("audit: an entry goes when it and the report about it are old enough")
{
    const Scene scene;
    Store store(scene.places);
    store.note(over("R1"), "anna");
    store.note(create_measure("R2"), "anna"); // runs for long
    store.note(over("R3"), "anna");
    const std::int64_t now = base::wall_seconds();
    const auto plan_at = [&](std::int64_t time) {
        return audit::plan_purge(store.read(),
                                 {.now = time, .retention = 7 * day, .references = {"R3"}});
    };
    CHECK(plan_at(now + 6 * day).empty());
    CHECK(plan_at(now + 6 * day).unreported.empty());
    CHECK(plan_at(now + 8 * day).empty());
    CHECK(plan_at(now + 8 * day).unreported.size() == 1);
    store.note(report_of(now, store), "rita");
    CHECK(plan_at(now + 6 * day).empty());
    CHECK(plan_at(now + 8 * day).log == std::set<std::uint64_t>{1});
    CHECK(plan_at(now + 2000 * day).log == std::set<std::uint64_t>{1, 2});
}

TEST_CASE("audit: another measure with the same reference ends none that runs")
{
    const Scene scene;
    Store store(scene.places);
    const std::int64_t now = base::wall_seconds();
    Entry runs = create_measure("R1");
    runs.detail = "measure=11 entry=2";
    runs.end = "2999-01-01T00:00:00+01:00";
    Entry other = over("R1");
    other.detail = "measure=22 entry=3";
    store.note(runs, "anna");
    store.note(other, "anna");
    Entry turned_away = over("R1");
    turned_away.outcome = "refused";
    turned_away.detail = "role operate is missing; measure=11";
    store.note(turned_away, "carl");
    store.note(report_of(now, store), "rita");
    audit::PurgeRules rules;
    rules.now = now + 400 * day;
    CHECK(audit::plan_purge(store.read(), rules).log.empty());
}

TEST_CASE("audit: a report releases what it has seen, not what is written after it")
{
    const Scene scene;
    Store store(scene.places);
    const std::int64_t now = base::wall_seconds();
    const auto plan = [&] {
        return audit::plan_purge(
            store.read(), {.now = now + 8 * day, .retention = 7 * day, .references = {}});
    };
    store.note(over("R1"), "anna");
    const Entry report = report_of(now, store);
    store.note(over("R2"), "anna"); // while the report is being written
    Entry intended = report;
    intended.outcome = "intended";
    store.note(intended, "rita");
    CHECK(plan().log.empty());
    store.note(report, "rita");
    store.note(over("R3"), "anna");
    CHECK(plan().log == std::set<std::uint64_t>{1});
    CHECK(plan().unreported == std::vector{audit::quarter_of(now)});
    // One that does not say what it has seen, and one about another quarter.
    Entry other = report;
    other.detail = "seed s";
    store.note(other, "rita");
    other = report_of(now - 100 * day, store);
    store.note(other, "rita");
    CHECK(plan().log == std::set<std::uint64_t>{1});
    store.note(report_of(now, store), "rita");
    CHECK(plan().log == std::set<std::uint64_t>{1, 2, 3, 4, 5, 6, 7});
}

TEST_CASE("audit: what is to be kept must be there")
{
    const Scene scene;
    Store store(scene.places);
    store.note(over("R1"), "anna");
    Entry looked{.act = "log-list", .outcome = "done", .reference = "R2"};
    store.note(looked, "rita");
    const auto unknown = [&](std::set<std::string> references) {
        return audit::plan_purge(
                   store.read(),
                   {.now = 0, .retention = 0, .references = std::move(references)})
            .unknown;
    };
    CHECK(unknown({}).empty());
    CHECK(unknown({"R1"}).empty());
    CHECK(unknown({"R1", "R2", "r1", ""}) == std::vector<std::string>{"", "R2", "r1"});
}

TEST_CASE("audit: lawful deletion leaves no clear text, and a chain that still holds")
{
    const Scene scene;
    Store store(scene.places);
    store.note(over("R1"), "anna");
    store.note(create_measure("R2"), "anna");
    const std::int64_t now = base::wall_seconds();
    store.note(report_of(now, store), "rita");
    const audit::Head head = store.read().log.head();
    const Purge plan = audit::plan_purge(
        store.read(), {.now = now + 8 * day, .retention = 7 * day, .references = {}});
    CHECK(plan.log == std::set<std::uint64_t>{1});
    store.purge(plan, "rita");

    Inspection all = store.read();
    CHECK(all.damage.empty());
    CHECK(all.incidents.empty());
    REQUIRE(all.log.records.size() == 5);
    CHECK(all.log.records[0].deleted());
    CHECK(all.log.records[1].get("reference") == "R2");
    CHECK(all.log.records[4].get("act") == "log-purge");
    CHECK(all.log.records[4].get("outcome") == "done");
    CHECK(scene.person(all.log.records[4]) == "rita");
    CHECK_FALSE(scene.files().log.contains(":R1 "));
    audit::compare_with(all, head);
    CHECK(all.damage.empty());
    CHECK(store.note(create_measure("R5"), "anna") == 6);

    // The record of a deletion stays for two years.
    const auto later = [&](std::int64_t time) {
        return audit::plan_purge(store.read(),
                                 {.now = time, .retention = 7 * day, .references = {}});
    };
    store.note(report_of(now, store), "rita");
    CHECK_FALSE(later(now + 700 * day).log.contains(4));
    CHECK(later(now + 800 * day).log.contains(4));

    // What nobody has allowed is found, all of an entry or a field of it.
    audit::Files files = scene.files();
    std::string text = files.log;
    audit::Chain chain = audit::parse_chain(text, "log");
    chain.records[5].erase();
    files.log = audit::encode(text.substr(0, text.find('\n') + 1), chain);
    CHECK_FALSE(audit::inspect(files).damage.empty());
    chain = audit::parse_chain(text, "log");
    chain.records[1].fields[3].salt.clear();
    files.log = audit::encode(text.substr(0, text.find('\n') + 1), chain);
    CHECK_FALSE(audit::inspect(files).damage.empty());
}

TEST_CASE("audit: a purge that was killed half way leaves a sound log and is done again")
{
    const Scene scene;
    Store store(scene.places);
    store.note(over("R1"), "anna");
    store.change_grant("grant", "anna", Role::operate, "gero");
    store.change_grant("revoke", "anna", Role::operate, "gero");
    const std::int64_t now = base::wall_seconds();
    store.note(report_of(now, store), "rita");
    const audit::Files before = scene.files();
    const auto plan = [&](const Inspection& log) {
        return audit::plan_purge(
            log, {.now = now + 3 * 366 * day, .retention = 7 * day, .references = {}});
    };
    store.purge(plan(store.read()), "rita");
    const audit::Files after = scene.files();
    // Without the entry "done", which is the last line.
    const audit::Chain chain = audit::parse_chain(after.log, "log");
    const std::size_t last = after.log.rfind('\n', after.log.size() - 2) + 1;
    const std::string anchor = audit::encode_anchor(
        {chain.head_at(3), audit::parse_chain(after.grants, "grants").head()});
    const audit::Files states[] = {{after.log.substr(0, last), before.grants, anchor},
                                   {after.log.substr(0, last), after.grants, anchor}};
    for (const audit::Files& left : states) {
        CHECK(audit::inspect(left).damage.empty());
        scene.put(left);
        (void)scene.directory.write("audit/log.new", "half of a fil");
        Store again(scene.places);
        CHECK(again.note(create_measure("R2"), "anna") == 4);
        again.purge(plan(again.read()), "rita");
        CHECK(again.read().damage.empty());
        CHECK_FALSE(scene.files().log.contains(":R1 "));
        CHECK_FALSE(scene.files().grants.contains(":anna"));
    }
}

TEST_CASE("audit: a grant stays until the end of the second year after it was taken back")
{
    const Scene scene;
    Store store(scene.places);
    store.change_grant("grant", "anna", Role::operate, "gero");
    store.change_grant("revoke", "anna", Role::operate, "gero");
    const std::int64_t now = base::wall_seconds();
    const auto plan_at = [&](std::int64_t time) {
        return audit::plan_purge(store.read(),
                                 {.now = time, .retention = day, .references = {}});
    };
    CHECK(plan_at(now + 2 * 365 * day).grants.empty());
    const Purge plan = plan_at(now + 3 * 366 * day);
    CHECK(plan.grants == std::set<std::uint64_t>{3, 4});
    store.purge(plan, "rita");
    CHECK(store.read().damage.empty());
    CHECK_FALSE(scene.files().grants.contains(":anna"));
    CHECK(store.has_role("gero", Role::grant));
    CHECK_FALSE(store.has_role("anna", Role::operate));
}
