// SPDX-License-Identifier: Apache-2.0
#include "proxy/learner.h"
#include "sasl/password.h"

#include <algorithm>
#include <condition_variable>
#include <doctest/doctest.h>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace {

using journal::Learned;
using proxy::Learner;
using What = Learned::What;

constexpr std::int64_t second = 1'000'000;
constexpr std::int64_t day = 86400 * second;
const std::string ann = "ann@example.org";
const std::string bob = "bob@example.org";

// What was told, by whichever thread.
class Told {
public:
    bool take(const Learned& one)
    {
        std::unique_lock lock(mutex_);
        free_.wait(lock, [this] { return !held_; });
        told_.push_back(one);
        news_.notify_all();
        return std::exchange(room_, room_ || once_);
    }
    // The newest, when there are so many.
    Learned when(std::size_t count)
    {
        std::unique_lock lock(mutex_);
        news_.wait(lock, [&] { return told_.size() >= count; });
        return told_.back();
    }
    void until(const std::string& user, std::int64_t learned)
    {
        std::unique_lock lock(mutex_);
        news_.wait(lock, [&] {
            return !told_.empty() && told_.back().user == user &&
                   told_.back().learned == learned;
        });
    }
    [[nodiscard]] std::size_t count()
    {
        const std::scoped_lock lock(mutex_);
        return told_.size();
    }
    // Whoever tells waits.
    void hold(bool held)
    {
        const std::scoped_lock lock(mutex_);
        held_ = held;
        free_.notify_all();
    }
    void set_room(bool room)
    {
        const std::scoped_lock lock(mutex_);
        room_ = room;
    }
    // The next line only.
    void lose_one()
    {
        const std::scoped_lock lock(mutex_);
        room_ = false;
        once_ = true;
    }

private:
    std::mutex mutex_;
    std::condition_variable news_;
    std::condition_variable free_;
    std::vector<Learned> told_;
    bool held_ = false;
    bool room_ = true;
    bool once_ = false; // room_ is back behind the next line
};

struct Scene {
    Told told;
    std::int64_t now = 1000 * day;
    std::optional<Learner> learner;

    explicit Scene(Learner::Options options = {})
    {
        if (options.domains.empty())
            options.domains = {"example.org", "example.net"};
        options.clock = [this] { return now; };
        learner.emplace(std::move(options),
                        [this](const Learned& one) { return told.take(one); });
    }
    // A login that teaches something anew; what is told of it.
    Learned learn(const std::string& user, const std::string& password)
    {
        const std::size_t before = told.count();
        learner->accepted(user, password);
        return told.when(before + 1);
    }
    // Everything that waits for the thread has been told.
    void settle()
    {
        now += second;
        learner->accepted("last@example.net", std::to_string(now));
        told.until("last@example.net", now);
    }
};

} // namespace

TEST_CASE("learner: at the end what waits is told")
{
    Scene scene;
    for (int i = 0; i < 5; ++i)
        scene.learner->accepted(std::to_string(i) + "@example.org", "secret");
    scene.learner->finish(base::seconds{60});
    CHECK(scene.told.count() == 5);
}

TEST_CASE("learner: a password is learned once, and proved once a day")
{
    Scene scene;
    const Learned first = scene.learn(ann, "secret");
    CHECK(first.what == What::learned);
    CHECK(first.user == ann);
    CHECK(first.learned == scene.now);
    CHECK(sasl::argon2id_verify(first.verifier, "secret"));
    CHECK_FALSE(sasl::argon2id_verify(first.verifier, "Secret"));
    for (int i = 0; i < 5; ++i) {
        scene.now += 4 * 3600 * second;
        scene.learner->accepted(ann, "secret");
    }
    scene.now += 5 * 3600 * second;
    scene.learner->accepted(ann, "secret");
    CHECK(scene.told.when(2) == Learned{What::proved, ann, first.learned, ""});
    scene.learner->accepted(ann, "secret");
    scene.settle();
    CHECK(scene.told.count() == 3);
}

TEST_CASE("learner: what goes soon is proved more often, and what is old is learned anew")
{
    Scene scene({.domains = {"*"}, .age = base::seconds{3600}});
    const Learned first = scene.learn(ann, "secret");
    scene.now += 1000 * second;
    scene.learner->accepted(ann, "secret");
    CHECK(scene.told.when(2).what == What::proved);
    scene.now = first.learned + 1800 * second; // before it goes, whoever proves what
    const Learned again = scene.learn(ann, "secret");
    CHECK(again.what == What::learned);
    CHECK(again.learned == scene.now);
    scene.learner->set_policy({"*"}, base::seconds{365 * 86400});
    scene.now += 6 * day;
    CHECK(scene.learn(ann, "secret").what == What::proved);
    scene.now += 1 * day;
    CHECK(scene.learn(ann, "secret").what == What::learned);
}

TEST_CASE("learner: what was learned by a clock that is set back is learned anew")
{
    Scene scene;
    const Learned first = scene.learn(ann, "secret");
    scene.now -= 3600 * second;
    CHECK(scene.learn(bob, "secret").learned == first.learned + 1);
    scene.learner->accepted(ann, "secret"); // which is known
    CHECK(scene.learn("carl@example.org", "secret").user == "carl@example.org");
    CHECK(scene.told.count() == 3);
    scene.now -= 300 * day;
    const Learned again = scene.learn(ann, "secret");
    CHECK(again.what == What::learned);
    CHECK(again.learned == scene.now);
}

