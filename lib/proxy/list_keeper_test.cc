// SPDX-License-Identifier: Apache-2.0
#include "net/test_support.h"
#include "pop3/follower.h"
#include "proxy/list_keeper.h"
#include "spool/test_spool.h"

#include <doctest/doctest.h>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

using pop3::MailboxList;
using proxy::ListKeeper;
using spool::MailboxLists;

namespace {

const std::string anna = "anna@example.org";
const std::string bert = "bert@example.org";

struct Scene {
    Scene() { spool::make_lists_directory(spool.path); }

    // It looks at what has waited when it is destroyed, or at once.
    void start(base::milliseconds turn = base::seconds(3600),
               base::milliseconds rest = base::milliseconds(0))
    {
        keeper = std::make_unique<ListKeeper>(ListKeeper::Options{.spool = spool.path,
                                                                  .free_space = free_space,
                                                                  .forgets = true,
                                                                  .users = users,
                                                                  .waiting = waiting,
                                                                  .memory = 1 << 20,
                                                                  .turn = turn,
                                                                  .rest = rest},
                                              policy);
    }
    void session(const std::string& user, std::string_view client, std::string_view server)
    {
        auto watcher = keeper->watch(user);
        REQUIRE(watcher);
        pop3::Follower follower(*watcher, pop3::Follower::Sizes::told);
        follower.client(client);
        follower.server(server);
        follower.ended();
        keeper->take(user, std::move(watcher));
    }
    void lists(const std::string& user, std::initializer_list<const char*> ids)
    {
        std::string answer = "+OK\r\n";
        int number = 0;
        for (const char* id : ids)
            answer += std::to_string(++number) + " " + id + "\r\n";
        session(user, "UIDL\r\n", answer + ".\r\n");
    }
    // One process, from its start to its end.
    void process(const std::string& user, std::initializer_list<const char*> ids)
    {
        start();
        lists(user, ids);
        keeper.reset();
    }
    [[nodiscard]] std::string kept(const std::string& user) const
    {
        std::string text;
        for (const pop3::Listed& one : MailboxLists(spool.path).read(user).mails)
            text += (text.empty() ? "" : " ") + one.unique_id;
        return text;
    }
    // Waits for it.
    [[nodiscard]] bool comes(const std::string& user, const std::string& ids) const
    {
        const auto until = base::Steady::now() + base::seconds(20);
        while (kept(user) != ids && base::Steady::now() < until)
            std::this_thread::yield();
        return kept(user) == ids;
    }
    [[nodiscard]] auto stamp(const std::string& user) const
    {
        return MailboxLists(spool.path).stamp(user);
    }

    spool::test::TemporarySpool spool;
    ListKeeper::Policy policy{.domains = {"example.org"}};
    std::uint64_t free_space = 0;
    std::size_t users = 100;
    std::size_t waiting = 100;
    std::unique_ptr<ListKeeper> keeper;
};

} // namespace

TEST_CASE("proxy: what a mailbox has listed is kept, of users who teach only")
{
    Scene scene;
    scene.start();
    CHECK_FALSE(scene.keeper->watch("carl@other.test"));
    CHECK_FALSE(scene.keeper->watch("carl"));
    CHECK_FALSE(scene.keeper->watch(""));
    scene.session(anna, "LIST\r\nUIDL\r\nDELE 2\r\nQUIT\r\n",
                  "+OK\r\n1 120\r\n2 5\r\n3 7\r\n.\r\n+OK\r\n1 a\r\n2 b\r\n3 c\r\n.\r\n"
                  "+OK\r\n+OK\r\n");
    scene.session(bert, "STAT\r\n", "+OK 1 1\r\n");
    scene.keeper.reset();
    CHECK(MailboxLists(scene.spool.path).read(anna).mails ==
          MailboxList{{"a", 120}, {"c", 7}});
    CHECK_FALSE(scene.stamp(bert));
}

TEST_CASE("proxy: a list is written when it has changed, and not otherwise")
{
    Scene scene;
    scene.process(anna, {"a", "b"});
    const auto first = scene.stamp(anna);
    REQUIRE(first);
    scene.process(anna, {"a", "b"}); // nor after a restart
    CHECK(scene.stamp(anna) == first);
    scene.start();
    for (int i = 0; i < 3; ++i)
        scene.lists(anna, {"a", "b"});
    scene.keeper.reset();
    CHECK(scene.stamp(anna) == first);
    scene.process(anna, {"b", "c"});
    CHECK(scene.stamp(anna) != first);
    CHECK(scene.kept(anna) == "b c");
    scene.process(anna, {});
    CHECK_FALSE(scene.stamp(anna));
}

TEST_CASE("proxy: a list that changes often is written after a rest, its newest state")
{
    Scene scene;
    scene.start(base::milliseconds(1), base::seconds(3600));
    scene.lists(anna, {"a"});
    REQUIRE(scene.comes(anna, "a"));
    const auto first = scene.stamp(anna);
    scene.lists(anna, {"a", "b"});
    scene.lists(anna, {"a", "b", "c"});
    // Others do not have to wait; by then it was anna's turn, too.
    for (int i = 0; i < 3; ++i) {
        const std::string other = "other" + std::to_string(i) + "@example.org";
        scene.lists(other, {"x"});
        REQUIRE(scene.comes(other, "x"));
    }
    CHECK(scene.stamp(anna) == first);
    scene.keeper.reset();
    CHECK(scene.kept(anna) == "a b c");
}

