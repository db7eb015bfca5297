// SPDX-License-Identifier: Apache-2.0
#include "audit/fixture_test.h"
#include "audit/roles.h"
#include "audit/store.h"
#include "base/clock.h"
#include "base/failure.h"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <thread>

using audit::Files;
using audit::Inspection;
using audit::Role;
using audit::Store;
using audit::testing::create_measure;
using audit::testing::Scene;

namespace {

// No file of this process grows beyond so many octets while it lives.
class LargestFile {
public:
    explicit LargestFile(std::size_t octets) : handler_(std::signal(SIGXFSZ, SIG_IGN))
    {
        REQUIRE(::getrlimit(RLIMIT_FSIZE, &before_) == 0);
        const rlimit limit{octets, before_.rlim_max};
        REQUIRE(::setrlimit(RLIMIT_FSIZE, &limit) == 0);
    }
    ~LargestFile()
    {
        (void)::setrlimit(RLIMIT_FSIZE, &before_);
        (void)std::signal(SIGXFSZ, handler_);
    }
    LargestFile(const LargestFile&) = delete;
    LargestFile& operator=(const LargestFile&) = delete;

private:
    rlimit before_{};
    void (*handler_)(int);
};

} // namespace

TEST_CASE("audit: what is noted stands in the log, the person sealed")
{
    const Scene scene;
    Store store(scene.places);
    CHECK(store.note(create_measure("R1"), "anna") == 1);
    CHECK(store.note(create_measure("R2"), "bert") == 2);
    Store other(scene.places);
    CHECK(other.note(create_measure("R3"), "carl") == 3);
    CHECK(store.note(create_measure("R4"), "anna") == 4);

    const Inspection all = store.read();
    CHECK(all.damage.empty());
    CHECK(all.incidents.empty());
    REQUIRE(all.log.records.size() == 4);
    const audit::Record& record = all.log.records[0];
    CHECK(record.get("identity") == "Anna Müller@example.org");
    CHECK(record.get("detail") == "100% \"quoted\"\n");
    CHECK(record.get("begin") == "2026-11-22T00:00:00+01:00");
    CHECK(scene.person(record) == "anna");
    CHECK(scene.person(all.log.records[2]) == "carl");
    CHECK(std::abs(audit::time_of(record) / 1'000'000 - base::wall_seconds()) < 60);
    CHECK_FALSE(scene.files().log.contains(":anna"));
    CHECK_FALSE(scene.files().log.contains(":bert"));
    for (const char* file : {"audit/log", "audit/grants", "audit/lock", "anchor/audit"}) {
        struct stat status{};
        REQUIRE(::stat(scene.directory.file(file).c_str(), &status) == 0);
        CHECK((status.st_mode & 0777) == 0600);
    }
    CHECK(scene.files().anchor.size() == audit::anchor_size);
}

TEST_CASE("audit: roles are given and taken back")
{
    const Scene scene;
    Store store(scene.places);
    CHECK(store.has_role("gero", Role::grant));
    CHECK_FALSE(store.has_role("gero", Role::operate));
    CHECK_FALSE(store.has_role("anna", Role::operate));
    store.change_grant("grant", "anna", Role::operate, "gero");
    store.change_grant("grant", "bert", Role::review, "gero");
    CHECK(store.has_role("anna", Role::operate));
    CHECK(Store(scene.places).has_role("bert", Role::review));
    store.change_grant("revoke", "anna", Role::operate, "gero");
    CHECK_FALSE(store.has_role("anna", Role::operate));
    const auto grants = audit::in_force(store.read().grants);
    REQUIRE(grants.size() == 2);
    CHECK(grants[1].user == "bert");
    CHECK(grants[1].role == "review");
    CHECK(grants[1].by == "gero");
    CHECK(store.read().damage.empty());
}

TEST_CASE("audit: every changed byte of the files is found, and nothing is written then")
{
    const Scene scene;
    Store(scene.places).note(create_measure("R1"), "anna");
    const Files good = scene.files();
    REQUIRE(audit::inspect(good).damage.empty());
    for (std::string Files::* file : {&Files::log, &Files::grants, &Files::anchor})
        for (std::size_t i = 0; i < (good.*file).size(); ++i)
            for (const char mask : {'\x01', '\x20', '\x80'}) {
                Files changed = good;
                (changed.*file)[i] ^= mask;
                CAPTURE(i);
                const bool found = !audit::inspect(changed).damage.empty();
                CHECK(found);
            }
    Files changed = good;
    changed.log[changed.log.size() - 2] ^= 1;
    scene.put(changed);
    CHECK_THROWS_AS(Store{scene.places}, base::Failure);
}

