// SPDX-License-Identifier: Apache-2.0
// The dispatcher on a real spool without a network: what it does with a message that it
// cannot read, and that it finds one that has moved.
#include "base/log_test.h"
#include "delivery/message_source.h"
#include "delivery/scene_test.h"
#include "net/test_support.h"
#include "spool/segments.h"

#include <doctest/doctest.h>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

namespace {

using delivery::Scene;
using net::test::NoDescriptors;
using spool::MessageId;

void delete_segments(const std::string& directory)
{
    for (const auto& file :
         std::filesystem::recursive_directory_iterator(directory + "/log"))
        if (file.is_regular_file())
            std::filesystem::remove(file.path());
}

} // namespace

TEST_CASE("delivery: who was replaced by whom is told to the journal, not to the log")
{
    for (const bool journal : {false, true}) {
        Scene scene;
        scene.facts.row("alum@u.test", db::AddressKind::forward, "me@far.test");
        const spool::MessageId id = scene.put({"alum@u.test"});
        spool::Queue queue(scene.spool.options());
        spool::read_log(queue);
        base::Kept kept(journal ? "replaced" : "");
        const base::Captured log({.program = "test"});
        scene.with_dispatcher(queue, [&](auto& dispatcher) {
            dispatcher.start();
            CHECK(scene.run_until([&] { return queue.find(id) == nullptr; }));
        });
        CHECK(log.text().find(" forwarded ") != std::string::npos);
        CHECK(log.text().find(" replaced ") == std::string::npos);
        CHECK(kept.lines == (journal ? id.text() + " replaced to=alum@u.test recipients=1\n"
                                     : std::string()));
    }
}

TEST_CASE("delivery: a message that cannot be read is held, never removed")
{
    Scene scene;
    const MessageId id = scene.spool.add(1);
    spool::Queue queue(scene.spool.options());
    spool::read_log(queue);
    delete_segments(scene.spool.directory());
    scene.with_dispatcher(queue, [](auto& dispatcher) { dispatcher.start(); });
    const spool::Entry* entry = queue.find(id);
    REQUIRE(entry != nullptr);
    CHECK(entry->held());
    CHECK(queue.text(entry->reason()) == "gone from the log");
}

