// SPDX-License-Identifier: Apache-2.0
// One recipient is held back by the guard; what becomes of the others of its message.
#include "delivery/control.h"
#include "delivery/marks.h"
#include "delivery/scene_test.h"

#include <doctest/doctest.h>

namespace {

using delivery::Scene;
using spool::MessageId;
using spool::RecipientState;

constexpr const char* takes_all = "220 mx\r\n250 mx\r\n250 ok\r\n250 ok\r\n"
                                  "354 go\r\n250 taken\r\n221 bye\r\n";

std::string_view reason(const spool::Queue& queue, MessageId id, std::uint32_t recipient)
{
    return queue.text(queue.find(id)->reason(recipient));
}

// One attempt, from the start of the dispatcher.
void deliver(Scene& scene, spool::Queue& queue, MessageId id)
{
    scene.with_dispatcher(queue, [&](auto& dispatcher) {
        dispatcher.start();
        CHECK(scene.run_until([&] { return !dispatcher.is_active(id); }));
    });
}

// 0: refused for ever by a guarded server; 1: goes elsewhere.
struct GuardedScene : public Scene {
    explicit GuardedScene(std::uint16_t elsewhere) : refuses("521 no mail here\r\n")
    {
        route("guarded.test", refuses.port).hold_5xx = true;
        route("other.test", elsewhere);
        options.guard_failures = 1;
    }
    net::test::GreetingServer refuses;
};

} // namespace

TEST_CASE("delivery: whom the guard holds back does not stop the other recipients")
{
    const net::test::GreetingServer closed("");
    for (const bool too_old : {false, true}) {
        CAPTURE(too_old);
        GuardedScene scene(closed.port);
        scene.options.schedule.lifetime = too_old ? 0 : 1000;
        const MessageId id = scene.put({"a@guarded.test", "b@other.test"});
        spool::Queue queue(scene.spool.options());
        spool::read_log(queue);
        deliver(scene, queue, id);
        const spool::Entry* entry = queue.find(id);
        REQUIRE(entry != nullptr);
        CHECK(entry->waits(0)); // never given up for its age
        CHECK(delivery::is_held_back(reason(queue, id, 0)));
        CHECK(entry->waits(1) == !too_old);
        CHECK(entry->held() == too_old); // when nobody else waits any more
        CHECK(!delivery::is_held_back(reason(queue, id, 1)));
    }
}

TEST_CASE("delivery: a message is held when its other recipients have got it")
{
    const net::test::GreetingServer takes(takes_all);
    GuardedScene scene(takes.port);
    const MessageId id = scene.put({"a@guarded.test", "b@other.test"});
    spool::Queue queue(scene.spool.options());
    spool::read_log(queue);
    deliver(scene, queue, id);
    const spool::Entry* entry = queue.find(id);
    REQUIRE(entry != nullptr);
    CHECK(entry->hold() == spool::Hold::by_guard);
    CHECK(entry->waits(0));
    CHECK(entry->state(1) == RecipientState::delivered);
}

TEST_CASE("delivery: whom the guard holds back is tried again when an operator wants it")
{
    for (const char* request : {"none", "release", "requeue"}) {
        CAPTURE(request);
        const net::test::GreetingServer closed("");
        const net::test::GreetingServer takes(takes_all);
        Scene scene;
        scene.route("guarded.test", takes.port).hold_5xx = true;
        scene.route("other.test", closed.port);
        const MessageId id = scene.put({"a@guarded.test", "b@other.test"});
        spool::Queue queue(scene.spool.options());
        spool::read_log(queue);
        const std::vector<spool::Outcome> before = {
            {0, RecipientState::waiting, delivery::marked_held_back("mx: 550 no")},
            {1, RecipientState::waiting, "mx: 451 later"}};
        (void)queue.note(id, before, 0, "mx:25");
        const bool wanted = request != std::string_view("none");
        const std::string line = std::string(request) + " " + id.text();
        CHECK((delivery::answer_line(line, queue, {}) == id.text() + " ok\nend 1\n") ==
              wanted);
        deliver(scene, queue, id);
        REQUIRE(queue.find(id) != nullptr);
        CHECK(queue.find(id)->waits(0) != wanted);
        CHECK(queue.find(id)->waits(1));
        CHECK(!queue.find(id)->held());
    }
}

