// SPDX-License-Identifier: Apache-2.0
#include "db/fixture_test.h"
#include "db/policy.h"
#include "db/policy_reader.h"
#include "db/policy_schema.h"

#include <fmt/format.h>

#include <doctest/doctest.h>
#include <fstream>
#include <functional>
#include <optional>

namespace {

using namespace db::testing;

constexpr const char* ann = "ann@example.org";

struct Scene {
    Folder folder;
    std::string path = folder.file("policy.db");
    Scene() { (void)db::migrate_policy(path); }

    void batch(const std::function<void(db::PolicyBatch&)>& work,
               std::int64_t far = 1'000'000) const
    {
        db::Policy policy(path);
        {
            db::PolicyBatch batch(policy, far);
            work(batch);
            batch.commit();
        }
        CHECK(policy.tidy());
    }
    [[nodiscard]] std::string known(const std::string& user) const
    {
        const auto found = db::PolicyReader(path).verifier(user);
        return found ? fmt::format("{} {}", found->verifier, found->proved_at) : "none";
    }
    // In any of the files.
    [[nodiscard]] bool holds(const std::string& text) const
    {
        for (const char* end : {"", "-wal"}) {
            std::ifstream file(path + end, std::ios::binary);
            const std::string octets(std::istreambuf_iterator<char>(file), {});
            if (octets.find(text) != octets.npos)
                return true;
        }
        return false;
    }
};

} // namespace

TEST_CASE("policy: the password that was learned last counts")
{
    const Scene scene;
    scene.batch([](auto& batch) { batch.learn(ann, "$new", 20); });
    scene.batch([](auto& batch) { batch.learn(ann, "$old", 10); });
    CHECK(scene.known(ann) == "$new 20");
    scene.batch([](auto& batch) { batch.learn(ann, "$newer", 30); });
    CHECK(scene.known(ann) == "$newer 30");
}

TEST_CASE("policy: a proof is one of the password that it is about")
{
    const Scene scene;
    scene.batch([](auto& batch) {
        batch.learn(ann, "$new", 20);
        batch.prove(ann, 10, 40); // another one, through another proxy
        batch.prove("bob@example.org", 10, 40);
    });
    CHECK(scene.known(ann) == "$new 20");
    CHECK(scene.known("bob@example.org") == "none");
    scene.batch([](auto& batch) {
        batch.prove(ann, 20, 50);
        batch.prove(ann, 20, 45);
    });
    CHECK(scene.known(ann) == "$new 50");
}

TEST_CASE("policy: a refused password is forgotten, in whatever order that is told")
{
    const Scene scene;
    for (int twice = 0; twice < 2; ++twice) {
        scene.batch([](auto& batch) { batch.learn(ann, "$old", 10); });
        scene.batch([](auto& batch) { batch.forget(ann, 10, 30); });
        CHECK(scene.known(ann) == "none");
    }
    scene.batch([](auto& batch) { batch.prove(ann, 10, 40); });
    CHECK(scene.known(ann) == "none");
    // Learned before the old one was refused once more, told after it.
    scene.batch([](auto& batch) { batch.learn(ann, "$new", 20); });
    CHECK(scene.known(ann) == "$new 20");
    scene.batch([](auto& batch) { batch.forget(ann, 10, 50); });
    CHECK(scene.known(ann) == "$new 20");
}

TEST_CASE("policy: what a wrong clock has told of a time to come gives way")
{
    const Scene scene;
    const auto now = [&](const std::function<void(db::PolicyBatch&)>& work) {
        scene.batch(work, 100);
    };
    now([](auto& batch) { batch.learn(ann, "$future", 500); });
    CHECK(scene.known(ann) == "$future 500");
    now([](auto& batch) { batch.learn(ann, "$earlier", 400); }); // by the same clock
    CHECK(scene.known(ann) == "$future 500");
    now([](auto& batch) { batch.prove(ann, 500, 90); });
    CHECK(scene.known(ann) == "$future 90");
    now([](auto& batch) { batch.learn(ann, "$new", 80); });
    CHECK(scene.known(ann) == "$new 80");
    now([](auto& batch) { batch.learn(ann, "$old", 70); });
    CHECK(scene.known(ann) == "$new 80");

    now([](auto& batch) {
        batch.forget(ann, 500, 500);
        batch.learn("bob@example.org", "$future", 600);
        CHECK(batch.out_of_time(0) == 2);
        CHECK(batch.expire(90) == 0);
        batch.redate(90);
        CHECK(batch.out_of_time(90) == 0);
    });
    CHECK(scene.known("bob@example.org") == "$future 90");
    now([](auto& batch) { batch.learn(ann, "$again", 90); });
    CHECK(scene.known(ann) == "$again 90");
}

TEST_CASE("policy: nothing of a verifier that is gone is in the files")
{
    const Scene scene;
    const auto verifier = [](int i) { return fmt::format("$argon2id$secret{:04}$", i); };
    const auto user = [](int i) {
        return fmt::format("user{}@example.org", i * 7919 % 1000);
    };
    scene.batch([&](auto& batch) {
        for (int i = 0; i < 1000; ++i)
            batch.learn(user(i), verifier(i), 10 + i);
    });
    CHECK(scene.holds(verifier(999)));
    scene.batch([&](auto& batch) {
        batch.learn(user(1), "$changed", 5000);
        batch.forget(user(2), 12, 5000);
        batch.learn(user(3), "$another", 5001);
        CHECK(batch.out_of_time(13) == 1);
        CHECK(batch.expire(13) == 1);
        CHECK(batch.bound(500) == 499);
    });
    for (const int gone : {0, 1, 2, 3, 499})
        CHECK_FALSE(scene.holds(verifier(gone)));
    CHECK(scene.holds(verifier(999)));
    CHECK(scene.known(user(1)) == "$changed 5000");
    CHECK(db::Policy(scene.path).users() == 500);
}

TEST_CASE("policy: a batch that is not committed has not been")
{
    const Scene scene;
    {
        db::Policy policy(scene.path);
        db::PolicyBatch batch(policy);
        batch.learn(ann, "$new", 20);
    }
    CHECK(scene.known(ann) == "none");
}

TEST_CASE("policy: a reader does not keep the writer waiting")
{
    const Scene scene;
    db::PolicyReader reader(scene.path, base::milliseconds{0});
    CHECK_FALSE(reader.verifier(ann));
    scene.batch([](auto& batch) { batch.learn(ann, "$new", 20); });
    CHECK(reader.verifier(ann));
}

TEST_CASE(
    "policy: a reader that stays keeps what is gone from going for good, and no longer")
{
    const Scene scene;
    scene.batch([](auto& batch) { batch.learn(ann, "$argon2id$old", 10); });
    std::optional<db::Sqlite> reader;
    reader.emplace(scene.path, db::Access::read, base::milliseconds{1000});
    reader->run("BEGIN; SELECT count(*) FROM verifiers");
    db::Policy policy(scene.path);
    {
        db::PolicyBatch batch(policy);
        batch.forget(ann, 10, 20);
        batch.commit();
    }
    CHECK_FALSE(policy.tidy());
    CHECK(scene.known(ann) == "none");
    reader.reset();
    CHECK(policy.tidy());
    CHECK_FALSE(scene.holds("$argon2id$old"));
}
