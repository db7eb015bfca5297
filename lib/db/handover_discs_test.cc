// SPDX-License-Identifier: Apache-2.0
#include "db/handover.h"
#include "db/handover_schema.h"
#include "seal/fixture_test.h"
#include "seal/vault.h"

#include <fmt/format.h>

#include <doctest/doctest.h>
#include <fstream>

namespace {

using db::HandoverWork;

struct Scene {
    seal::testing::Directory directory;
    std::string path = directory.file("handover.db");
    std::optional<seal::Vault> vault;
    li::Handle one{1};
    li::Handle two{2};

    Scene()
    {
        seal::Vault::make_key(directory.file("key"));
        vault.emplace(directory.file("key"));
    }
};

db::StoredFile file_of(const li::Handle& measure, const std::string& name,
                       std::int64_t deadline)
{
    db::StoredFile file;
    file.measure = measure;
    file.name = name;
    file.stream = deadline == 0 ? db::Stream::iri : db::Stream::cc;
    file.parcel = 7;
    file.size = 300;
    file.digest = "d" + name;
    file.content = deadline == 0 ? 0 : 200;
    file.deadline = deadline;
    file.text = "what " + name + " holds";
    return file;
}

std::string names(const std::vector<db::StoredFile>& files)
{
    std::string out;
    for (const db::StoredFile& file : files)
        out += file.name + '@' + file.image + ' ';
    return out;
}

} // namespace

TEST_CASE("db: files wait for discs, are on one image, and end")
{
    const Scene scene;
    db::Handover store(scene.path, *scene.vault);
    {
        HandoverWork work(store);
        work.add(file_of(scene.one, "b", 50));
        work.add(file_of(scene.one, "a", 0));
        work.add(file_of(scene.two, "c", 60));
        work.commit();
    }
    {
        HandoverWork work(store);
        CHECK(names(work.stored(scene.one)) == "a@ b@ ");
        CHECK(work.stored_content_bytes() == 400);
        CHECK(work.stored_overdue(49).empty());
        REQUIRE(names(work.stored_overdue(60)) == "b@ c@ ");
        CHECK(work.stored_overdue(60)[0].text == "what b holds");
        CHECK_FALSE(work.has_stored_overdue(49));
        CHECK(work.has_stored_overdue(50));
        CHECK(work.file_names() == std::set<std::string>{"a", "b", "c"});
        db::StoredFile moved = work.stored(scene.one)[1];
        moved.image = "d1";
        moved.deadline = 90;
        work.change(moved);
        work.put({.digest = "d1", .measure = scene.one, .files = 1, .made = 40});
        CHECK(names(work.on_image("d1")) == "b@d1 ");
        CHECK(names(work.stored_overdue(60)) == "c@ ");
        work.commit();
    }
    HandoverWork work(store);
    auto image = work.image("d1");
    REQUIRE(image);
    CHECK(image->measure == scene.one);
    CHECK(image->delivered == 0);
    image->delivered = 70;
    work.put(*image);
    CHECK(work.image("d1")->delivered == 70);
    CHECK(work.image("d1")->made == 40);
    CHECK_FALSE(work.image("d2"));
    work.remove_stored("b");
    CHECK(names(work.stored(scene.one)) == "a@ ");
    work.limit_stored_deadlines(60);
    CHECK(names(work.stored_overdue(59)).empty());
    work.limit_stored_deadlines(30);
    CHECK(names(work.stored_overdue(30)) == "c@ "); // events have no deadline
}

TEST_CASE("db: a handover.db of before there were discs is brought here, with what it has")
{
    const Scene scene;
    std::ofstream(scene.path).close();
    {
        const db::Sqlite old(scene.path, db::Access::write, base::milliseconds{1000});
        old.run(db::handover_schema);
        old.run(fmt::format("PRAGMA application_id = {}; PRAGMA user_version = 1",
                            db::handover_application_id));
        old.run("INSERT INTO facts VALUES ('told', 'yes')");
    }
    for (int round = 0; round < 2; ++round) {
        db::Handover store(scene.path, *scene.vault);
        HandoverWork work(store);
        CHECK(work.fact("told") == "yes");
        CHECK(work.stored(scene.one).empty());
    }
    const db::Sqlite now(scene.path, db::Access::write, base::milliseconds{1000});
    CHECK(now.number("PRAGMA user_version") == db::handover_version);
    now.run("PRAGMA user_version = 99");
    CHECK_THROWS_AS(db::Handover(scene.path, *scene.vault), base::Failure);
}
