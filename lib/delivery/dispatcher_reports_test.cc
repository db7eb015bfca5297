// SPDX-License-Identifier: Apache-2.0
// Very many messages are given up at once: their reports stand in line, not on the stack.
#include "base/log.h"
#include "delivery/scene_test.h"

#include <doctest/doctest.h>
#include <pthread.h>

namespace {

using delivery::Scene;

constexpr std::size_t small_stack = 512u << 10;

void on_small_stack(std::function<void()> work)
{
    pthread_attr_t attributes{};
    REQUIRE(::pthread_attr_init(&attributes) == 0);
    REQUIRE(::pthread_attr_setstacksize(&attributes, small_stack) == 0);
    pthread_t thread{};
    const auto run = [](void* what) -> void* {
        (*static_cast<std::function<void()>*>(what))();
        return nullptr;
    };
    REQUIRE(::pthread_create(&thread, &attributes, run, &work) == 0);
    (void)::pthread_join(thread, nullptr);
    (void)::pthread_attr_destroy(&attributes);
}

// Nobody is told of them: their reports wait for nothing.
void put_without_sender(Scene& scene, int count)
{
    spool::Writer writer(scene.spool.writer_options()); // its end waits for the disk
    for (int i = 0; i < count; ++i) {
        spool::Envelope envelope;
        envelope.arrival = base::wall_microseconds();
        envelope.recipients.push_back({"a@gone.test", spool::notify_default, {}});
        spool::Draft draft = writer.begin();
        draft.append("Subject: report\r\n\r\n");
        writer.commit(std::move(draft), std::move(envelope),
                      [](const spool::CommitResult&) {});
    }
}

} // namespace

TEST_CASE("delivery: ten thousand that are given up at once need no deep stack")
{
    constexpr std::size_t count = 10000;
    Scene scene;
    put_without_sender(scene, count);
    spool::Queue queue(scene.spool.options());
    const std::vector<spool::MessageId> all = spool::read_log(queue);
    REQUIRE(all.size() == count);
    for (const spool::MessageId id : all)
        queue.expire(id);
    base::LogOptions quiet;
    quiet.level = base::Level::error; // a line for each is no news
    base::configure_log(quiet);
    scene.with_dispatcher(queue, [&](auto& dispatcher) {
        on_small_stack([&] {
            dispatcher.start();
            CHECK(scene.run_until([&] { return queue.size() == 0; }));
        });
    });
    base::configure_log({});
}
