// SPDX-License-Identifier: Apache-2.0
// What is noted of a mailbox, from the bytes of a session, wherever they are cut.
#include "pop3/follower.h"
#include "pop3/list_watcher.h"

#include <doctest/doctest.h>
#include <string>
#include <string_view>

namespace {

using pop3::Follower;
using pop3::ListMemory;
using pop3::ListWatcher;

constexpr std::size_t plenty = 1 << 20;

// "whole a:120 b" or "some a", and "- c" of what is gone.
std::string text_of(const pop3::Sighting& seen)
{
    std::string text = seen.whole ? "whole" : "some";
    for (const pop3::Listed& one : seen.there) {
        text += " " + one.unique_id;
        if (one.octets != 0)
            text += ":" + std::to_string(one.octets);
    }
    for (const std::string& one : seen.gone)
        text += " - " + one;
    return text;
}

std::string watch(std::string_view client, std::string_view server, std::size_t most = 100,
                  std::size_t cut = plenty)
{
    ListMemory memory(plenty);
    ListWatcher watcher(most, memory);
    Follower follower(watcher, Follower::Sizes::told);
    follower.client(client);
    for (std::size_t i = 0; i < server.size(); i += cut)
        follower.server(server.substr(i, cut));
    follower.ended();
    return watcher.has_seen() ? text_of(watcher.sighting()) : "nothing";
}

} // namespace

TEST_CASE("pop3: a list is noted wherever the bytes are cut, commands sent ahead or not")
{
    const std::string_view client = "STAT\r\nLIST\r\nUIDL\r\nUIDL 2\r\nLIST 2\r\nQUIT\r\n";
    const std::string_view server = "+OK 2 320\r\n+OK\r\n1 120\r\n2 200 octets\r\n.\r\n"
                                    "+OK\r\n1 aaa\r\n2  bbb \r\n.\r\n+OK 2 bbb\r\n"
                                    "+OK 2 201\r\n+OK bye\r\n";
    for (std::size_t cut = 1; cut <= server.size(); ++cut)
        CHECK(watch(client, server, 100, cut) == "whole aaa:120 bbb:201");
}

TEST_CASE("pop3: only a complete list that was answered with +OK counts")
{
    const std::string_view whole = "+OK\r\n1 aaa\r\n2 bbb\r\n.\r\n";
    for (std::size_t length = 0; length < whole.size(); ++length)
        CHECK(watch("UIDL\r\n", whole.substr(0, length)) == "nothing");
    CHECK(watch("UIDL\r\n", whole) == "whole aaa bbb");
    CHECK(watch("UIDL\r\n", "-ERR unknown\r\n1 aaa\r\n.\r\n") == "nothing");
    CHECK(watch("UIDL\r\n", "hello\r\n1 aaa\r\n.\r\n") == "nothing");
    CHECK(watch("UIDL\r\n", "+OK\r\n.\r\n") == "whole");
    // The one before stands.
    CHECK(watch("UIDL\r\nUIDL\r\n", std::string(whole) + "+OK\r\n1 ccc\r\n") ==
          "whole aaa bbb");
    CHECK(watch("UIDL\r\nUIDL\r\n", std::string(whole) + "-ERR busy\r\n") ==
          "whole aaa bbb");
    CHECK(watch("UIDL 2\r\nUIDL 1\r\nUIDL 9\r\n",
                "+OK 2 bbb\r\n+OK 1 aaa\r\n-ERR no\r\n") == "some aaa bbb");
    CHECK(watch("LIST\r\nSTAT\r\n", "+OK\r\n1 120\r\n.\r\n+OK 1 120\r\n") == "nothing");
    CHECK(watch("RETR 1\r\n", "+OK\r\n1 aaa\r\n.\r\n") == "nothing");
}

