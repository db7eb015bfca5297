// SPDX-License-Identifier: Apache-2.0
#include "base/clock.h"
#include "db/policy.h"
#include "db/policy_schema.h"
#include "net/test_support.h"
#include "sasl/password.h"
#include "ums/passwords.h"

#include <algorithm>
#include <doctest/doctest.h>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace {

using ums::Passwords;
using Verdict = Passwords::Verdict;

constexpr const char* anna = "anna@example.org";

Passwords::Options with_guesses(std::uint32_t wrong)
{
    Passwords::Options options;
    options.guesses.wrong = wrong;
    return options;
}

struct Scene {
    explicit Scene(Passwords::Options options = {})
    {
        const std::string path = folder.path("policy.db");
        (void)db::migrate_policy(path, base::milliseconds{1000});
        db::Policy policy(path);
        db::PolicyBatch batch(policy);
        batch.learn(anna, sasl::argon2id_hash("secret"), base::wall_microseconds());
        batch.commit();
        options.database = path;
        passwords.emplace(loop, *workers, options);
    }

    // All at once.
    std::vector<Verdict> ask(const std::vector<std::pair<std::string, std::string>>& logins,
                             const std::string& client = "192.0.2.1")
    {
        std::vector<Verdict> verdicts(logins.size());
        std::vector<net::Task<void>> dialogues;
        const auto one = [](Passwords& asked, std::string user, std::string password,
                            net::Address from, Verdict& into) -> net::Task<void> {
            const Passwords::Answer answer =
                co_await asked.check(std::move(user), std::move(password), from);
            into = answer.verdict;
        };
        const net::Address from = *net::Address::parse_ip(client);
        for (std::size_t i = 0; i < logins.size(); ++i)
            dialogues.push_back(
                one(*passwords, logins[i].first, logins[i].second, from, verdicts[i]));
        net::test::run(loop, std::move(dialogues));
        return verdicts;
    }
    Verdict ask(const std::string& user, const std::string& password)
    {
        return ask({{user, password}}).front();
    }

    const net::test::Folder folder;
    net::Loop loop;
    std::optional<session::WorkerPool> workers{std::in_place, 2, 200};
    std::optional<Passwords> passwords;
};

std::size_t count(const std::vector<Verdict>& verdicts, Verdict verdict)
{
    return static_cast<std::size_t>(std::ranges::count(verdicts, verdict));
}

} // namespace

TEST_CASE("ums: a password that was learned is right, any other is wrong")
{
    Scene scene;
    CHECK(scene.ask(anna, "secret") == Verdict::right);
    CHECK(scene.ask(anna, "secret") == Verdict::right); // remembered
    CHECK(scene.ask(anna, "Secret") == Verdict::wrong);
    CHECK(scene.ask(anna, "") == Verdict::wrong);
    CHECK(scene.ask("bert@example.org", "secret") == Verdict::wrong);
}

TEST_CASE("ums: what nobody has proved for too long is not known any more")
{
    Passwords::Options options;
    options.age = base::seconds{0};
    Scene scene(options);
    CHECK(scene.ask(anna, "secret") == Verdict::wrong);
}

TEST_CASE("ums: guesses come to an end, for users who are not known as for those who are")
{
    Scene scene(with_guesses(3));
    for (const char* user : {anna, "nobody@example.org"}) {
        CAPTURE(user);
        for (int i = 0; i < 3; ++i)
            CHECK(scene.ask(user, "wrong") == Verdict::wrong);
        CHECK(scene.ask(user, "wrong") == Verdict::paused);
        CHECK(scene.ask(user, "secret") == Verdict::paused);
    }
}

TEST_CASE("ums: twenty guesses at once are no more than one after the other")
{
    Scene scene(with_guesses(3));
    std::vector<std::pair<std::string, std::string>> guesses;
    for (int i = 0; i < 20; ++i)
        guesses.emplace_back(anna, "guess" + std::to_string(i));
    const std::vector<Verdict> verdicts = scene.ask(guesses);
    CHECK(count(verdicts, Verdict::wrong) == 3);
    CHECK(count(verdicts, Verdict::paused) == 17);
}

TEST_CASE("ums: twenty right logins at once are all right")
{
    Scene scene(with_guesses(3));
    const std::vector<std::pair<std::string, std::string>> logins(20, {anna, "secret"});
    CHECK(count(scene.ask(logins), Verdict::right) == 20);
}

TEST_CASE("ums: without its database nobody is right or wrong")
{
    Scene scene;
    std::filesystem::remove(scene.folder.path("policy.db"));
    Passwords::Options options;
    options.database = scene.folder.path("nothing.db");
    Passwords lost(scene.loop, *scene.workers, options);
    scene.passwords.reset();
    Verdict verdict = Verdict::right;
    const auto one = [](Passwords& asked, Verdict& into) -> net::Task<void> {
        const Passwords::Answer answer = co_await asked.check(anna, "secret", {});
        into = answer.verdict;
    };
    net::test::run(scene.loop, one(lost, verdict));
    CHECK(verdict == Verdict::unknown);
}
