// SPDX-License-Identifier: Apache-2.0
// Nothing that was chosen comes twice.
#include "choice.h"
#include "select.h"

#include <doctest/doctest.h>
#include <initializer_list>

namespace {

using replayctl::Choice;
using replayctl::choose;
using spool::Found;
using spool::MessageId;

Found message(std::uint64_t id, std::initializer_list<const char*> recipients)
{
    Found found;
    found.envelope.id = MessageId(id);
    found.where = {id, 16};
    found.size = 100 * id;
    for (const char* const address : recipients)
        found.envelope.recipients.push_back({.address = address, .orcpt = {}});
    return found;
}

Found forward(std::uint64_t id, std::uint64_t parent, const char* from, const char* to)
{
    Found found = message(id, {to});
    found.envelope.origin = spool::Origin::forward;
    found.envelope.parent = MessageId(parent);
    found.envelope.recipients[0].via = {from};
    return found;
}

bool nobody_waits(MessageId, std::uint32_t)
{
    return false;
}

bool unmarked(const Found&)
{
    return false;
}

using Recipients = std::vector<spool::ReplayRecipient>;

} // namespace

TEST_CASE("replayctl: all recipients, or some of them")
{
    const std::vector<Found> all = {message(1, {"a@x.test", "B@y.test"}),
                                    message(2, {"c@x.test"})};
    const Choice everybody = choose(all, {}, nobody_waits, unmarked);
    REQUIRE(everybody.items.size() == 2);
    CHECK(everybody.items[0].recipients == Recipients{{0, "a@x.test"}, {1, "B@y.test"}});
    CHECK(everybody.items[0].size == 100);
    const Choice some = choose(all, {.recipient = "@Y.test", .to = {}, .to_domain = {}},
                               nobody_waits, unmarked);
    REQUIRE(some.items.size() == 1);
    CHECK(some.items[0].recipients == Recipients{{1, "B@y.test"}});
}

TEST_CASE("replayctl: other addresses, each once in a message")
{
    const std::vector<Found> all = {message(1, {"a@x.test", "b@y.test"})};
    const Choice one = choose(all, {.recipient = {}, .to = "c@z.test", .to_domain = {}},
                              nobody_waits, unmarked);
    CHECK(one.items.at(0).recipients == Recipients{{0, "c@z.test"}});
    const Choice domain = choose(all, {.recipient = {}, .to = {}, .to_domain = "z.test"},
                                 nobody_waits, unmarked);
    CHECK(domain.items.at(0).recipients == Recipients{{0, "a@z.test"}, {1, "b@z.test"}});
}

TEST_CASE("replayctl: who still waits is left out")
{
    const std::vector<Found> all = {message(1, {"a@x.test", "b@x.test"}),
                                    message(2, {"c@x.test"})};
    const auto waits = [](MessageId id, std::uint32_t i) {
        return id == MessageId(2) || i == 0;
    };
    const Choice choice = choose(all, {}, waits, unmarked);
    REQUIRE(choice.items.size() == 1);
    CHECK(choice.items[0].recipients == Recipients{{1, "b@x.test"}});
    CHECK(choice.left_out.waiting == 2);
}

TEST_CASE("replayctl: what is forwarded again of its original is left out")
{
    const std::vector<Found> all = {message(1, {"list@x.test", "other@x.test"}),
                                    forward(2, 1, "LIST@x.test", "a@x.test"),
                                    forward(3, 9, "list@x.test", "b@x.test")};
    const Choice choice = choose(all, {}, nobody_waits, unmarked);
    REQUIRE(choice.items.size() == 2);
    CHECK(choice.items[1].id == MessageId(3)); // whose original is not there
    CHECK(choice.left_out.forwards == 1);
    // The one who forwards does not get it again, so who got it by him does.
    const Choice some = choose(all, {.recipient = "a@x.test", .to = {}, .to_domain = {}},
                               nobody_waits, unmarked);
    REQUIRE(some.items.size() == 1);
    CHECK(some.items[0].id == MessageId(2));
}

TEST_CASE("replayctl: a forward is known as that, though its id is the smaller one")
{
    const std::vector<Found> all = {forward(1, 3, "list@x.test", "a@x.test"),
                                    message(2, {"b@x.test"}), message(3, {"list@x.test"})};
    const Choice choice = choose(all, {}, nobody_waits, unmarked);
    REQUIRE(choice.items.size() == 2);
    CHECK(choice.items[0].id == MessageId(2));
    CHECK(choice.items[1].id == MessageId(3));
    CHECK(choice.left_out.forwards == 1);
}

