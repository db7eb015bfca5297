// SPDX-License-Identifier: Apache-2.0
#include "base/failure.h"
#include "net/test_support.h"
#include "spool/test_spool.h"
#include "ums/remembered.h"

#include <doctest/doctest.h>
#include <filesystem>
#include <optional>
#include <string>

using pop3::MailboxList;
using spool::MailboxLists;
using ums::Remembered;

namespace {

const std::string anna = "anna@example.org";

struct Scene {
    Scene() { spool::make_lists_directory(spool.path); }

    MailboxList of(Remembered::Options options = {})
    {
        net::Loop loop;
        Remembered remembered(loop, spool.path, options);
        MailboxList list;
        const auto ask = [&]() -> net::Task<void> {
            list = (co_await remembered.of(anna)).mails;
            loop.stop();
        };
        loop.spawn("test", ask());
        loop.run();
        return list;
    }
    // And asks, so that it is done.
    MailboxList add(const MailboxList& fetched, Remembered::Options options = {},
                    const std::vector<std::string>& gone = {})
    {
        net::Loop loop;
        Remembered remembered(loop, spool.path, options);
        MailboxList list;
        const auto ask = [&]() -> net::Task<void> {
            remembered.note(anna, {.whole = false, .there = fetched, .gone = gone});
            list = (co_await remembered.of(anna)).mails;
            loop.stop();
        };
        loop.spawn("test", ask());
        loop.run();
        return list;
    }

    spool::test::TemporarySpool spool;
    MailboxLists lists{spool.path};
};

} // namespace

TEST_CASE("ums: queued mail comes first, and what is queued and remembered once")
{
    const std::vector<ums::Mail> queued{
        {.id = {}, .uid = "q1", .known_as = {}, .size = 10, .recipients = {}},
        {.id = {}, .uid = "q2", .known_as = {}, .size = 20, .recipients = {}}};
    const auto drops = ums::drops_of(queued, {{"a", 1}, {"q2", 21}, {"b", 0}});
    REQUIRE(drops.size() == 4);
    const char* const uids[] = {"q1", "q2", "a", "b"};
    const std::uint64_t octets[] = {10, 20, 1, 0};
    for (std::size_t i = 0; i < drops.size(); ++i) {
        CHECK(drops[i].uid == uids[i]);
        CHECK(drops[i].octets == octets[i]);
        CHECK(drops[i].elsewhere == (i >= 2));
    }
    CHECK(ums::drops_of({}, {}).empty());
}

TEST_CASE("ums: what is remembered is shown as long as the settings say")
{
    Scene scene;
    CHECK(scene.of().empty());
    scene.lists.write(anna, {.mails = {{"a", 1}, {"b", 2}, {"c", 3}}, .time = 5});
    CHECK(scene.of() == MailboxList{{"a", 1}, {"b", 2}, {"c", 3}});
    CHECK(scene.of({.most = 2}) == MailboxList{{"b", 2}, {"c", 3}});
    CHECK(scene.of({.most = 0}).empty());
    CHECK(scene.of({.age = base::seconds(0)}).empty());
}

TEST_CASE("ums: what was fetched of the queue is added to what the mailbox listed")
{
    Scene scene;
    scene.lists.write(anna, {.mails = {{"a", 1}, {"b", 2}}, .time = 5});
    CHECK(scene.add({{"q", 7}, {"b", 2}}) == MailboxList{{"a", 1}, {"b", 2}, {"q", 7}});
    // What the server lists later counts, however soon.
    CHECK(scene.lists.read(anna).time == 5);
    const auto stamp = scene.lists.stamp(anna);
    CHECK(scene.add({{"q", 7}}).size() == 3);
    CHECK(scene.add({}).size() == 3);
    CHECK(scene.lists.stamp(anna) == stamp);
    CHECK(scene.add({{"r", 8}}, {.most = 2}) == MailboxList{{"q", 7}, {"r", 8}});
    CHECK(scene.add({{"s", 9}}, {.most = 0}).empty());
    CHECK(scene.of() == MailboxList{{"q", 7}, {"r", 8}});
    CHECK(scene.add({}, {}, {"q", "unknown"}) == MailboxList{{"r", 8}});
}

TEST_CASE("ums: what the last sessions have fetched is written before all ends")
{
    Scene scene;
    MailboxList fetched;
    {
        net::Loop loop;
        Remembered remembered(loop, scene.spool.path, {});
        for (int i = 0; i < 100; ++i) {
            fetched.push_back({"q" + std::to_string(i), 7});
            remembered.note(anna, {.whole = false, .there = {fetched.back()}, .gone = {}});
        }
    }
    CHECK(scene.lists.read(anna).mails == fetched);
}

TEST_CASE("ums: who finds no room for his list is refused until others have gone")
{
    Scene scene;
    scene.lists.write(anna, {.mails = {{"a", 1}, {"b", 2}, {"c", 3}}, .time = 5});
    net::Loop loop;
    Remembered remembered(loop, scene.spool.path, {}, 500);
    std::size_t shown = 0;
    std::string refused;
    const auto ask = [&]() -> net::Task<void> {
        std::vector<Remembered::Shown> sessions;
        try {
            for (;;) {
                sessions.push_back(co_await remembered.of(anna));
                ++shown;
            }
        } catch (const base::Failure& failure) {
            refused = failure.what();
        }
        sessions.pop_back();
        sessions.push_back(co_await remembered.of(anna));
        CHECK(sessions.back().mails.size() == 3);
        // Who has no list needs no room.
        CHECK((co_await remembered.of("bert@example.org")).mails.empty());
    };
    net::test::run(loop, ask());
    CHECK(shown == 2);
    CHECK(refused == "too many long lists at once");
}

TEST_CASE("ums: a list that cannot be read is none")
{
    Scene scene;
    scene.lists.write(anna, {.mails = {{"a", 1}}, .time = 5});
    for (const auto& entry :
         std::filesystem::directory_iterator(scene.spool.path + "/lists"))
        std::filesystem::resize_file(entry.path(), entry.file_size() - 1);
    CHECK(scene.of().empty());
    CHECK(scene.add({{"q", 7}}) == MailboxList{{"q", 7}});
}
