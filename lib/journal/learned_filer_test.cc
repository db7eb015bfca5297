// SPDX-License-Identifier: Apache-2.0
#include "db/fixture_test.h"
#include "db/policy_reader.h"
#include "db/policy_schema.h"
#include "journal/learned.h"
#include "journal/learned_filer.h"
#include "spool/event_writer.h"
#include "spool/layout.h"
#include "spool/test_spool.h"

#include <fmt/format.h>

#include <doctest/doctest.h>
#include <fstream>
#include <memory>
#include <optional>

namespace {

using journal::Learned;
using What = Learned::What;

constexpr std::int64_t second = 1'000'000;
constexpr std::int64_t day = 86400 * second;
constexpr base::seconds minute{60};
constexpr base::seconds one_day{86400};
const std::string ann = "ann@example.org";

struct Scene {
    spool::test::TemporarySpool spool;
    db::testing::Folder folder;
    std::string database = folder.file("policy.db");
    std::int64_t now = base::wall_microseconds();
    base::SteadyTime steady = base::Steady::now();
    std::unique_ptr<spool::EventWriter> writer;

    Scene()
    {
        (void)db::migrate_policy(database);
        spool::make_learned_directory(spool.path);
        new_writer(1);
    }
    void new_writer(std::uint64_t file_size)
    {
        writer = std::make_unique<spool::EventWriter>(
            spool::EventWriter::Options{.directory = spool::learned_directory(spool.path),
                                        .program = "pop-proxy",
                                        .wanted = {},
                                        .file_size = file_size,
                                        .free_space = 0,
                                        .mode = 0600});
    }
    [[nodiscard]] journal::LearnedOptions options()
    {
        return {.spool = spool.path,
                .database = database,
                .age = base::seconds{30 * 86400},
                .users = 100,
                .files = 4,
                .clock = [this] { return now; },
                .steady = [this] { return steady; }};
    }
    void pass(base::seconds time)
    {
        now += time.count() * second;
        steady += time;
    }
    void tell(What what, const std::string& user, std::int64_t learned,
              const std::string& verifier = {}) const
    {
        CHECK(writer->write_line(journal::line_of(
            {what, user, learned, verifier.empty() ? "" : "$argon2id$" + verifier})));
    }
    // With a process of its own, which dies.
    void file_all()
    {
        journal::LearnedFiler filer(options());
        filer.finish();
    }
    [[nodiscard]] std::string known(const std::string& user) const
    {
        const auto found = db::PolicyReader(database).verifier(user);
        return found ? found->verifier.substr(std::string("$argon2id$").size()) : "none";
    }
    [[nodiscard]] std::size_t files() const
    {
        return spool::event_files(spool::learned_directory(spool.path)).size();
    }
    [[nodiscard]] std::string file() const
    {
        std::ifstream in(database, std::ios::binary);
        return {std::istreambuf_iterator<char>(in), {}};
    }
};

} // namespace

TEST_CASE("learned: what is told is filed, and its files go")
{
    Scene scene;
    for (int i = 0; i < 20; ++i)
        scene.tell(What::learned, fmt::format("user{}@example.org", i), scene.now, "v");
    CHECK(scene.files() == 21);
    scene.file_all();
    CHECK(scene.files() == 1); // for the next line
    CHECK(scene.known("user0@example.org") == "v");
    CHECK(scene.known("user19@example.org") == "v");
    scene.tell(What::learned, "user0@example.org", scene.now + 1, "w");
    scene.tell(What::forgotten, "user1@example.org", scene.now);
    scene.writer.reset();
    scene.file_all();
    CHECK(scene.files() == 0);
    CHECK(scene.known("user0@example.org") == "w");
    CHECK(scene.known("user1@example.org") == "none");
}

TEST_CASE("learned: lines of a file that is still written are filed once, or once more")
{
    Scene scene;
    scene.new_writer(1u << 20);
    scene.tell(What::learned, ann, scene.now, "secret-of-ann");
    std::optional<journal::LearnedFiler> filer(scene.options());
    (void)filer->round();
    CHECK(scene.known(ann) == "secret-of-ann");
    CHECK(scene.files() == 1);
    filer.emplace(scene.options()); // one has died before it could note anything
    (void)filer->round();
    scene.tell(What::forgotten, ann, scene.now);
    (void)filer->round();
    CHECK(scene.known(ann) == "none");
    filer.emplace(scene.options());
    filer->finish();
    CHECK(scene.known(ann) == "none");
    CHECK(scene.file().find("secret-of-ann") == std::string::npos);
    scene.writer.reset();
    filer->finish();
    CHECK(scene.files() == 0);
}