TEST_CASE("delivery: an operator's wish for one recipient outlasts the answer to another")
{
    for (const char* request : {"release", "requeue"})
        for (const bool all_held : {false, true}) {
            CAPTURE(request);
            CAPTURE(all_held);
            Scene scene;
            const MessageId id = scene.put({"a@guarded.test", "b@other.test"});
            spool::Queue queue(scene.spool.options());
            spool::read_log(queue);
            const std::string refused = "mx: 550 no";
            const std::vector<spool::Outcome> before = {
                {0, RecipientState::waiting, delivery::marked_held_back(refused)},
                {1, RecipientState::waiting,
                 all_held ? delivery::marked_held_back(refused) : refused}};
            (void)queue.note(id, before, 0, "mx:25");
            if (all_held)
                queue.hold(id, spool::Hold::by_guard, refused);
            (void)delivery::answer_line(std::string(request) + " " + id.text(), queue, {});
            const std::vector<spool::Outcome> later = {
                {1, RecipientState::waiting, "mx: 451 later"}};
            (void)queue.note(id, later, 0, "mx:25");
            CHECK(delivery::to_try(queue, *queue.find(id)) ==
                  std::vector<std::uint32_t>{0, 1});
            CHECK(reason(queue, id, 0) == refused);
        }
}

TEST_CASE("delivery: a recipient of a domain on hold does not keep the others for ever")
{
    const net::test::GreetingServer closed("");
    Scene scene;
    scene.facts.domains["kept.test"].hold = true;
    scene.route("other.test", closed.port);
    scene.options.schedule.lifetime = 0;
    const MessageId id = scene.put({"a@kept.test", "b@other.test"});
    spool::Queue queue(scene.spool.options());
    spool::read_log(queue);
    deliver(scene, queue, id);
    const spool::Entry* entry = queue.find(id);
    REQUIRE(entry != nullptr);
    CHECK(entry->hold() == spool::Hold::by_operator);
    CHECK(entry->waits(0));
    CHECK(entry->state(1) == RecipientState::expired);
}

TEST_CASE("delivery: suspects that wait are held with what was refused, and no more")
{
    GuardedScene scene(1);
    scene.options.guard_failures = 2;
    const net::test::GreetingServer closed("");
    scene.route("other.test", closed.port);
    const MessageId both = scene.put({"a@guarded.test", "b@other.test"});
    spool::Queue queue(scene.spool.options());
    spool::read_log(queue);
    scene.with_dispatcher(queue, [&](auto& dispatcher) {
        dispatcher.start();
        CHECK(scene.run_until([&] { return !dispatcher.is_active(both); }));
        CHECK(!delivery::is_held_back(reason(queue, both, 0)));
        const MessageId single = scene.put({"c@guarded.test"});
        dispatcher.poll_log();
        CHECK(scene.run_until([&] { return !dispatcher.is_active(single); }));
        CHECK(queue.find(single)->held());
    });
    CHECK(delivery::is_held_back(reason(queue, both, 0)));
    CHECK(!delivery::is_held_back(reason(queue, both, 1)));
    CHECK(!queue.find(both)->held());
}

TEST_CASE("delivery: a guard that trips takes back no request of an operator")
{
    for (const char* request : {"requeue", "expire"}) {
        CAPTURE(request);
        GuardedScene scene(1);
        scene.options.guard_failures = 2;
        const MessageId suspect = scene.put({"a@guarded.test"});
        spool::Queue queue(scene.spool.options());
        spool::read_log(queue);
        scene.with_dispatcher(queue, [&](auto& dispatcher) {
            dispatcher.start();
            CHECK(scene.run_until([&] { return !dispatcher.is_active(suspect); }));
            // Nobody has looked at it since.
            (void)delivery::answer_line(std::string(request) + " " + suspect.text(), queue,
                                        {});
            const std::uint32_t attempts = queue.find(suspect)->attempts();
            const MessageId single = scene.put({"c@guarded.test"});
            dispatcher.poll_log();
            CHECK(scene.run_until([&] { return !dispatcher.is_active(single); }));
            CHECK(queue.find(single)->held());
            const spool::Entry* entry = queue.find(suspect);
            CHECK(!entry->held());
            CHECK(entry->attempts() == attempts);
            CHECK((entry->requeued() || entry->expire_requested()));
            CHECK(!delivery::is_held_back(reason(queue, suspect, 0)));
        });
    }
}

TEST_CASE("delivery: marks in front of a reason")
{
    const std::string plain = "mx[192.0.2.1]:25: 550 no";
    const std::string both = delivery::marked_released(delivery::marked_held_back(plain));
    CHECK(both == delivery::marked_held_back(delivery::marked_released(plain)));
    CHECK(both == delivery::marked_held_back(both));
    CHECK(both == delivery::marked_released(both));
    CHECK(delivery::without_marks(both) == plain);
    CHECK(delivery::is_held_back(both));
    CHECK(delivery::is_released(both));
    CHECK(!delivery::is_held_back(plain));
    CHECK(!delivery::is_released(plain));
    CHECK(!delivery::is_held_back(""));
    CHECK(!delivery::is_released("domain example.org is on hold"));
    CHECK(delivery::without_held_back(both) == delivery::marked_released(plain));
    CHECK(delivery::without_held_back(delivery::marked_held_back(plain)) == plain);
    CHECK(delivery::without_held_back(plain) == plain);
}