TEST_CASE("pop3: what is deleted is off the list with a QUIT that was answered well")
{
    const std::string list = "+OK\r\n1 a\r\n2 b\r\n3 c\r\n.\r\n";
    CHECK(watch("UIDL\r\nDELE 2\r\nQUIT\r\n", list + "+OK\r\n+OK\r\n") == "whole a c - b");
    CHECK(watch("UIDL\r\nDELE 2\r\nQUIT\r\n", list + "+OK\r\n-ERR no\r\n") ==
          "whole a b c");
    CHECK(watch("UIDL\r\nDELE 2\r\nQUIT\r\n", list + "+OK\r\n") == "whole a b c");
    CHECK(watch("UIDL\r\nDELE 2\r\nQUIT\r\n", list + "-ERR\r\n+OK\r\n") == "whole a b c");
    CHECK(watch("UIDL\r\nDELE 2\r\nRSET\r\nDELE 9\r\nQUIT\r\n",
                list + "+OK\r\n+OK\r\n+OK\r\n+OK\r\n") == "whole a b c");
    CHECK(watch("UIDL 7\r\nDELE 7\r\nQUIT\r\n", "+OK 7 g\r\n+OK\r\n+OK\r\n") == "some - g");
}

TEST_CASE("pop3: a list that leaves out what is marked does not forget it")
{
    const std::string before = "+OK\r\n1 a\r\n2 b\r\n3 c\r\n.\r\n+OK\r\n+OK\r\n";
    const std::string again = "+OK\r\n2 b\r\n.\r\n";
    const std::string asks = "UIDL\r\nDELE 1\r\nDELE 3\r\nUIDL\r\n";
    CHECK(watch(asks + "QUIT\r\n", before + again + "+OK\r\n") == "whole b - a - c");
    CHECK(watch(asks + "RSET\r\nQUIT\r\n", before + again + "+OK\r\n+OK\r\n") ==
          "whole a b c");
}

TEST_CASE("pop3: of what a server says only unique ids are noted")
{
    const std::string longest(pop3::longest_unique_id, 'x');
    CHECK(watch("UIDL\r\n", "+OK\r\n1 " + longest + "\r\n2 " + longest + "y\r\n3 b b\r\n" +
                                "4 \x01\r\n5 \xc3\xa4\r\n6\r\n7 \r\nx y\r\n0 z\r\n" +
                                "99999999999 w\r\n8 ok\r\n8 twice\r\n2 back\r\n.\r\n") ==
          "whole " + longest + " ok");
    CHECK(watch("UIDL\r\nLIST\r\n",
                "+OK\r\n1 a\r\n2 b\r\n.\r\n+OK\r\n1 -5\r\n2 x\r\n"
                "2 99999999999999999999\r\n7 10\r\n0 1\r\n.\r\n") == "whole a b");
    CHECK(watch("UIDL\r\n", "+OK\r\n1 " + std::string(1 << 18, 'x') + "\r\n.\r\n") ==
          "whole");
}

TEST_CASE("pop3: of a list that is too long the newest are noted, and memory has an end")
{
    std::string uids = "+OK\r\n";
    std::string sizes = "+OK\r\n";
    for (int i = 1; i <= 1000; ++i) {
        uids += std::to_string(i) + " u" + std::to_string(i) + "\r\n";
        sizes += std::to_string(i) + " " + std::to_string(i) + "\r\n";
    }
    const std::string server = sizes + ".\r\n" + uids + ".\r\n";
    const std::string client = "LIST\r\nUIDL\r\n";
    ListMemory memory(plenty);
    {
        ListWatcher watcher(3, memory);
        Follower follower(watcher, Follower::Sizes::told);
        follower.client(client);
        follower.server(server);
        const pop3::MailboxList list = pop3::take_in({}, watcher.sighting(), 3);
        CHECK(text_of({.whole = true, .there = list, .gone = {}}) ==
              "whole u998:998 u999:999 u1000:1000");
    }
    ListMemory little(5000);
    ListWatcher poor(1000, little);
    Follower follower(poor, Follower::Sizes::told);
    follower.client(client);
    follower.server(server);
    CHECK_FALSE(poor.has_seen());
    // All has come back.
    CHECK(memory.take(plenty));
    CHECK(little.take(5000));
}