TEST_CASE("learned: many files that are still written do not keep others waiting")
{
    Scene scene;
    std::vector<std::unique_ptr<spool::EventWriter>> others;
    for (int i = 0; i < 13; ++i) {
        scene.tell(What::learned, fmt::format("user{}@example.org", i), scene.now, "v");
        others.push_back(std::move(scene.writer));
        scene.new_writer(1);
    }
    scene.file_all();
    for (int i = 0; i < 13; ++i)
        CHECK(scene.known(fmt::format("user{}@example.org", i)) == "v");
    CHECK(scene.files() == 13);
}

TEST_CASE("learned: old ones and too many go, as time goes by")
{
    Scene scene;
    journal::LearnedFiler filer(scene.options());
    scene.tell(What::learned, ann, scene.now - 29 * day, "a");
    scene.tell(What::learned, "bob@example.org", scene.now, "b");
    filer.finish();
    scene.pass(minute);
    filer.finish();
    CHECK(scene.known(ann) == "a");
    scene.pass(one_day + minute);
    filer.finish();
    CHECK(scene.known(ann) == "none");
    CHECK(scene.known("bob@example.org") == "b");
    scene.pass(29 * one_day);
    filer.finish();
    CHECK(scene.known("bob@example.org") == "none"); // though it was the only one
    for (int i = 0; i < 150; ++i)
        scene.tell(What::learned, fmt::format("user{}@example.org", i), scene.now - i, "v");
    scene.pass(minute);
    while (filer.round()) {
    }
    scene.pass(minute);
    filer.finish();
    CHECK(db::Policy(scene.database).users() == 100);
    CHECK(scene.known("user0@example.org") == "v");
    CHECK(scene.known("user149@example.org") == "none");
}

TEST_CASE("learned: nobody goes by the clock of a process that has just begun")
{
    Scene scene;
    scene.tell(What::learned, ann, scene.now - 31 * day, "a");
    for (const char* user : {"bob@example.org", "carl@example.org", "dan@example.org"})
        scene.tell(What::learned, user, scene.now, "v");
    journal::LearnedFiler filer(scene.options());
    filer.finish();
    scene.pass(9 * minute);
    filer.finish();
    CHECK(scene.known(ann) == "a");
    scene.now -= 2 * 60 * second; // the clock is set
    scene.pass(2 * minute);
    filer.finish();
    CHECK(scene.known(ann) == "a");
    scene.pass(10 * minute);
    filer.finish();
    CHECK(scene.known(ann) == "none");
    CHECK(scene.known("bob@example.org") == "v");
}

TEST_CASE("learned: a machine that starts with a wrong clock loses nothing")
{
    const std::string bob = "bob@example.org";
    for (const std::int64_t wrong : {400 * day, -4000 * day}) {
        CAPTURE(wrong);
        Scene scene;
        for (const std::string& user : {ann, bob, std::string("carl@example.org")})
            scene.tell(What::learned, user, scene.now, "v");
        scene.file_all();
        scene.now += wrong;
        journal::LearnedFiler filer(scene.options());
        for (int minutes = 0; minutes < 60; ++minutes) {
            filer.finish();
            scene.pass(minute);
        }
        CHECK(scene.known(ann) == "v");
        CHECK(scene.known(bob) == "v");
        scene.tell(What::learned, ann, scene.now, "new"); // by the wrong clock
        filer.finish();
        CHECK(scene.known(ann) == "new");
        scene.now -= wrong;
        scene.pass(minute);
        filer.finish();
        scene.tell(What::learned, ann, scene.now, "newest");
        filer.finish();
        CHECK(scene.known(ann) == "newest");
        scene.pass(20 * minute);
        filer.finish();
        CHECK(scene.known(ann) == "newest");
        CHECK(scene.known(bob) == "v");
    }
}

TEST_CASE("learned: what is of a time to come grows old from now on")
{
    Scene scene;
    journal::LearnedFiler filer(scene.options());
    scene.tell(What::learned, ann, scene.now + 300 * day, "a");
    for (int i = 0; i < 70; ++i)
        scene.tell(What::learned, fmt::format("user{}@example.org", i), scene.now, "v");
    while (filer.round()) {
    }
    scene.pass(11 * minute);
    filer.finish();
    scene.pass(29 * one_day);
    filer.finish();
    CHECK(scene.known(ann) == "a");
    scene.pass(2 * one_day);
    filer.finish();
    CHECK(scene.known(ann) == "none");
}

TEST_CASE("learned: what says nothing, or too much, is passed over")
{
    Scene scene;
    CHECK(scene.writer->write_line("- events-lost events=3"));
    CHECK(scene.writer->write_line("- password-learned user=x"));
    CHECK(scene.writer->write_line("rubbish"));
    scene.tell(What::learned, ann, scene.now, "v");
    scene.file_all();
    CHECK(scene.known(ann) == "v");
    CHECK(scene.files() == 1);
}
