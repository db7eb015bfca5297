// SPDX-License-Identifier: Apache-2.0
#include "db/fixture_test.h"
#include "db/measures.h"
#include "db/measures_schema.h"
#include "db/publications.h"
#include "li/life.h"

#include <doctest/doctest.h>
#include <fstream>
#include <set>
#include <sstream>
#include <sys/stat.h>

namespace {

using base::Remedy;
using db::testing::failure_of;
using db::testing::Folder;
using li::Time;

Time at(std::string_view text)
{
    const auto time = li::parse_time(text);
    REQUIRE_MESSAGE(time.has_value(), std::string(text));
    return *time;
}

struct Stage {
    Folder folder;
    std::string path = folder.file("measures.db");
    std::string key = folder.file("vault.key");
    seal::Vault vault{(seal::Vault::make_key(key), key)};
    db::Measures measures{(db::migrate_measures(path), path), vault};
};

li::Measure measure(std::uint8_t number)
{
    li::Measure out;
    out.handle.fill(number);
    out.reference = "LKA-" + std::to_string(number);
    out.authority = "lka-of-somewhere";
    out.identities = {{.kind = li::Kind::address,
                       .entered = "Watched@Example.org",
                       .canonical = "watched@example.org"}};
    out.orders.emplace_back();
    out.orders[0].court = "Amtsgericht Nirgendwo";
    out.orders[0].file_number = "4711-Gs";
    out.orders[0].begin = at("2026-11-01");
    out.orders[0].end = at("2026-12-01");
    out.iri.peer = {"recorder.example", 21};
    out.iri.user = "lka-user";
    out.iri.password = "open-sesame";
    out.life.entered_by = "officer-one";
    return out;
}

std::string bytes_of(const std::string& path)
{
    std::ostringstream out;
    out << std::ifstream(path, std::ios::binary).rdbuf();
    return out.str();
}

std::set<std::string> names_of(const db::Publication& it)
{
    std::set<std::string> out;
    for (const auto& name : it.names)
        out.insert(name.canonical);
    return out;
}

} // namespace

TEST_CASE("db: whether a lost key is a loss")
{
    Folder folder;
    CHECK_FALSE(db::has_boxes(folder.file("measures.db")));
    Stage stage;
    CHECK_FALSE(db::has_boxes(stage.path));
    stage.measures.add(measure(1));
    CHECK(db::has_boxes(stage.path));
    Stage other;
    li::Authority authority;
    authority.name = "lka";
    other.measures.put(authority);
    CHECK(db::has_boxes(other.path));
}

TEST_CASE("db: measures come back as they were stored")
{
    Stage stage;
    CHECK(stage.measures.all().empty());
    (void)stage.measures.changed();
    const li::Measure one = measure(1);
    stage.measures.add(one);
    stage.measures.add(measure(2));
    CHECK(stage.measures.all().size() == 2);
    auto found = stage.measures.by_handle(one.handle);
    REQUIRE(found);
    CHECK(found->measure == one);
    CHECK(found->revision == 1);
    CHECK_FALSE(stage.measures.by_handle(measure(3).handle));

    found->measure.life.state = li::State::active;
    stage.measures.change(*found);
    CHECK(stage.measures.by_handle(one.handle)->measure == found->measure);
    CHECK(stage.measures.by_handle(one.handle)->revision == 2);
    const auto late = failure_of([&] { stage.measures.change(*found); });
    REQUIRE(late);
    CHECK(late->remedy() == Remedy::try_later);

    li::Measure same = measure(1);
    same.handle.fill(9);
    const auto twice = failure_of([&] { stage.measures.add(same); });
    REQUIRE(twice);
    CHECK(twice->remedy() == Remedy::fix_data);
    CHECK(stage.measures.all().size() == 2);
}

TEST_CASE("db: another connection's writing is noticed")
{
    Stage stage;
    db::Measures other(stage.path, stage.vault);
    (void)other.changed();
    CHECK_FALSE(other.changed());
    stage.measures.add(measure(1));
    CHECK(other.changed());
    CHECK_FALSE(other.changed());
    CHECK(other.all().size() == 1);
}