TEST_CASE("delivery: a message that was carried forward meanwhile is found")
{
    spool::TestSpool spool;
    std::vector<MessageId> all;
    {
        spool::Writer writer(spool.writer_options());
        for (int i = 0; i < 20; ++i)
            all.push_back(spool.add(writer, 1, 500));
    }
    spool::Writer writer(spool.writer_options());
    spool::Queue queue(spool.options());
    spool::read_log(queue);
    delivery::Attempt attempt;
    attempt.id = all[0];
    attempt.where = queue.find(all[0])->where();
    const spool::Location before = attempt.where;
    const std::vector<spool::Outcome> done = {{0, spool::RecipientState::delivered, "ok"}};
    for (std::size_t i = 1; i < all.size(); ++i)
        (void)queue.note(all[i], done, 0, "x:25");
    const auto old_is_there = [&] {
        for (const auto number : spool::segment_numbers(spool.directory()))
            if (number == before.segment)
                return true;
        return false;
    };
    const base::SteadyTime until = base::Steady::now() + base::seconds{30};
    while (old_is_there() && base::Steady::now() < until) { // another thread erases it
        spool::read_log(queue);
        queue.tidy(writer);
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    REQUIRE(!old_is_there());
    spool::Reader reader(spool.directory());
    delivery::MessageSource source(queue, reader);
    const auto message = source.open(attempt);
    REQUIRE(message.has_value());
    CHECK(source.read(*message, 0, message->size) == std::string(500, 'x'));
    CHECK(attempt.where.segment != before.segment);
}

TEST_CASE("delivery: want of descriptors puts messages off and ends nothing")
{
    Scene scene;
    const MessageId ids[] = {scene.spool.add(1), scene.spool.add(1)};
    for (const bool known : {false, true}) {
        CAPTURE(known);
        spool::Queue queue(scene.spool.options());
        if (known)
            spool::read_log(queue);
        scene.with_dispatcher(queue, [&](auto& dispatcher) {
            {
                const NoDescriptors none;
                CHECK_NOTHROW(dispatcher.start());
                CHECK_NOTHROW(dispatcher.tick());
            }
            for (const MessageId id : ids)
                CHECK(!dispatcher.is_active(id));
            for (const MessageId id : ids) // none of them is lost or given up
                dispatcher.look_again(id);
            CHECK_NOTHROW(dispatcher.tick());
            for (const MessageId id : ids)
                CHECK((!known || dispatcher.is_active(id)));
        });
        for (const MessageId id : ids)
            CHECK((!known || (queue.find(id) != nullptr && !queue.find(id)->held())));
    }
}

TEST_CASE(
    "delivery: a greeting that refuses for ever is judged by the guard, once a message")
{
    Scene scene;
    net::test::GreetingServer never("521 no mail here\r\n");
    db::RouteHost route;
    route.host = "127.0.0.1";
    route.port = never.port;
    route.tls = db::TlsPolicy::none;
    route.hold_5xx = true;
    scene.facts.routes["example.org"] = {route};
    scene.facts.routes["Example.ORG"] = {route};
    scene.options.guard_failures = 2;
    scene.options.connect.hostname = "gw.test";
    const MessageId ids[] = {scene.spool.add(3), scene.spool.add(1)};
    spool::Queue queue(scene.spool.options());
    spool::read_log(queue);
    const auto all_held = [&] {
        return queue.find(ids[0]) != nullptr && queue.find(ids[0])->held() &&
               queue.find(ids[1]) != nullptr && queue.find(ids[1])->held();
    };
    scene.with_dispatcher(queue, [&](auto& dispatcher) {
        dispatcher.start();
        int left = 500;
        scene.loop.every(base::milliseconds(10), [&] {
            if (all_held() || queue.size() < 2 || --left == 0)
                scene.loop.stop();
        });
        scene.loop.run();
    });
    CHECK(all_held());
    for (std::uint32_t i = 0; i < 3; ++i)
        CHECK(queue.find(ids[0])->waits(i));
}

TEST_CASE("delivery: what an operator holds or deletes in the last moment is not sent")
{
    for (const int what : {0, 1, 2}) { // nothing, hold, remove
        CAPTURE(what);
        Scene scene;
        net::test::GreetingServer server("220 mx\r\n250 mx\r\n250 ok\r\n250 ok\r\n"
                                         "354 go\r\n250 taken\r\n221 bye\r\n");
        db::RouteHost route;
        route.host = "127.0.0.1";
        route.port = server.port;
        route.tls = db::TlsPolicy::none;
        scene.facts.routes["example.org"] = {route};
        scene.facts.routes["Example.ORG"] = {route};
        scene.options.connect.hostname = "gw.test";
        const MessageId id = scene.spool.add(1);
        spool::Queue queue(scene.spool.options());
        spool::read_log(queue);
        scene.with_dispatcher(queue, [&](auto& dispatcher) {
            dispatcher.start();
            REQUIRE(dispatcher.is_active(id));
            if (what == 1)
                queue.hold(id, spool::Hold::by_operator, "wait");
            if (what == 2)
                queue.remove(id);
            int left = 500;
            scene.loop.every(base::milliseconds(10), [&] {
                if (!dispatcher.is_active(id) || --left == 0)
                    scene.loop.stop();
            });
            scene.loop.run();
            CHECK(left > 0);
        });
        REQUIRE((queue.find(id) != nullptr) == (what == 1));
        CHECK((what != 1 || (queue.find(id)->held() && queue.find(id)->waits(0))));
    }
}

TEST_CASE("delivery: no descriptor for a connection says nothing about the server")
{
    const net::test::GreetingServer later("421 busy\r\n");
    Scene scene;
    scene.route("busy.test", later.port);
    scene.options.health.first_pause = 1'000'000; // of a server that is dead
    scene.options.health.longest_pause = 1'000'000;
    const MessageId id = scene.put({"a@busy.test"});
    spool::Queue queue(scene.spool.options());
    spool::read_log(queue);
    const std::int64_t now = base::wall_seconds();
    scene.with_dispatcher(queue, [&](auto& dispatcher) {
        const auto idle = [&] { return dispatcher.all_active().empty(); };
        dispatcher.start(); // has the message
        {
            const NoDescriptors none;
            CHECK(scene.run_until(idle));
        }
        const spool::Entry* entry = queue.find(id);
        REQUIRE(entry != nullptr);
        CHECK(queue.text(entry->reason()).contains("Too many open files"));
        CHECK(entry->next_attempt() > now); // by the schedule
        CHECK(entry->next_attempt() < now + 900'000);
        queue.retry_at(id, 0);
        dispatcher.look_again(id);
        CHECK(scene.run_until(
            [&] { return queue.text(entry->reason()).contains("421 busy"); }));
        CHECK(entry->waits_for_destination());
    });
}