TEST_CASE("learner: another password replaces the one that is known")
{
    Scene scene;
    const Learned first = scene.learn(ann, "old");
    const Learned second_one = scene.learn(ann, "new"); // in the same microsecond
    CHECK(second_one.what == What::learned);
    CHECK(second_one.learned > first.learned);
    CHECK(sasl::argon2id_verify(second_one.verifier, "new"));
    scene.learner->refused(ann, "old"); // of which nothing is known any more
    scene.settle();
    CHECK(scene.told.count() == 3);
}

TEST_CASE("learner: only the password that is known is forgotten when it is refused")
{
    Scene scene;
    scene.learner->refused(ann, "secret");
    const Learned first = scene.learn(ann, "secret");
    scene.learner->refused(ann, "guess");
    scene.learner->refused(bob, "secret");
    scene.learner->refused(ann, "secret");
    CHECK(scene.told.when(2) == Learned{What::forgotten, ann, first.learned, ""});
    scene.learner->refused(ann, "secret");
    scene.settle();
    CHECK(scene.told.count() == 3);
    CHECK(scene.learn(ann, "secret").what == What::learned);
}

TEST_CASE("learner: only users of these domains teach, and nobody without one")
{
    const auto learns = [](std::vector<std::string> domains, const std::string& user) {
        Scene scene({.domains = std::move(domains)});
        scene.learner->set_policy({"*"}, base::seconds{86400});
        scene.settle();
        const std::size_t before = scene.told.count();
        scene.learner->set_policy({"example.org", "xn--bcher-kva.example"},
                                  base::seconds{86400});
        scene.learner->accepted(user, "secret");
        scene.learner->set_policy({"*"}, base::seconds{86400});
        scene.settle();
        return scene.told.count() - before == 2;
    };
    CHECK(learns({"a"}, ann));
    CHECK(learns({"a"}, "ann@xn--bcher-kva.example"));
    CHECK_FALSE(learns({"a"}, "ann@example.net"));
    CHECK_FALSE(learns({"a"}, "ann@sub.example.org"));
    CHECK_FALSE(learns({"a"}, "ann"));
    Scene all({.domains = {"*"}});
    all.learner->accepted("ann", "secret");
    all.learner->accepted("ann@example.org*master", "secret");
    all.learner->accepted(ann, "");
    CHECK(all.learn(ann, "secret").user == ann);
    CHECK(all.told.count() == 1);
}

TEST_CASE("learner: what finds no place, or cannot be told, is learned at a later login")
{
    Scene scene({.domains = {"*"}, .waiting = 2});
    scene.settle(); // the thread's own first work has gone
    scene.told.hold(true);
    for (int i = 0; i < 20; ++i) // one is at work, two wait
        scene.learner->accepted("user" + std::to_string(i) + "@example.org", "secret");
    scene.told.hold(false);
    (void)scene.told.when(3); // two at least had one, after the first that settled
    scene.settle();
    const std::size_t told = scene.told.count();
    CHECK(told >= 4);
    CHECK(told <= 6);
    CHECK(scene.learn("user19@example.org", "secret").user == "user19@example.org");

    scene.told.set_room(false);
    (void)scene.learn(ann, "secret");
    scene.told.set_room(true);
    scene.settle(); // by now it is known to be lost
    const std::size_t before = scene.told.count();
    scene.learner->accepted(ann, "secret");
    CHECK(scene.told.when(before + 1).user == ann);
}

TEST_CASE("learner: a refusal or a proof that cannot be told is told the next time")
{
    Scene scene;
    const Learned first = scene.learn(ann, "secret");
    scene.now += day;
    for (const std::size_t told : {2, 4}) { // lost, and then not
        if (told == 2)
            scene.told.lose_one();
        scene.learner->accepted(ann, "secret");
        CHECK(scene.told.when(told) == Learned{What::proved, ann, first.learned, ""});
        scene.settle();
    }
    for (const std::size_t told : {6, 8}) {
        if (told == 6)
            scene.told.lose_one();
        scene.learner->refused(ann, "secret");
        CHECK(scene.told.when(told) == Learned{What::forgotten, ann, first.learned, ""});
        scene.settle();
    }
    scene.learner->refused(ann, "secret");
    scene.settle();
    CHECK(scene.told.count() == 10);
}

TEST_CASE("learner: what could not be told does not undo what is newer")
{
    Scene scene;
    const Learned first = scene.learn(ann, "old");
    scene.now += day;
    scene.told.hold(true);
    scene.told.lose_one();
    scene.learner->accepted(ann, "old"); // this proof is lost
    scene.learner->refused(ann, "old");
    scene.told.hold(false);
    CHECK(scene.told.when(3) == Learned{What::forgotten, ann, first.learned, ""});
    const Learned again = scene.learn(ann, "old");
    CHECK(again.what == What::learned);

    scene.told.hold(true);
    scene.told.lose_one();
    scene.learner->refused(ann, "old"); // and this refusal
    scene.learner->accepted(ann, "new");
    scene.told.hold(false);
    const Learned newest = scene.told.when(6);
    CHECK(newest.what == What::learned);
    scene.learner->refused(ann, "old");
    scene.learner->refused(ann, "new");
    CHECK(scene.told.when(7) == Learned{What::forgotten, ann, newest.learned, ""});
}