TEST_CASE("db: the file of measures tells nobody who is watched")
{
    Stage stage;
    stage.measures.add(measure(1));
    li::Authority authority;
    authority.name = "lka-of-somewhere";
    authority.contact = "a-person";
    stage.measures.put(authority);
    li::TestAccount account;
    account.name = "probe-account";
    stage.measures.put(account);
    std::string all;
    for (const char* file : {"", "-wal", "-shm"})
        all += bytes_of(stage.path + file);
    CHECK(all.size() > 1000);
    for (const char* word : {"atched", "example.org", "LKA-1", "somewhere", "Amtsgericht",
                             "4711-Gs", "recorder", "lka-user", "sesame", "officer",
                             "a-person", "probe-acc", "active", "awaiting"}) {
        CAPTURE(word);
        CHECK_FALSE(all.contains(word));
    }
    for (const char* file : {"", "-wal", "-shm"}) {
        struct stat status{};
        REQUIRE(::stat((stage.path + file).c_str(), &status) == 0);
        CHECK((status.st_mode & 0777) == 0600);
    }
}

TEST_CASE("db: what was destroyed does not stay in the write-ahead log unnoticed")
{
    Stage stage;
    stage.measures.add(measure(1));
    db::StoredMeasure stored = *stage.measures.by_handle(measure(1).handle);
    stored.measure = {};
    stored.measure.handle = measure(1).handle;
    stored.measure.life.forgotten = at("2026-12-24");
    db::Measures hasty(stage.path, stage.vault, base::milliseconds{20});
    {
        const db::Sqlite reader(stage.path, db::Access::read, base::milliseconds{1000});
        reader.run("BEGIN");
        CHECK(reader.number("SELECT count(*) FROM measures") == 1);
        hasty.change(stored);
        const auto busy = failure_of([&] { hasty.destroy_remains(); });
        REQUIRE(busy);
        CHECK(busy->remedy() == Remedy::try_later);
        CHECK(std::string(busy->what()).contains("still in its -wal file"));
        CHECK(hasty.by_handle(stored.measure.handle)->measure.life.forgotten != 0);
        CHECK_FALSE(bytes_of(stage.path + "-wal").empty());
    }
    hasty.destroy_remains();
    CHECK(bytes_of(stage.path + "-wal").empty());
}

TEST_CASE("db: what was destroyed leaves no copy in the file")
{
    Stage stage;
    constexpr unsigned count = 40;
    for (unsigned i = 0; i < count; ++i) // in an order that divides pages
        stage.measures.add(measure(static_cast<std::uint8_t>(i * 17 % count)));
    db::StoredMeasure stored = *stage.measures.by_handle(measure(1).handle);
    stored.measure = {};
    stored.measure.handle = measure(1).handle;
    stored.measure.life.forgotten = at("2026-12-24");
    stage.measures.change(stored);
    stage.measures.destroy_remains();
    CHECK(bytes_of(stage.path + "-wal").empty());
    CHECK(db::testing::is_scrubbed(stage.path));
}

TEST_CASE("db: boxes open with their key and in their place only")
{
    Stage stage;
    stage.measures.add(measure(1));
    stage.measures.add(measure(2));
    const std::string other = stage.folder.file("other.key");
    seal::Vault::make_key(other);
    const seal::Vault wrong(other);
    const auto failed = failure_of([&] { (void)db::Measures(stage.path, wrong).all(); });
    REQUIRE(failed);
    CHECK(failed->remedy() == Remedy::fix_data);

    const auto by_hand = [&](const std::string& sql) {
        db::Sqlite(stage.path, db::Access::write, base::milliseconds{1000}).run(sql);
    };
    by_hand("UPDATE measures SET target = (SELECT target FROM measures"
            " WHERE handle LIKE '02%') WHERE handle LIKE '01%'");
    CHECK(failure_of([&] { (void)stage.measures.all(); }));
    CHECK(stage.measures.by_handle(measure(2).handle));
    by_hand("UPDATE measures SET life = orders WHERE handle LIKE '02%'");
    CHECK(failure_of([&] { (void)stage.measures.by_handle(measure(2).handle); }));
}

TEST_CASE("db: authorities and test accounts")
{
    Stage stage;
    li::Authority authority;
    authority.name = "lka";
    authority.phone = "1";
    stage.measures.put(authority);
    authority.name = "bka";
    stage.measures.put(authority);
    authority.phone = "2";
    stage.measures.put(authority);
    const auto found = stage.measures.authorities();
    REQUIRE(found.size() == 2);
    CHECK(found[0] == authority);
    CHECK(stage.measures.remove_authority("bka"));
    CHECK_FALSE(stage.measures.remove_authority("bka"));
    CHECK(stage.measures.authorities().size() == 1);

    li::TestAccount account;
    account.name = "probe";
    stage.measures.put(account);
    account.registration = "BNetzA 1";
    stage.measures.put(account);
    CHECK(stage.measures.test_accounts() == std::vector<li::TestAccount>{account});
    CHECK(stage.measures.remove_test_account("probe"));
    CHECK_FALSE(stage.measures.remove_test_account("probe"));
}