TEST_CASE("proxy: what another process has seen later is not replaced")
{
    Scene scene;
    scene.start();
    scene.lists(anna, {"a"});
    auto slow = std::move(scene.keeper);
    scene.process(anna, {"a", "b"});
    slow.reset();
    CHECK(scene.kept(anna) == "a b");
}

TEST_CASE("proxy: what another process has written in between is seen")
{
    Scene scene;
    scene.start(base::milliseconds(1));
    scene.lists(anna, {"a"});
    REQUIRE(scene.comes(anna, "a"));
    auto first = std::move(scene.keeper);
    scene.process(anna, {"a", "b"});
    scene.keeper = std::move(first);
    scene.lists(anna, {"a"});
    CHECK(scene.comes(anna, "a"));
}

TEST_CASE("proxy: single answers add to the list and take from it")
{
    Scene scene;
    scene.process(anna, {"a", "b", "c"});
    scene.start();
    scene.session(anna, "UIDL 4\r\n", "+OK 4 d\r\n");
    scene.session(anna, "UIDL 1\r\nDELE 1\r\nQUIT\r\n", "+OK 1 a\r\n+OK\r\n+OK\r\n");
    scene.keeper.reset();
    CHECK(scene.kept(anna) == "b c d");
}

TEST_CASE("proxy: of too long a list the newest are kept, and sizes of one that has none")
{
    Scene scene;
    scene.policy.most = 2;
    scene.start();
    scene.session(anna, "UIDL\r\nLIST\r\n",
                  "+OK\r\n1 a\r\n2 b\r\n3 c\r\n.\r\n+OK\r\n1 1\r\n2 2\r\n3 3\r\n.\r\n");
    scene.keeper.reset();
    CHECK(MailboxLists(scene.spool.path).read(anna).mails ==
          MailboxList{{"b", 2}, {"c", 3}});
    scene.policy.most = 10;
    scene.process(anna, {"a", "b", "c"});
    CHECK(MailboxLists(scene.spool.path).read(anna).mails ==
          MailboxList{{"a", 0}, {"b", 2}, {"c", 3}});
}

TEST_CASE("proxy: remembering nothing forgets all, at a start and after a reload")
{
    Scene scene;
    scene.process(anna, {"a"});
    scene.policy.most = 0;
    scene.start();
    CHECK_FALSE(scene.keeper->watch(anna));
    CHECK(scene.comes(anna, ""));
    scene.keeper.reset();
    CHECK_FALSE(scene.stamp(anna));
    scene.policy.most = 5;
    scene.start(base::milliseconds(1));
    scene.lists(anna, {"a"});
    CHECK(scene.comes(anna, "a"));
    scene.keeper->set_policy({.domains = {"example.org"}, .most = 0});
    CHECK_FALSE(scene.keeper->watch(anna));
    CHECK(scene.comes(anna, ""));
    scene.keeper->set_policy({.domains = {"*"}, .most = 1});
    scene.lists(bert, {"a", "b"});
    CHECK(scene.comes(bert, "b"));
}

TEST_CASE("proxy: users who have not been seen for long are forgotten")
{
    Scene scene;
    scene.process(anna, {"a"});
    scene.process(bert, {"b"});
    for (const auto& entry :
         std::filesystem::directory_iterator(scene.spool.path + "/lists"))
        if (entry.file_size() > 0)
            std::filesystem::last_write_time(entry.path(),
                                             std::filesystem::file_time_type::clock::now() -
                                                 std::chrono::hours(29 * 24));
    const auto old = scene.stamp(bert);
    scene.process(bert, {"b"}); // seen again: it is not old any more
    CHECK(scene.stamp(bert) != old);
    scene.policy.age = base::seconds(28 * 86400);
    scene.start();
    CHECK(scene.comes(anna, ""));
    CHECK(scene.kept(bert) == "b");
}

TEST_CASE("proxy: what waits is kept while sessions stay that do not end")
{
    Scene scene;
    scene.start();
    const auto stays = scene.keeper->watch(bert);
    REQUIRE(stays);
    scene.lists(anna, {"a", "b"});
    scene.keeper->finish();
    CHECK(scene.kept(anna) == "a b");
    stays->identified(1, "x");
    CHECK(stays->has_seen());
    scene.keeper->finish();
}

TEST_CASE("proxy: what there is no time for at the end is not kept")
{
    Scene scene;
    scene.start();
    scene.lists(anna, {"a", "b"});
    scene.keeper->finish(base::milliseconds{0});
    CHECK_FALSE(scene.stamp(anna));
}

TEST_CASE("proxy: a disk that is full, or a crowd, costs the list and nothing else")
{
    Scene scene;
    SUBCASE("full")
    {
        scene.free_space = UINT64_MAX;
        scene.process(anna, {"a"});
        CHECK_FALSE(scene.stamp(anna));
    }
    SUBCASE("no directory")
    {
        std::filesystem::remove(scene.spool.path + "/lists");
        scene.process(anna, {"a"});
        CHECK_FALSE(scene.stamp(anna));
    }
    SUBCASE("crowd")
    {
        scene.waiting = 1;
        scene.start();
        scene.lists(anna, {"a"});
        scene.lists(bert, {"b"});
        scene.lists(anna, {"a", "b"});
        scene.keeper.reset();
        CHECK(scene.kept(anna) == "a b");
        CHECK_FALSE(scene.stamp(bert));
    }
}