TEST_CASE("replayctl: one who forwards and keeps his mail gets it once")
{
    std::vector<Found> all = {message(1, {"bob@x.test"}),
                              forward(2, 1, "bob@x.test", "archive@x.test")};
    all[1].envelope.recipients.push_back({.address = "Bob@x.test", .orcpt = {}});
    const Choice choice = choose(all, {}, nobody_waits, unmarked);
    REQUIRE(choice.items.size() == 1);
    CHECK(choice.items[0].id == MessageId(1));
    CHECK(choice.left_out.forwards == 2);
    const Choice one = choose(all, {.recipient = {}, .to = "c@z.test", .to_domain = {}},
                              nobody_waits, unmarked);
    CHECK(one.items.size() == 1);
    // The copy of the message is somebody else's, where the original is not sent again.
    const Choice copy = choose({all[1]}, {}, nobody_waits, unmarked);
    REQUIRE(copy.items.size() == 1);
    CHECK(copy.items[0].recipients.size() == 2);
}

TEST_CASE("replayctl: in another domain nobody forwards, so forwards go there, too")
{
    std::vector<Found> all = {message(1, {"list@x.test"}),
                              forward(2, 1, "list@x.test", "a@x.test")};
    all[1].envelope.recipients.push_back({.address = "list@x.test", .orcpt = {}});
    const Choice choice = choose(all, {.recipient = {}, .to = {}, .to_domain = "z.test"},
                                 nobody_waits, unmarked);
    REQUIRE(choice.items.size() == 2);
    CHECK(choice.items[0].recipients == Recipients{{0, "list@z.test"}});
    CHECK(choice.items[1].recipients == Recipients{{0, "a@z.test"}});
    CHECK(choice.left_out.forwards == 1); // the list itself, which keeps a copy
    // It is the same domain: there it is as without.
    const Choice same = choose(all, {.recipient = {}, .to = {}, .to_domain = "X.test"},
                               nobody_waits, unmarked);
    CHECK(same.items.size() == 1);
}

TEST_CASE("replayctl: by a route of its own each mailbox gets it once, and nobody forwards")
{
    // An alias that has a copy made, a list, and who has its mail by that.
    const auto mailbox_of = [](const std::string& address) -> std::optional<std::string> {
        if (address == "list@x.test")
            return std::nullopt;
        return address == "alias@x.test" ? "Store@x.test" : address;
    };
    std::vector<Found> all = {message(1, {"alias@x.test", "list@x.test"}),
                              forward(2, 1, "alias@x.test", "store@x.test"),
                              forward(3, 1, "list@x.test", "a@x.test")};
    all[1].envelope.recipients.push_back(
        {.address = "archive@x.test", .orcpt = {}, .via = {"alias@x.test"}});
    const replayctl::Wishes wishes{
        .recipient = {}, .to = {}, .to_domain = {}, .mailbox_of = mailbox_of};
    const Choice choice = choose(all, wishes, nobody_waits, unmarked);
    REQUIRE(choice.items.size() == 3);
    CHECK(choice.items[0].recipients == Recipients{{0, "alias@x.test"}});
    CHECK(choice.items[1].recipients == Recipients{{1, "archive@x.test"}});
    CHECK(choice.items[2].recipients == Recipients{{0, "a@x.test"}});
    CHECK(choice.left_out.no_mailbox == 1);
    CHECK(choice.left_out.forwards == 1);
}

TEST_CASE("replayctl: of several recipients those that are meant")
{
    const std::vector<Found> all = {message(1, {"a@x.test", "b@x.test"}),
                                    message(2, {"a@x.test"})};
    const replayctl::Wishes wishes{
        .recipient = {},
        .to = {},
        .to_domain = {},
        .is_meant = [](const spool::Envelope& envelope, std::uint32_t i) {
            return envelope.recipients[i].address == "b@x.test";
        }};
    const Choice choice = choose(all, wishes, nobody_waits, unmarked);
    REQUIRE(choice.items.size() == 1);
    CHECK(choice.items[0].recipients == Recipients{{1, "b@x.test"}});
}

TEST_CASE("replayctl: replays, and what came back of them, are left out")
{
    std::vector<Found> all = {message(1, {"a@x.test"}), message(2, {"a@x.test"}),
                              message(3, {"a@x.test"})};
    all[1].envelope.origin = spool::Origin::replay;
    const auto marked = [](const Found& one) { return one.envelope.id == MessageId(3); };
    const Choice choice = choose(all, {}, nobody_waits, marked);
    REQUIRE(choice.items.size() == 1);
    CHECK(choice.items[0].id == MessageId(1));
    CHECK(choice.left_out.replays == 2);
}

