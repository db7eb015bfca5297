// SPDX-License-Identifier: Apache-2.0
// Two messages come of one; the disk fails at every step in turn.
#include "delivery/scene_test.h"
#include "spool/test_disk.h"
#include "spool/test_spool.h"

#include <doctest/doctest.h>
#include <map>

namespace {

using delivery::Scene;
using spool::MessageId;

// How often the log has a message for each address.
std::map<std::string, int> addressed(const std::string& directory)
{
    std::map<std::string, int> out;
    for (const spool::Found& one : spool::test::read_all(directory).found)
        for (const spool::Recipient& recipient : one.envelope.recipients)
            ++out[recipient.address];
    return out;
}

std::uint64_t steps_of_a_start(const Scene& scene)
{
    spool::test::FailingDisk disk(0, 0, EIO);
    spool::WriterOptions options = scene.spool.writer_options();
    options.disk = &disk;
    const spool::Writer writer(options);
    return disk.operations();
}

struct ForwardScene : public Scene {
    ForwardScene()
    {
        facts.domains["here.test"];
        facts.row("r@here.test", db::AddressKind::forward, "own@here.test");
        facts.row("r@here.test", db::AddressKind::forward, "x@far.test");
        options.srs_domain = "srs.test";
        options.srs_secrets = {"a secret of this test"};
    }

    // Tries until all is forwarded; how many attempts that took.
    int forward(MessageId id, spool::Queue& queue, spool::Writer& writer)
    {
        int attempts = 0;
        with_dispatcher(queue, writer, [&](auto& dispatcher) {
            dispatcher.start();
            while (queue.find(id) != nullptr && ++attempts < 10) {
                CHECK(run_until([&] { return !dispatcher.is_active(id); }));
                queue.retry_at(id, 0);
                dispatcher.look_again(id);
            }
        });
        return attempts;
    }
};

} // namespace

TEST_CASE("delivery: a forward that is written by half is not written twice")
{
    const spool::test::QuietLog quiet;
    bool failed = true;
    std::uint64_t step = 1;
    for (; failed && step < 200; ++step) {
        CAPTURE(step);
        ForwardScene scene;
        const MessageId id = scene.put({"r@here.test"}, std::string(5000, 'x') + "\r\n");
        spool::Queue queue(scene.spool.options());
        spool::read_log(queue);
        const std::uint64_t place = steps_of_a_start(scene) + step;
        spool::test::FailingDisk disk(place, place, EIO);
        spool::WriterOptions options = scene.spool.writer_options();
        options.draft_memory = 1000; // each becomes a segment of its own
        options.disk = &disk;
        {
            spool::Writer writer(options);
            failed = scene.forward(id, queue, writer) > 1;
        }
        CHECK(queue.find(id) == nullptr);
        const std::map<std::string, int> found = addressed(scene.spool.directory());
        CHECK(found.at("own@here.test") == 1);
        CHECK(found.at("x@far.test") == 1);
    }
    CHECK(step > 10);
}

TEST_CASE("delivery: what is made of a message concerns all of its recipients")
{
    ForwardScene scene;
    const MessageId id = scene.put({"r@here.test", "other@There.test"}, "x\r\n");
    spool::Queue queue(scene.spool.options());
    spool::read_log(queue);
    {
        spool::Writer writer(scene.spool.writer_options());
        (void)scene.forward(id, queue, writer);
    }
    std::size_t made = 0;
    for (const spool::Found& one : spool::test::read_all(scene.spool.directory()).found)
        if (one.envelope.origin == spool::Origin::forward) {
            ++made;
            CHECK(one.envelope.concerns == "here.test there.test");
        }
    CHECK(made > 0);
}

TEST_CASE("delivery: what is made of a replay is known as that")
{
    for (const spool::Origin origin : {spool::Origin::client, spool::Origin::replay}) {
        ForwardScene scene;
        spool::Envelope envelope;
        envelope.arrival = base::wall_microseconds();
        envelope.origin = origin;
        envelope.recipients.push_back({"r@here.test", spool::notify_default, {}});
        const MessageId id = scene.put(std::move(envelope), "Subject: again\r\n\r\n");
        spool::Queue queue(scene.spool.options());
        spool::read_log(queue);
        {
            spool::Writer writer(scene.spool.writer_options());
            CHECK(scene.forward(id, queue, writer) <= 1);
        }
        std::size_t made = 0;
        for (const spool::Found& one : spool::test::read_all(scene.spool.directory()).found)
            if (one.envelope.origin == spool::Origin::forward) {
                ++made;
                CHECK(one.envelope.replayed == (origin == spool::Origin::replay));
            }
        CHECK(made > 0);
    }
}

TEST_CASE("delivery: what is made of a message has its id in front, where that is wished")
{
    for (const bool uidl : {false, true}) {
        CAPTURE(uidl);
        ForwardScene scene;
        scene.options.report.uidl = uidl;
        const std::string text = "X-UIDL: theirs\r\n\r\ntext\r\n";
        const MessageId id = scene.put({"r@here.test"}, text);
        spool::Queue queue(scene.spool.options());
        spool::read_log(queue);
        {
            spool::Writer writer(scene.spool.writer_options());
            CHECK(scene.forward(id, queue, writer) <= 1);
        }
        std::string stored = uidl ? "X-UIDL: " + id.text() + "\r\n" : "";
        stored.append("Delivered-To: r@here.test\r\n").append(text);
        spool::Reader reader(scene.spool.directory());
        std::size_t made = 0;
        for (const spool::Found& one : spool::test::read_all(scene.spool.directory()).found)
            if (one.envelope.origin == spool::Origin::forward) {
                ++made;
                CHECK(one.envelope.parent == id);
                CHECK(spool::test::read_message(reader, one.where) == stored);
            }
        CHECK(made == 2);
    }
}