TEST_CASE("audit: every cut is found")
{
    const Scene scene;
    Store store(scene.places);
    store.note(create_measure("R1"), "anna");
    store.note(create_measure("R2"), "anna");
    const Files good = scene.files();
    for (std::string Files::* file : {&Files::log, &Files::grants, &Files::anchor})
        for (std::size_t length = 0; length < (good.*file).size(); ++length) {
            Files cut = good;
            (cut.*file).resize(length);
            CAPTURE(length);
            const bool found = !audit::inspect(cut).damage.empty();
            CHECK(found);
        }
}

TEST_CASE("audit: an older state, another log, and lines changed places are found")
{
    const Scene scene;
    const Scene other;
    Store store(scene.places);
    store.note(create_measure("R1"), "anna");
    const Files one = scene.files();
    store.note(create_measure("R2"), "anna");
    const audit::Head head = store.read().log.head();
    store.note(create_measure("R3"), "anna");
    const Files three = scene.files();

    CHECK_FALSE(audit::inspect({one.log, three.grants, three.anchor}).damage.empty());
    CHECK_FALSE(audit::inspect({three.log, three.grants, one.anchor}).damage.empty());
    CHECK_FALSE(
        audit::inspect({other.files().log, three.grants, three.anchor}).damage.empty());
    CHECK_FALSE(
        audit::inspect({three.log, other.files().grants, three.anchor}).damage.empty());
    CHECK_FALSE(audit::inspect({three.log, three.log, three.anchor}).damage.empty());
    CHECK_FALSE(
        audit::inspect({three.log + three.log, three.grants, three.anchor}).damage.empty());

    // Everything rolled back together: only who has kept a head can tell.
    Inspection rolled_back = audit::inspect(one);
    CHECK(rolled_back.damage.empty());
    audit::compare_with(rolled_back, head);
    CHECK_FALSE(rolled_back.damage.empty());
    Inspection now = audit::inspect(three);
    audit::compare_with(now, head);
    CHECK(now.damage.empty());
}

TEST_CASE("audit: who is running notices that log and anchor were set back together")
{
    const Scene scene;
    Store store(scene.places);
    store.note(create_measure("R1"), "anna");
    const Files one = scene.files();
    store.note(create_measure("R2"), "anna");
    const Files two = scene.files();
    scene.put(one);
    CHECK_THROWS_AS(store.note(create_measure("R3"), "anna"), base::Failure);
    CHECK_THROWS_AS((void)store.has_role("gero", Role::grant), base::Failure);
    scene.put(two);
    CHECK(store.note(create_measure("R3"), "anna") == 3);
    store.change_grant("grant", "anna", Role::operate, "gero");
    CHECK(store.has_role("anna", Role::operate));
    const Files now = scene.files();
    const Scene other;
    scene.put(other.files());
    CHECK_THROWS_AS(store.note(create_measure("R4"), "anna"), base::Failure);
    scene.put(now);
    CHECK(store.note(create_measure("R4"), "anna") == 4);
}

TEST_CASE("audit: who is running notices a byte changed in place")
{
    const Scene scene;
    Store store(scene.places);
    store.note(create_measure("R1"), "anna");
    const Files good = scene.files();
    for (std::string Files::* file : {&Files::log, &Files::grants}) {
        std::this_thread::sleep_for(std::chrono::milliseconds(20)); // the kernel's clock
        Files changed = good;
        (changed.*file)[(changed.*file).size() - 2] ^= 1;
        scene.put(changed);
        CHECK_THROWS_AS(store.note(create_measure("R2"), "anna"), base::Failure);
        scene.put(good);
        CHECK(store.has_role("gero", Role::grant));
    }
    CHECK(store.note(create_measure("R2"), "anna") == 2);
}

