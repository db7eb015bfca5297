// SPDX-License-Identifier: Apache-2.0
// Delay notices: each of several is sent once, also when smtp-sendd was restarted between.
#include "delivery/scene_test.h"

#include <doctest/doctest.h>

using delivery::Scene;
using spool::MessageId;

namespace {

constexpr std::int64_t age = 36000; // of the message: ten hours

struct Case {
    const char* what;
    std::vector<std::int64_t> notices;
    bool told; // the first one was sent before the start
    std::size_t reports;
};

} // namespace

TEST_CASE("delivery: of several delay notices the later ones are sent after a restart")
{
    const std::vector<Case> cases = {
        {"one, not sent", {age / 2}, false, 1},
        {"one, sent", {age / 2}, true, 0},
        {"two that are over, one sent: nobody knows of the other", {100, age / 2}, true, 0},
        {"one sent, one due after the start", {age / 2, age + 3}, true, 1},
        {"one sent, two due after the start", {age / 2, age + 3, age + 4}, true, 2},
        {"one sent, one due much later", {age / 2, 2 * age}, true, 0},
    };
    const net::test::GreetingServer closed("");
    for (const Case& one : cases) {
        CAPTURE(one.what);
        Scene scene;
        scene.route("far.test", closed.port);
        scene.route("sender.test", closed.port);
        scene.options.schedule.notices = one.notices;
        spool::Envelope envelope;
        envelope.arrival = base::wall_microseconds() - age * 1'000'000;
        envelope.sender = "alice@sender.test";
        envelope.recipients.push_back({"bob@far.test", spool::notify_default, {}});
        const MessageId id = scene.put(std::move(envelope), "Subject: late\r\n\r\n");
        spool::Queue queue(scene.spool.options());
        spool::read_log(queue);
        if (one.told)
            queue.note_delay_notice(id);
        scene.with_dispatcher(queue, [&](auto& dispatcher) {
            dispatcher.start();
            int quiet = 0; // rounds with all that is expected
            const auto all = [&] {
                dispatcher.tick();
                dispatcher.poll_log();
                quiet += queue.size() > one.reports ? 1 : 0;
                return quiet == 30;
            };
            CHECK(scene.run_until(all));
        });
        CHECK(queue.size() == one.reports + 1);
        CHECK(queue.find(id)->delay_noticed());
    }
}
