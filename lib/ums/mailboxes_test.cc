// SPDX-License-Identifier: Apache-2.0
// Whose mail is whose, from a real spool.
#include "spool/erase.h"
#include "ums/scene_test.h"

#include <chrono>
#include <doctest/doctest.h>
#include <thread>

using db::AddressKind;
using spool::MessageId;
using spool::Origin;
using spool::RecipientState;
using ums::Mail;
using ums::Scene;
using Names = Scene::Names;

namespace {

void settle(spool::Queue& queue, MessageId id, std::uint32_t recipient,
            RecipientState state = RecipientState::delivered)
{
    const std::vector<spool::Outcome> outcomes = {{recipient, state, "ok"}};
    (void)queue.note(id, outcomes, 0, "mx:25");
}

} // namespace

TEST_CASE("ums: a user has what is queued for him, oldest first, whoever else has it")
{
    Scene scene;
    CHECK(scene.of("anna@u.test").empty());
    const MessageId first = scene.put({"Anna@U.test", "bert@u.test", "anna@u.test"});
    const MessageId second = scene.put({"bert@u.test"});
    const MessageId third = scene.put({"x@elsewhere.test", "anna@u.test"});
    const std::vector<Mail> annas = scene.of("anna@u.test");
    REQUIRE(annas.size() == 2);
    CHECK(annas[0].id == first);
    CHECK(annas[0].uid == first.text());
    CHECK(annas[0].known_as == first);
    CHECK(annas[0].recipients == std::vector<std::uint32_t>{0, 2});
    CHECK_FALSE(annas[0].shared);
    CHECK(annas[1].id == third);
    CHECK(annas[1].recipients == std::vector<std::uint32_t>{1});
    CHECK(scene.uids("bert@u.test") == Scene::texts({first, second}));
    CHECK(scene.of("x@elsewhere.test").empty()); // none of ours
    CHECK(scene.of("nobody@u.test").empty());
    CHECK(scene.of("").empty());
    CHECK(scene.boxes->has(third));
    CHECK_FALSE(scene.boxes->has(MessageId(7)));
}

TEST_CASE("ums: rewrites, aliases, copies and forwards are followed to their end")
{
    Scene scene;
    scene.facts.row("old@u.test", AddressKind::rewrite, "Anna@u.test");
    scene.facts.row("team@u.test", AddressKind::forward, "anna@u.test");
    scene.facts.row("team@u.test", AddressKind::forward, "bert@v.test");
    scene.facts.row("boss@u.test", AddressKind::copy, "old@u.test");
    scene.facts.row("gone@u.test", AddressKind::forward, "me@far.test");
    scene.facts.row("ring@u.test", AddressKind::forward, "gnir@u.test");
    scene.facts.row("gnir@u.test", AddressKind::forward, "ring@u.test");

    const MessageId old = scene.put({"old@u.test"});
    const std::vector<Mail> by_rewrite = scene.of("anna@u.test");
    REQUIRE(by_rewrite.size() == 1);
    CHECK(by_rewrite[0].recipients == std::vector<std::uint32_t>{0});
    CHECK_FALSE(by_rewrite[0].shared);
    CHECK(scene.of("old@u.test").empty());

    const MessageId team = scene.put({"TEAM@u.test", "anna@u.test"});
    CHECK(scene.uids("bert@v.test") == Scene::texts({team}));
    const std::vector<Mail> by_team = scene.of("anna@u.test");
    REQUIRE(by_team.size() == 2);
    CHECK(by_team[1].recipients == std::vector<std::uint32_t>{1}); // 0 is Bert's as well
    CHECK(by_team[1].shared);
    CHECK(scene.of("bert@v.test")[0].recipients.empty());

    const MessageId boss = scene.put({"boss@u.test"});
    CHECK(scene.uids("boss@u.test") == Scene::texts({boss}));
    CHECK(scene.uids("anna@u.test") == Scene::texts({old, team, boss}));
    CHECK(scene.of("boss@u.test")[0].shared);

    const MessageId gone = scene.put({"gone@u.test", "ring@u.test"});
    for (const char* nobody : {"gone@u.test", "me@far.test", "ring@u.test", "gnir@u.test"})
        CHECK(scene.of(nobody).empty());
    CHECK(scene.boxes->has(gone));
}

