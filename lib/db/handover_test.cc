// SPDX-License-Identifier: Apache-2.0
#include "db/failing_vfs_test.h"
#include "db/handover.h"
#include "seal/fixture_test.h"
#include "seal/vault.h"

#include <doctest/doctest.h>
#include <optional>

namespace {

using db::Count;
using db::HandoverWork;

struct Scene {
    seal::testing::Directory directory;
    std::optional<seal::Vault> vault;
    std::optional<db::Handover> store;
    li::Handle one{1};
    li::Handle two{2};

    Scene()
    {
        seal::Vault::make_key(directory.file("key"));
        vault.emplace(directory.file("key"));
        open();
    }
    void open()
    {
        store.reset();
        store.emplace(directory.file("handover.db"), *vault);
    }
};

} // namespace

TEST_CASE("db: numbers of hand-over are given once, whatever dies in between")
{
    Scene scene;
    for (std::uint32_t round = 0; round < 3; ++round) {
        {
            HandoverWork work(*scene.store);
            CHECK(work.take(scene.one, Count::cin, 0) == round + 1);
            CHECK(work.take(scene.one, Count::iri, 1, 3) == round * 3);
            CHECK(work.take(scene.two, Count::iri, 1) == round);
            CHECK(work.take(scene.one, Count::cc, 1) == round);
            CHECK(work.take(scene.one, Count::iri_check, 1) == round);
            work.commit();
        }
        { // not committed: as if we had died
            HandoverWork work(*scene.store);
            CHECK(work.take(scene.one, Count::cin, 0) == round + 2);
        }
        scene.open();
    }
}

TEST_CASE("db: sessions keep their number; their names are not in the file")
{
    Scene scene;
    {
        HandoverWork work(*scene.store);
        work.put_cin(scene.one, "session/gw-17-4711", 5, 100);
        work.put_cin(scene.one, "queue/0VS1ABC", 5, 200);
        work.commit();
    }
    scene.open();
    HandoverWork work(*scene.store);
    CHECK(work.cin(scene.one, "session/gw-17-4711") == 5u);
    CHECK_FALSE(work.cin(scene.two, "session/gw-17-4711"));
    work.forget_cins(150);
    CHECK_FALSE(work.cin(scene.one, "session/gw-17-4711"));
    CHECK(work.cin(scene.one, "queue/0VS1ABC") == 5u);
    CHECK(scene.directory.read("handover.db-wal").find("4711") == std::string::npos);
}

TEST_CASE("db: records that others wrote for a process are known one by one")
{
    Scene scene;
    HandoverWork work(*scene.store);
    CHECK_FALSE(work.has_recovered("one"));
    work.put_recovered("one", 5, 100);
    CHECK(work.has_recovered("one"));
    CHECK_FALSE(work.has_recovered("two"));
    CHECK(work.is_recovered("one", 5));
    CHECK_FALSE(work.is_recovered("one", 4));
    work.put_highest_record("one", 3, 200);
    work.forget_taps(150);
    CHECK(work.highest_record("one") == 3);
    CHECK_FALSE(work.has_recovered("one"));
}

TEST_CASE("db: what is owed waits in order, boxed, until its parcel is gone")
{
    Scene scene;
    db::HandoverItem item;
    item.measure = scene.one;
    item.stream = db::Stream::cc;
    item.file = "f";
    item.offset = 64;
    item.next = 128;
    item.content_size = 40;
    item.deadline = 1000;
    item.record = 9;
    item.sealing = 1;
    {
        HandoverWork work(*scene.store);
        for (const char* text : {"anna@example.org", "second", "third"}) {
            item.text = text;
            (void)work.add(item);
        }
        work.commit();
    }
    scene.open();
    HandoverWork work(*scene.store);
    CHECK(work.owed().size() == 1);
    CHECK(work.content_bytes() == std::map<li::Handle, std::uint64_t>{{scene.one, 120}});
    auto items = work.waiting(scene.one, db::Stream::cc, 2);
    REQUIRE(items.size() == 2);
    CHECK(items[0].text == "anna@example.org");
    CHECK(items[0].record == 9);
    CHECK(items[0].sealing == 1);
    CHECK(items[0].next == 128);
    CHECK(work.overdue(999).empty());
    CHECK(work.overdue(1000).size() == 3);
    CHECK(work.contents_of("f", 0).size() == 3);
    CHECK(scene.directory.read("handover.db-wal").find("anna") == std::string::npos);

    db::HandoverParcel parcel;
    parcel.measure = scene.one;
    parcel.stream = db::Stream::cc;
    parcel.made = 7;
    parcel.id = work.add(parcel);
    for (auto& one : items) {
        one.parcel = parcel.id;
        one.numbers = 1;
        work.change(one);
    }
    parcel.text = "checks";
    parcel.checks = 1;
    work.change(parcel);
    CHECK(work.waiting(scene.one, db::Stream::cc, 9).size() == 1);
    REQUIRE(work.parcels(scene.one, db::Stream::cc).size() == 1);
    CHECK(work.parcels(scene.one, db::Stream::cc)[0].text == "checks");
    CHECK(work.in_parcel(parcel.id).size() == 2);
    work.remove_parcel(parcel.id);
    CHECK(work.in_parcel(parcel.id).empty());
    CHECK(work.parcels(scene.one, db::Stream::cc).empty());
    CHECK(work.content_bytes() == std::map<li::Handle, std::uint64_t>{{scene.one, 40}});
}

TEST_CASE("db: what was committed lazily is there for who comes after us")
{
    Scene scene;
    std::int64_t expected = 0;
    for (const db::Commit how : {db::Commit::lazily, db::Commit::to_disk}) {
        {
            HandoverWork work(*scene.store, how);
            CHECK(work.next(scene.one, Count::iri, 1) == expected);
            CHECK(work.take(scene.one, Count::iri, 1, 3) == expected);
            work.commit();
        }
        expected += 3;
        // Beside the first one, which has closed nothing.
        db::Handover other(scene.directory.file("handover.db"), *scene.vault);
        CHECK(HandoverWork(other).next(scene.one, Count::iri, 1) == expected);
    }
}

TEST_CASE("db: a commit waits for the disk where that is asked for, and only there")
{
    const db::testing::FailingVfs disk(SQLITE_IOERR, 0, db::testing::Broken::once);
    Scene scene;
    const auto syncs_of = [&](db::Commit how) {
        const int before = disk.syncs();
        HandoverWork work(*scene.store, how);
        (void)work.take(scene.one, Count::iri, 1);
        work.commit();
        return disk.syncs() - before;
    };
    CHECK(syncs_of(db::Commit::lazily) == 0);
    CHECK(syncs_of(db::Commit::to_disk) > 0);
    CHECK(syncs_of(db::Commit::lazily) == 0);
    CHECK(syncs_of(db::Commit::to_disk) > 0);
}

TEST_CASE("db: handover.db of another kind or of another key is refused")
{
    Scene scene;
    seal::Vault::make_key(scene.directory.file("other"));
    const seal::Vault other(scene.directory.file("other"));
    scene.store.reset();
    CHECK_THROWS_AS(db::Handover(scene.directory.file("handover.db"), other),
                    base::Failure);
}
