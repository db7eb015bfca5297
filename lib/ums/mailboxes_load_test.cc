// SPDX-License-Identifier: Apache-2.0
// How the queue is looked at, and what happens when it cannot be.
#include "base/failure.h"
#include "net/event.h"
#include "spool/hidden_mail.h"
#include "ums/scene_test.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <doctest/doctest.h>
#include <functional>
#include <map>
#include <new>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

using db::AddressKind;
using spool::MessageId;
using ums::Scene;

TEST_CASE("ums: while it is found out whose a list's mail is, others have their turn")
{
    // Its questions go by what was asked since others had their turn.
    struct Watched final : delivery::Facts {
        std::map<std::string, std::vector<db::AddressRow>, std::less<>> rows;
        std::size_t asked = 0;
        std::optional<db::Domain> domain(std::string_view) override
        {
            ++asked;
            return db::Domain{};
        }
        std::vector<db::AddressRow> address(std::string_view address) override
        {
            ++asked;
            const auto found = rows.find(address);
            return found == rows.end() ? std::vector<db::AddressRow>() : found->second;
        }
        const std::vector<db::RouteHost>& route(std::string_view) override { return none; }
        const std::vector<db::RouteHost>& named_route(std::string_view) override
        {
            return none;
        }
        std::uint64_t version() override { return 1; }
        std::vector<db::RouteHost> none;
    };
    constexpr std::size_t members = 200;
    constexpr std::size_t lists = 100;
    Scene scene;
    Watched facts;
    for (std::size_t i = 0; i < members; ++i)
        facts.rows["list@u.test"].push_back(
            {"list@u.test", AddressKind::forward, "u" + std::to_string(i) + "@u.test"});
    {
        spool::Writer writer(scene.spool.writer_options());
        for (std::size_t i = 0; i < lists; ++i)
            (void)scene.put(writer, Scene::envelope({"list@u.test"}));
    }
    ums::Mailboxes boxes(
        scene.loop,
        {.spool = scene.spool.directory(), .messages = 1000, .fresh_for = {}, .rest = 0},
        facts);
    bool done = false;
    std::size_t most = 0;
    std::size_t all = 0;
    const auto look = [&]() -> net::Task<void> {
        co_await boxes.refresh();
        done = true;
    };
    const auto watch = [&]() -> net::Task<void> {
        while (!done) {
            const std::size_t asked = std::exchange(facts.asked, 0);
            most = std::max(most, asked);
            all += asked;
            net::Promise<bool> turn(scene.loop);
            turn.setter()(true);
            (void)co_await turn.get();
        }
    };
    net::test::run(scene.loop, look(), watch());
    CHECK(boxes.of("u7@u.test").size() == lists);
    CHECK(all > members * lists);
    CHECK(most < 10 * members);
}

TEST_CASE("ums: between two looks at the queue it is as it was")
{
    Scene scene;
    scene.start({.spool = {},
                 .messages = 10,
                 .fresh_for = base::milliseconds(3'600'000),
                 .rest = 19});
    const MessageId first = scene.put({"anna@u.test"});
    CHECK(scene.uids("anna@u.test") == Scene::texts({first}));
    (void)scene.put({"anna@u.test"});
    CHECK(scene.uids("anna@u.test") == Scene::texts({first}));
}

TEST_CASE("ums: what a younger process hides is not forgotten by an older look")
{
    Scene scene;
    const MessageId old = scene.put({"anna@u.test"});
    spool::HiddenMail ours(scene.spool.directory());
    const auto prune = [&] {
        ours.prune([&](MessageId id) { return scene.boxes->has(id); });
    };
    scene.refresh();
    prune();
    const MessageId fresh = scene.put({"anna@u.test"});
    const std::vector<MessageId> deleted = {old, fresh, MessageId(7)};
    spool::HiddenMail(scene.spool.directory()).add("anna@u.test", deleted);
    prune();
    CHECK(ours.read("anna@u.test") == std::set<MessageId>{old, fresh, MessageId(7)});
    scene.refresh();
    prune();
    CHECK(ours.read("anna@u.test") == std::set<MessageId>{old, fresh});
}