TEST_CASE("ums: what came back to a forward is not shown by that way again")
{
    Scene scene;
    scene.facts.row("boss@u.test", AddressKind::copy, "anna@u.test");
    const MessageId id = scene.put(Scene::envelope({"boss@u.test"}),
                                   "Delivered-To: Boss@u.test\r\n\r\ntext\r\n");
    CHECK(scene.of("anna@u.test").empty());
    CHECK(scene.uids("boss@u.test") == Scene::texts({id}));
}

TEST_CASE("ums: whoever got the mail, or never will, is not shown it")
{
    Scene scene;
    scene.facts.row("team@u.test", AddressKind::forward, "anna@u.test");
    scene.facts.row("team@u.test", AddressKind::forward, "bert@u.test");
    const MessageId id = scene.put({"anna@u.test", "team@u.test", "carl@u.test"});
    spool::Queue queue(scene.spool.options());
    spool::read_log(queue);
    CHECK(scene.of("anna@u.test")[0].recipients == std::vector<std::uint32_t>{0});
    settle(queue, id, 0);
    CHECK(scene.of("anna@u.test").empty()); // she has it: not by way of the team again
    CHECK(scene.uids("bert@u.test") == Scene::texts({id}));
    CHECK_FALSE(scene.of("bert@u.test")[0].shared);
    settle(queue, id, 2, RecipientState::failed);
    CHECK(scene.of("carl@u.test").empty());
    CHECK(scene.of("bert@u.test").size() == 1);
    queue.remove(id);
    CHECK(scene.of("bert@u.test").empty());
    CHECK_FALSE(scene.boxes->has(id));
}

TEST_CASE("ums: what an operator holds is nobody's, what others hold is shown")
{
    Scene scene;
    const MessageId id = scene.put({"anna@u.test"});
    spool::Queue queue(scene.spool.options());
    spool::read_log(queue);
    queue.hold(id, spool::Hold::by_operator, "look at it");
    CHECK(scene.of("anna@u.test").empty());
    CHECK(scene.boxes->has(id)); // what is hidden of it stays hidden
    queue.release(id);
    CHECK(scene.of("anna@u.test").size() == 1);
    queue.hold(id, spool::Hold::by_guard, "domain u.test is on hold");
    CHECK(scene.of("anna@u.test").size() == 1);
}

TEST_CASE("ums: what is held or cannot be read is known by the name it had")
{
    Scene scene;
    const MessageId parent = scene.put({"boss@u.test"});
    const auto made = [&] {
        return scene.put(
            Scene::made_of(parent, Origin::forward, {"anna@u.test", "bert@u.test"}));
    };
    const MessageId copy = made();
    spool::Queue queue(scene.spool.options());
    spool::read_log(queue);
    settle(queue, parent, 0);
    CHECK(scene.uids("anna@u.test") == Scene::texts({parent}));
    queue.hold(copy, spool::Hold::by_operator, "look at it");
    CHECK(scene.of("anna@u.test").empty());
    CHECK(scene.boxes->has(parent));
    scene.start(); // as one that has never seen it otherwise
    CHECK(scene.of("anna@u.test").empty());
    CHECK(scene.boxes->has(parent));
    CHECK_FALSE(scene.boxes->has(MessageId(7)));
    queue.release(copy);
    CHECK(scene.uids("anna@u.test") == Scene::texts({parent}));

    queue.write_snapshot();
    CHECK(spool::erase_record(scene.spool.directory(), copy.first_written()));
    settle(queue, copy, 1); // it is read again
    CHECK(scene.of("anna@u.test").empty());
    CHECK(scene.boxes->has(parent));
}