TEST_CASE("db: measures.db is made or migrated by order only")
{
    const Folder folder;
    const std::string path = folder.file("measures.db");
    const std::string key = folder.file("vault.key");
    seal::Vault::make_key(key);
    const seal::Vault vault(key);
    const auto remedy = [&] {
        const auto failure = failure_of([&] { (void)db::Measures(path, vault); });
        return failure ? failure->remedy() : Remedy::fix_arguments;
    };
    CHECK(remedy() == Remedy::supply_input);
    CHECK(db::migrate_measures(path));
    CHECK_FALSE(db::migrate_measures(path));
    CHECK(remedy() == Remedy::fix_arguments);
    const auto by_hand = [&](const std::string& sql) {
        db::Sqlite(path, db::Access::write, base::milliseconds{1000}).run(sql);
    };
    by_hand("PRAGMA user_version = 99");
    CHECK(remedy() == Remedy::fix_config);
    CHECK(failure_of([&] { (void)db::migrate_measures(path); }));
    by_hand("PRAGMA user_version = 2; PRAGMA application_id = 5");
    CHECK(remedy() == Remedy::fix_config);
    CHECK(failure_of([&] { (void)db::migrate_measures(path); }));
}

TEST_CASE("db: both ways to the schema of measures lead to the same")
{
    const auto files = db::measures_sql();
    REQUIRE(files.size() == db::measures_version + 1);
    CHECK(files.back().name == "schema.sql");
    const Folder folder;
    const auto shape = [&](const std::string& name, std::span<const db::SqlFile> some) {
        const std::string path = folder.file(name);
        std::ofstream(path).close();
        const db::Sqlite database(path, db::Access::write, base::milliseconds{1000});
        for (const db::SqlFile& file : some)
            database.run(std::string(file.text));
        std::string out;
        db::Statement rows = database.prepare(
            "SELECT t.name || c.name || c.type || c.\"notnull\" || c.pk ||"
            " coalesce(c.dflt_value, '') FROM sqlite_master t, pragma_table_info(t.name) c"
            " ORDER BY 1");
        while (rows.step())
            out += std::string(rows.text(0)) + '\n';
        return out;
    };
    CHECK(shape("a", files.first(files.size() - 1)) == shape("b", files.last(1)));
    CHECK(shape("c", files.last(1)).contains("measuresrevisionINTEGER101"));
}