TEST_CASE("ums: many who look at the same time share one look")
{
    Scene scene;
    const MessageId id = scene.put({"anna@u.test"});
    std::vector<net::Task<void>> all;
    std::size_t seen = 0;
    const auto look = [&]() -> net::Task<void> {
        co_await scene.boxes->refresh();
        seen += scene.boxes->of("anna@u.test").size();
    };
    for (int i = 0; i < 50; ++i)
        all.push_back(look());
    net::test::run(scene.loop, std::move(all));
    CHECK(seen == 50);
    CHECK(scene.read(id).ends_with("text\r\n"));
}

TEST_CASE("ums: a queue that cannot be read is said, and what was known stays")
{
    Scene scene;
    const MessageId id = scene.put({"anna@u.test"});
    { // its owner leaves a snapshot
        spool::Queue queue(scene.spool.options());
        spool::read_log(queue);
    }
    CHECK(scene.uids("anna@u.test") == Scene::texts({id}));
    const std::string snapshot = scene.spool.directory() + "/queue/snapshot";
    const std::string before = spool::read_file(snapshot);
    spool::write_file(snapshot, "nonsense");
    CHECK_THROWS_AS(scene.refresh(), base::Failure);
    CHECK(scene.boxes->of("anna@u.test").size() == 1);
    spool::write_file(snapshot, before);
    CHECK(scene.uids("anna@u.test") == Scene::texts({id}));
}

TEST_CASE("ums: a directory that does not answer is said, and asked again")
{
    struct Moody final : delivery::Facts {
        delivery::TestFacts& facts;
        bool answers = false;
        bool has_memory = true;
        explicit Moody(delivery::TestFacts& f) : facts(f) {}
        void ask() const
        {
            if (!has_memory)
                throw std::bad_alloc();
            if (!answers)
                throw base::Failure(base::Remedy::try_later, "database is locked");
        }
        std::optional<db::Domain> domain(std::string_view name) override
        {
            ask();
            return facts.domain(name);
        }
        std::vector<db::AddressRow> address(std::string_view address) override
        {
            ask();
            return facts.address(address);
        }
        const std::vector<db::RouteHost>& route(std::string_view recipient) override
        {
            return facts.route(recipient);
        }
        const std::vector<db::RouteHost>& named_route(std::string_view pattern) override
        {
            return facts.named_route(pattern);
        }
        std::uint64_t version() override { return facts.version(); }
    };
    Scene scene;
    const MessageId id = scene.put({"anna@u.test"});
    Moody moody(scene.facts);
    ums::Mailboxes boxes(
        scene.loop,
        {.spool = scene.spool.directory(), .messages = 10, .fresh_for = {}, .rest = 0},
        moody);
    CHECK_THROWS_AS(net::test::run(scene.loop, boxes.refresh()), base::Failure);
    CHECK(boxes.of("anna@u.test").empty());
    moody.has_memory = false;
    CHECK_THROWS_AS(net::test::run(scene.loop, boxes.refresh()), base::Failure);
    moody.has_memory = true;
    moody.answers = true;
    net::test::run(scene.loop, boxes.refresh());
    REQUIRE(boxes.of("anna@u.test").size() == 1);
    CHECK(boxes.of("anna@u.test")[0].id == id);
}

TEST_CASE("ums: what ten thousand messages cost")
{
    Scene scene;
    constexpr int count = 10'000;
    {
        spool::Writer writer(scene.spool.writer_options());
        for (int i = 0; i < count; ++i) {
            spool::Draft draft = writer.begin();
            draft.append("Subject: test\r\n\r\ntext\r\n");
            writer.commit(std::move(draft),
                          Scene::envelope({"u" + std::to_string(i % 100) + "@u.test"}),
                          [](const spool::CommitResult&) {});
        }
        (void)scene.put(writer, Scene::envelope({"anna@u.test"}));
    }
    const auto timed = [&](const std::string& what) {
        const base::SteadyTime begin = base::Steady::now();
        scene.refresh();
        MESSAGE(what << ": "
                     << std::chrono::duration_cast<base::milliseconds>(base::Steady::now() -
                                                                       begin)
                            .count()
                     << " ms");
    };
    timed("first");
    timed("nothing new");
    (void)scene.put({"anna@u.test"});
    timed("one more");
    ++scene.facts.changes;
    timed("all anew");
    CHECK(scene.boxes->of("u7@u.test").size() == count / 100);
    CHECK(scene.boxes->of("anna@u.test").size() == 2);
}