TEST_CASE("ums: a changed directory maps anew")
{
    Scene scene;
    const MessageId id = scene.put({"old@u.test"});
    CHECK(scene.uids("old@u.test") == Scene::texts({id}));
    scene.facts.row("old@u.test", AddressKind::rewrite, "anna@u.test");
    CHECK(scene.of("anna@u.test").empty()); // nobody has said that it has changed
    ++scene.facts.changes;
    CHECK(scene.uids("anna@u.test") == Scene::texts({id}));
    CHECK(scene.of("old@u.test").empty());
    scene.facts.domains.erase("u.test");
    ++scene.facts.changes;
    CHECK(scene.of("anna@u.test").empty());
}

TEST_CASE("ums: what goes by a route of its own is its recipient's, who forwards or not")
{
    Scene scene;
    scene.facts.row("boss@u.test", AddressKind::forward, "anna@u.test");
    spool::Envelope again = Scene::made_of(MessageId(7), Origin::replay, {"boss@u.test"});
    const MessageId forwarded = scene.put(again);
    again.route = "restored.test";
    const MessageId routed = scene.put(again);
    REQUIRE(scene.of("anna@u.test").size() == 1);
    CHECK(scene.of("anna@u.test")[0].id == forwarded);
    REQUIRE(scene.of("boss@u.test").size() == 1);
    CHECK(scene.of("boss@u.test")[0].id == routed);
}

TEST_CASE("ums: what was made of a message has its name, and only one is shown")
{
    Scene scene;
    const MessageId parent = scene.put({"anna@u.test", "boss@u.test"});
    // As smtp-sendd has forwarded the boss's mail to her; never expanded again.
    scene.facts.row("anna@u.test", AddressKind::forward, "x@far.test");
    scene.facts.row("anna@u.test", AddressKind::mailbox, "");
    const MessageId copy =
        scene.put(Scene::made_of(parent, Origin::forward, {"anna@u.test"}));
    CHECK(scene.of("anna@u.test").size() == 1);
    CHECK(scene.of("anna@u.test")[0].id == parent);

    spool::Queue queue(scene.spool.options());
    spool::read_log(queue);
    settle(queue, parent, 0);
    settle(queue, parent, 1);
    std::vector<Mail> left = scene.of("anna@u.test");
    REQUIRE(left.size() == 1);
    CHECK(left[0].id == copy);
    CHECK(left[0].uid == parent.text());
    CHECK(scene.boxes->has(parent));

    const MessageId again =
        scene.put(Scene::made_of(parent, Origin::replay, {"bert@u.test", "anna@u.test"}));
    scene.facts.rows.clear();
    ++scene.facts.changes;
    spool::read_log(queue);
    left = scene.of("anna@u.test");
    REQUIRE(left.size() == 2);
    CHECK(left[0].uid == parent.text());
    CHECK(left[1].id == again);
    CHECK(left[1].uid == again.text());
    CHECK(scene.uids("bert@u.test") == Scene::texts({parent}));
    // Hidden by the name that he knows, nothing of it is shown.
    CHECK(scene.boxes->of("anna@u.test", {parent}).empty());
    CHECK(scene.boxes->of("anna@u.test", {again}).size() == 1);

    const MessageId bounce =
        scene.put(Scene::made_of(parent, Origin::bounce, {"carl@u.test"}));
    CHECK(scene.uids("carl@u.test") == Scene::texts({bounce}));
}