TEST_CASE("pop3: a mailbox without end takes nobody else's memory")
{
    ListMemory memory(plenty);
    ListWatcher greedy(plenty, memory);
    std::size_t taken = 0;
    greedy.listing_began();
    for (std::uint32_t i = 1; i <= 100'000; ++i) {
        greedy.identified(i, "id" + std::to_string(i));
        const std::size_t others = memory.octets() - memory.most_for_one();
        if (memory.take(others))
            memory.give(others);
        else
            ++taken;
    }
    CHECK(taken == 0);
    greedy.listing_ended(true);
    CHECK_FALSE(greedy.has_seen());
}

TEST_CASE(
    "pop3: a shortage of memory for lists is told once, and not what one asks too much")
{
    ListMemory memory(plenty);
    ListWatcher greedy(plenty, memory);
    for (std::uint32_t i = 1; i <= 100'000; ++i)
        greedy.sized(i, 1);
    CHECK_FALSE(memory.is_to_be_told());
    REQUIRE(memory.take(plenty));
    ListWatcher late(100, memory);
    late.identified(1, "a");
    CHECK_FALSE(late.has_seen());
    CHECK(memory.is_to_be_told());
    late.identified(1, "a");
    CHECK_FALSE(memory.take(1));
    CHECK_FALSE(memory.is_to_be_told());
}

TEST_CASE("pop3: the short form in any order, again and again, costs no more")
{
    ListMemory memory(plenty);
    ListWatcher watcher(4, memory);
    for (int round = 0; round < 10'000; ++round)
        for (const std::uint32_t message : {5, 3, 9, 7})
            watcher.identified(message, round % 2 == 0 ? "even" + std::to_string(message)
                                                       : "odd" + std::to_string(message));
    CHECK(text_of(watcher.sighting()) == "some odd3 odd5 odd7 odd9");
}

TEST_CASE("pop3: a digest is that of the ids that stay, in their order")
{
    ListMemory memory(plenty);
    const auto digest = [&](std::string_view client, std::string_view server) {
        ListWatcher watcher(10, memory);
        Follower follower(watcher);
        follower.client(client);
        follower.server(server);
        return watcher.digest();
    };
    const std::uint64_t two = digest("UIDL\r\n", "+OK\r\n1 a\r\n2 b\r\n.\r\n");
    CHECK(two == digest("UIDL\r\n", "+OK\r\n1 a\r\n3 b\r\n.\r\n"));
    CHECK(two != digest("UIDL\r\n", "+OK\r\n1 ab\r\n.\r\n"));
    CHECK(two != digest("UIDL\r\n", "+OK\r\n1 b\r\n2 a\r\n.\r\n"));
    CHECK(two == digest("UIDL\r\nDELE 1\r\nQUIT\r\n",
                        "+OK\r\n1 c\r\n2 a\r\n3 b\r\n.\r\n+OK\r\n+OK\r\n"));
}

TEST_CASE("pop3: what is known of a mailbox after what was seen")
{
    using pop3::MailboxList;
    using pop3::take_in;
    const MailboxList known{{"a", 1}, {"b", 2}, {"c", 3}};
    CHECK(take_in(known, {.whole = true, .there = {{"b", 0}, {"d", 4}}, .gone = {}}, 10) ==
          MailboxList{{"b", 2}, {"d", 4}});
    CHECK(take_in(known, {.whole = false, .there = {{"d", 4}, {"b", 5}}, .gone = {"a"}},
                  10) == MailboxList{{"b", 5}, {"c", 3}, {"d", 4}});
    CHECK(take_in(known, {.whole = false, .there = {{"d", 0}}, .gone = {}}, 2) ==
          MailboxList{{"c", 3}, {"d", 0}});
    CHECK(take_in(known,
                  {.whole = true, .there = {{"x", 0}, {"y", 0}, {"x", 7}}, .gone = {}},
                  10) == MailboxList{{"y", 0}, {"x", 7}});
    CHECK(take_in(known, {.whole = true, .there = {}, .gone = {}}, 10).empty());
}