TEST_CASE("audit: the chain knows the certificate that persons are sealed to")
{
    const Scene scene;
    const seal::testing::Pair others = seal::testing::new_pair(scene.directory, "others");
    const std::string mine = scene.directory.read("auditors.crt");
    Store running(scene.places);
    running.note(create_measure("R1"), "anna");
    const auto damage = [&] { return audit::inspect_all(scene.places).damage.size(); };
    CHECK(damage() == 0);
    CHECK(running.read().certificate == scene.auditors.certificate.fingerprint());

    // Exchanged: nobody seals to it, and who runs goes on with the one he has.
    (void)scene.directory.write("audit/reviewer.crt", scene.directory.read("others.crt"));
    CHECK(damage() == 1);
    CHECK_THROWS_AS(Store{scene.places}, base::Failure);
    CHECK(running.note(create_measure("R2"), "anna") == 2);
    CHECK(scene.person(running.read().log.records[1]) == "anna");
    std::filesystem::remove(scene.places.file("reviewer.crt"));
    CHECK(damage() == 1);
    (void)scene.directory.write("audit/reviewer.crt", mine);
    CHECK(damage() == 0);

    // The daemon takes another one when it starts, and says so.
    (void)scene.directory.write("audit/reviewer.crt", scene.directory.read("others.crt"));
    Store started(scene.places, audit::Reviewer::may_be_new);
    CHECK(damage() == 0);
    Inspection all = started.read();
    CHECK(all.certificate == others.certificate.fingerprint());
    CHECK(all.incidents.size() == 1);
    REQUIRE(all.log.records.size() == 3);
    CHECK(all.log.records[2].get("act") == "log-certificate");
    CHECK(started.note(create_measure("R4"), "anna") == 4);
    CHECK(running.note(create_measure("R5"), "anna") == 5); // reads it again
    all = running.read();
    CHECK(all.damage.empty());
    CHECK(scene.person(all.log.records[4]) == "?");
    CHECK(started.has_role("gero", Role::grant));
    CHECK(audit::in_force(all.grants).size() == 1);
    (void)Store(scene.places, audit::Reviewer::may_be_new); // it knows that one
    CHECK(running.read().log.records.size() == 5);
    (void)scene.directory.write("audit/reviewer.crt", mine);
    CHECK(damage() == 1);
}

TEST_CASE("audit: another certificate is told twice rather than not at all")
{
    const Scene scene;
    Store(scene.places)
        .change_grant("grant", std::string(8192, 'a'), Role::operate, "gero");
    (void)seal::testing::new_pair(scene.directory, "others");
    (void)scene.directory.write("audit/reviewer.crt", scene.directory.read("others.crt"));
    const auto told = [&] {
        const Inspection all = audit::inspect(scene.files());
        CHECK(all.damage.empty());
        return std::ranges::count_if(all.log.records, [](const audit::Record& record) {
            return record.get("act") == "log-certificate";
        });
    };
    {
        const LargestFile no_room(scene.files().grants.size()); // the log is shorter
        CHECK_THROWS_AS(Store(scene.places, audit::Reviewer::may_be_new), base::Failure);
    }
    CHECK(told() == 1);
    CHECK_THROWS_AS(Store{scene.places}, base::Failure); // the chain does not know it yet
    (void)Store(scene.places, audit::Reviewer::may_be_new);
    CHECK(told() == 2);
    (void)Store(scene.places, audit::Reviewer::may_be_new);
    CHECK(told() == 2);
}

TEST_CASE("audit: whatever a crash leaves of the last entry is an incident and put right")
{
    const Scene scene;
    Store(scene.places).note(create_measure("R1"), "anna");
    const Files before = scene.files();
    Store(scene.places).note(create_measure("R2"), "anna");
    const Files after = scene.files();
    for (std::size_t length = before.log.size() + 1; length <= after.log.size(); ++length) {
        const Files left{after.log.substr(0, length), before.grants, before.anchor};
        CAPTURE(length);
        const Inspection seen = audit::inspect(left);
        CHECK(seen.damage.empty());
        CHECK(seen.incidents.size() == 1);
        if (length % 97 != 0 && length + 3 < after.log.size())
            continue; // the disk is slower than the rest
        scene.put(left);
        const std::uint64_t whole = length == after.log.size() ? 2 : 1;
        Store store(scene.places);
        CHECK(store.note(create_measure("R3"), "anna") == whole + 2);
        const Inspection all = store.read();
        CHECK(all.damage.empty());
        CHECK(all.incidents.size() == 1);
        CHECK(all.log.records[whole].get("act") == "log-recovered");
    }
}

TEST_CASE("audit: the same for a change of grants")
{
    const Scene scene;
    const Files before = scene.files();
    Store(scene.places).change_grant("grant", "anna", Role::operate, "gero");
    const Files after = scene.files();
    for (std::size_t length = before.grants.size() + 1; length <= after.grants.size();
         ++length) {
        const Files left{before.log, after.grants.substr(0, length), before.anchor};
        CHECK(audit::inspect(left).damage.empty());
        CHECK(audit::inspect(left).incidents.size() == 1);
        if (length + 3 < after.grants.size())
            continue;
        scene.put(left);
        CHECK(Store(scene.places).has_role("anna", Role::operate) ==
              (length == after.grants.size()));
    }
}

TEST_CASE("audit: without certificate or anchor there is no log to write to")
{
    const Scene scene;
    std::filesystem::remove(scene.places.anchor);
    CHECK_THROWS_AS(Store{scene.places}, base::Failure);
    std::filesystem::remove(scene.places.file("reviewer.crt"));
    CHECK_THROWS_AS(Store{scene.places}, base::Failure);
    CHECK_THROWS_AS(audit::create_log(scene.places, scene.directory.read("auditors.crt"),
                                      "auditors.crt", "gero", "root"),
                    base::Failure); // there is a log
}