TEST_CASE("ums: what would come again as a forward or a replay is not his alone")
{
    Scene scene;
    const MessageId twice = scene.put({"anna@u.test", "bert@u.test"});
    const MessageId copy =
        scene.put(Scene::made_of(twice, Origin::replay, {"anna@u.test"}));
    const MessageId others = scene.put({"anna@u.test", "carl@u.test"});
    (void)scene.put(Scene::made_of(others, Origin::forward, {"carl@u.test"}));
    std::vector<Mail> mails = scene.of("anna@u.test");
    REQUIRE(mails.size() == 2);
    CHECK(mails[0].id == twice);
    CHECK(mails[0].shared);
    CHECK(mails[1].id == others);
    CHECK_FALSE(mails[1].shared);
    CHECK_FALSE(scene.of("bert@u.test")[0].shared);
    CHECK(scene.of("carl@u.test")[0].shared);

    spool::Queue queue(scene.spool.options());
    spool::read_log(queue);
    queue.remove(copy);
    CHECK_FALSE(scene.of("anna@u.test")[0].shared);
}

TEST_CASE("ums: a message to very many is each one's")
{
    Scene scene;
    Names many;
    for (int i = 0; i < 3000; ++i)
        many.push_back("u" + std::to_string(i) + "@u.test");
    const MessageId id = scene.put(many);
    const MessageId other = scene.put({"u2999@u.test"});
    CHECK(scene.uids("u0@u.test") == Scene::texts({id}));
    const auto last = scene.of("u2999@u.test");
    REQUIRE(last.size() == 2);
    CHECK(last[0].recipients == std::vector<std::uint32_t>{2999});
    CHECK(last[1].id == other);
}

TEST_CASE("ums: so many are shown, hidden ones not counted")
{
    Scene scene;
    scene.start({.spool = {}, .messages = 2, .fresh_for = {}, .rest = 0});
    const MessageId first = scene.put({"anna@u.test"});
    const MessageId second = scene.put({"anna@u.test"});
    const MessageId third = scene.put({"anna@u.test"});
    CHECK(scene.uids("anna@u.test") == Scene::texts({first, second}));
    const auto left = scene.boxes->of("anna@u.test", {first});
    REQUIRE(left.size() == 2);
    CHECK(left[1].id == third);
}

TEST_CASE("ums: after a restart all have the names they had")
{
    Scene scene;
    const MessageId first = scene.put({"anna@u.test"});
    (void)scene.put(Scene::made_of(first, Origin::forward, {"anna@u.test"}));
    (void)scene.put(Scene::made_of(MessageId(99), Origin::replay, {"anna@u.test"}));
    (void)scene.put({"anna@u.test"});
    const Names before = scene.uids("anna@u.test");
    CHECK(before.size() == 3);
    for (const std::string& uid : before) {
        CHECK(uid.size() <= 70);
        CHECK(uid.find_first_not_of("0123456789ABCDEFGHJKMNPQRSTVWXYZ") == uid.npos);
    }
    scene.start();
    CHECK(scene.boxes->has(MessageId(7))); // nothing is forgotten before it was looked
    CHECK(scene.uids("anna@u.test") == before);
    CHECK(scene.boxes->has(MessageId(99)));
    CHECK_FALSE(scene.boxes->has(MessageId(7)));
}

TEST_CASE("ums: a message that was carried to another segment is the same")
{
    Scene scene;
    MessageId stays;
    {
        spool::Writer writer(scene.spool.writer_options());
        stays = scene.put(writer, Scene::envelope({"anna@u.test"}));
        for (int i = 0; i < 20; ++i)
            (void)scene.put(writer, Scene::envelope({"bert@u.test"}));
    }
    CHECK(scene.uids("bert@u.test").size() == 20);
    const std::string text = scene.read(stays);
    spool::Writer writer(scene.spool.writer_options());
    spool::Queue queue(scene.spool.options());
    spool::read_log(queue);
    for (const Mail& mail : scene.of("bert@u.test"))
        queue.remove(mail.id);
    const auto moved = [&] { return queue.find(stays)->where() != stays.first_written(); };
    for (int i = 0; i < 3000 && !moved(); ++i) {
        queue.tidy(writer);
        spool::read_log(queue);
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    REQUIRE(moved());
    CHECK(scene.read(stays) == text); // found although nobody has looked since
    CHECK(scene.uids("anna@u.test") == Scene::texts({stays}));
    CHECK(scene.of("bert@u.test").empty());
}