TEST_CASE("replayctl: only what is chosen otherwise is read, or found too large")
{
    std::vector<Found> all = {message(1, {"a@x.test"}), message(2, {"b@x.test"}),
                              message(3, {"b@x.test"}), message(4, {"a@x.test"})};
    all[2].size = (512u << 20) + 1;
    all[3].size = all[2].size;
    std::vector<MessageId> read;
    const auto marked = [&](const Found& one) {
        read.push_back(one.envelope.id);
        return false;
    };
    const Choice choice =
        choose(all, {.recipient = "b@*", .to = {}, .to_domain = {}}, nobody_waits, marked);
    CHECK(choice.items.size() == 1);
    CHECK(choice.left_out.too_large == 1);
    CHECK(read == std::vector{MessageId(2)});
}

TEST_CASE("replayctl: patterns of addresses")
{
    using replayctl::matches_pattern;
    CHECK(matches_pattern("Bob@Example.de", "bob@example.DE"));
    CHECK(matches_pattern("@example.de", "bob@example.de"));
    CHECK(matches_pattern("b*@example.??", "bob@example.de"));
    CHECK(matches_pattern("<>", ""));
    CHECK_FALSE(matches_pattern("<>", "a@b"));
    CHECK_FALSE(matches_pattern("@example.de", "bob@sub.example.de"));
    CHECK_FALSE(matches_pattern("bob@example.de", "xbob@example.de"));
}

TEST_CASE("replayctl: who has got it by an earlier run is left out, and what he forwarded")
{
    const std::vector<Found> all = {message(1, {"list@x.test", "b@x.test"}),
                                    forward(2, 1, "list@x.test", "a@x.test"),
                                    message(3, {"b@x.test"})};
    const auto has_got = [](MessageId id, const std::string& address) {
        return id == MessageId(1) && (address == "list@x.test" || address == "b@x.test");
    };
    const Choice rest =
        choose(all, {.recipient = {}, .to = {}, .to_domain = {}, .has_got = has_got},
               nobody_waits, unmarked);
    REQUIRE(rest.items.size() == 1);
    CHECK(rest.items[0].id == MessageId(3));
    CHECK(rest.left_out.sent == 2);
    CHECK(rest.left_out.forwards == 1);
    // Where it goes now counts, not for whom it came.
    const Choice others = choose(
        all,
        {.recipient = "b@x.test", .to = "c@x.test", .to_domain = {}, .has_got = has_got},
        nobody_waits, unmarked);
    CHECK(others.items.size() == 2);
    CHECK(others.left_out.sent == 0);
    // He has got the original, so its copy says nothing new.
    const Choice copy =
        choose({forward(4, 1, "other@x.test", "b@x.test")},
               {.recipient = {}, .to = {}, .to_domain = {}, .has_got = has_got},
               nobody_waits, unmarked);
    CHECK(copy.items.empty());
    CHECK(copy.left_out.sent == 1);
}

TEST_CASE("replayctl: what came first is sent first, whatever its id")
{
    std::vector<Found> all = {message(1, {"a@x.test"}), message(2, {"a@x.test"}),
                              message(3, {"a@x.test"}), message(4, {"a@x.test"})};
    all[0].envelope.arrival = 900;
    all[1].envelope.arrival = 300;
    all[2].envelope.arrival = 500;
    all[3].envelope.arrival = 300;
    const Choice choice = choose(all, {}, nobody_waits, unmarked);
    std::vector<std::uint64_t> ids;
    for (const spool::ReplayItem& item : choice.items)
        ids.push_back(item.id.value());
    CHECK(ids == std::vector<std::uint64_t>{2, 4, 3, 1});
}

TEST_CASE("replayctl: what was named comes as it was named, the rest by its arrival")
{
    std::vector<Found> found = {message(1, {}), message(2, {}), message(3, {})};
    found[0].envelope.arrival = 30;
    found[1].envelope.arrival = 20;
    found[2].envelope.arrival = 10;
    const auto ids = [&found] {
        std::vector<std::uint64_t> all;
        for (const Found& one : found)
            all.push_back(one.envelope.id.value());
        return all;
    };
    replayctl::Criteria criteria;
    replayctl::put_in_order(criteria, found);
    CHECK(ids() == std::vector<std::uint64_t>{3, 2, 1});
    criteria.named = {MessageId(2), MessageId(7), MessageId(1), MessageId(3)};
    replayctl::put_in_order(criteria, found);
    CHECK(ids() == std::vector<std::uint64_t>{2, 1, 3});
}