TEST_CASE("db: what is published, and under which names")
{
    Stage stage;
    const db::testing::Fixture gateway;
    gateway.sql("INSERT INTO addresses (address, kind, target) VALUES"
                " ('info@example.org', 'rewrite', 'watched@example.org'),"
                " ('Old@example.org', 'forward', 'info@example.org'),"
                " ('watched@xn--mller-kva.example', 'rewrite', 'Watched+x@example.org'),"
                " ('list@example.org', 'forward', 'watched@example.org'),"
                " ('list@example.org', 'forward', 'other@example.org'),"
                " ('boss@example.org', 'copy', 'watched@example.org'),"
                " ('also@example.org', 'mailbox', ''),"
                " ('also@example.org', 'rewrite', 'watched@example.org'),"
                " ('also@example.org', 'rewrite', 'zoe@example.org'),"
                " ('later@example.org', 'rewrite', 'about@example.org'),"
                " ('later@example.org', 'rewrite', 'watched@example.org'),"
                " ('kept@example.org', 'mailbox', ''),"
                " ('kept@example.org', 'forward', 'watched@example.org'),"
                " ('a@example.org', 'rewrite', 'b@example.org'),"
                " ('b@example.org', 'rewrite', 'a@example.org')");
    db::Aliases aliases(gateway.path, li::Rules{});
    li::Authority authority;
    authority.name = "lka-of-somewhere";
    authority.certificate = "PEM";
    stage.measures.put(authority);
    li::Measure one = measure(1);
    one.identities.push_back({li::Kind::login, "a@example.org", "a@example.org"});
    const Time now = at("2026-11-10");
    stage.measures.add(one);
    CHECK(db::publications(stage.measures, aliases, now).empty());

    auto stored = *stage.measures.by_handle(one.handle);
    REQUIRE(li::approve(stored.measure, now, "two", {}).has_value());
    REQUIRE(li::activate(stored.measure, now, "two").has_value());
    stage.measures.change(stored);
    auto found = db::publications(stage.measures, aliases, now);
    REQUIRE(found.size() == 1);
    CHECK(found[0].handle == one.handle);
    CHECK(found[0].begin == now);
    CHECK(found[0].end == at("2026-12-01"));
    CHECK(found[0].scope == li::Scope::iri_and_cc);
    CHECK(found[0].certificate.empty());
    CHECK(names_of(found[0]) ==
          std::set<std::string>{"watched@example.org", "info@example.org",
                                "old@example.org", "also@example.org",
                                "watched@xn--mller-kva.example", "a@example.org"});
    CHECK(db::publications(stage.measures, aliases, at("2026-12-01")).empty());

    // Rows that come and go while it runs.
    gateway.sql("DELETE FROM addresses WHERE target = 'watched@example.org'"
                " AND kind = 'rewrite'");
    found = db::publications(stage.measures, aliases, now);
    CHECK(names_of(found[0]) == std::set<std::string>{"watched@example.org",
                                                      "watched@xn--mller-kva.example",
                                                      "a@example.org"});

    const li::Identity circle{li::Kind::address, "a@example.org", "a@example.org"};
    CHECK(aliases.resolve(circle) ==
          std::vector<std::string>{"a@example.org", "b@example.org"});

    stored = *stage.measures.by_handle(one.handle);
    stored.measure.seal_to_authority = true;
    REQUIRE(li::suspend(stored.measure, now + 1).has_value());
    stage.measures.change(stored);
    CHECK(db::publications(stage.measures, aliases, now + 1).empty());
    ++stored.revision;
    REQUIRE(li::resume(stored.measure, now + 5).has_value());
    stage.measures.change(stored);
    found = db::publications(stage.measures, aliases, now + 5);
    REQUIRE(found.size() == 1);
    CHECK(found[0].begin == now + 5);
    CHECK(found[0].certificate == "PEM");
    CHECK(stage.measures.remove_authority("lka-of-somewhere"));
    found = db::publications(stage.measures, aliases, now + 5);
    CHECK(found[0].scope == li::Scope::iri);
}

TEST_CASE("db: timers, and ends that nobody has written down")
{
    Stage stage;
    const Time begin = at("2026-11-01");
    CHECK_FALSE(db::next_change(stage.measures, begin));
    stage.measures.add(measure(1));
    li::Measure later = measure(2);
    later.orders[0].end = at("2026-12-24");
    stage.measures.add(later);
    CHECK(db::next_change(stage.measures, begin) == at("2026-12-01"));
    CHECK(db::next_change(stage.measures, at("2026-12-01")) == at("2026-12-24"));
    CHECK(db::due(stage.measures, begin).empty());
    const auto ended = db::due(stage.measures, at("2026-12-02"));
    REQUIRE(ended.size() == 1);
    CHECK(ended[0].measure.life.state == li::State::expired);
    stage.measures.change(ended[0]);
    CHECK(db::due(stage.measures, at("2026-12-02")).empty());
    CHECK(db::due(stage.measures, at("2026-12-30")).size() == 1);
}

TEST_CASE("db: forty measures are published twenty-five times")
{
    Stage stage;
    const db::testing::Fixture gateway;
    db::Aliases aliases(gateway.path, li::Rules{});
    li::Measure one = measure(0);
    one.life.state = li::State::active;
    one.life.activated = at("2026-11-01");
    for (int i = 0; i < 40; ++i) {
        one.handle[0] = static_cast<std::uint8_t>(i);
        one.reference = "R" + std::to_string(i);
        stage.measures.add(one);
    }
    const auto start = base::Steady::now();
    constexpr int rounds = 25;
    for (int i = 0; i < rounds; ++i)
        CHECK(db::publications(stage.measures, aliases, at("2026-11-10")).size() == 40);
    const std::chrono::duration<double, std::milli> spent = base::Steady::now() - start;
    MESSAGE("a thousand publications: ", spent.count(), " ms");
    CHECK(spent.count() < 5000);
}
