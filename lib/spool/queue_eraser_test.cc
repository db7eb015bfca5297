// SPDX-License-Identifier: Apache-2.0
// What is deleted is gone from the disk, and nothing else is; while other mail keeps the
// segment.
#include "spool/erased_scene_test.h"
#include "spool/journal_mark.h"
#include "spool/layout.h"
#include "spool/queue.h"
#include "spool/queue_fixture_test.h"
#include "spool/segments.h"
#include "spool/writer.h"

#include <doctest/doctest.h>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace {

using spool::MessageId;
using spool::Queue;
using spool::TestSpool;
using spool::erased::add_some;
using spool::erased::deliver;
using spool::erased::on_disk;
using spool::erased::quiet_options;
using spool::erased::size_of_one;
using spool::erased::tidy_often;
using spool::erased::tidy_until;
using spool::erased::used;
using spool::erased::whole;

} // namespace

TEST_CASE("spool: what is deleted is erased while others keep the segment")
{
    const TestSpool spool;
    const std::vector<MessageId> ids = add_some(spool, 4);
    const std::uint64_t before = used(spool);
    const std::uint64_t segment = ids[0].first_written().segment;
    const std::int64_t changed = spool::segment_info(spool.directory(), segment)->changed;
    spool::QueueOptions options = quiet_options(spool);
    SUBCASE("without retention") {}
    SUBCASE("with retention")
    {
        options.retention = 3600;
    }
    spool::Writer writer(spool.writer_options());
    {
        Queue queue(options);
        spool::read_log(queue);
        queue.hold(ids[3], spool::Hold::by_operator, "look at it");
        deliver(queue, ids[2]);
        queue.remove(ids[0]);
        queue.remove(ids[1]);
        CHECK(on_disk(spool, 0));
        CHECK(tidy_until(queue, writer,
                         [&] { return !on_disk(spool, 0) && !on_disk(spool, 1); }));
        tidy_often(queue, writer);
        CHECK(used(spool) + 2 * size_of_one * 8 / 10 < before);
        CHECK(on_disk(spool, 2)); // delivered: goes with its segment
        CHECK(whole(spool, queue, ids[3], 3));
        CHECK(spool::segment_info(spool.directory(), segment)->changed == changed);
    }
    Queue queue(options);
    CHECK(spool::read_log(queue).empty());
    CHECK(queue.size() == 1);
    CHECK(whole(spool, queue, ids[3], 3));
}

TEST_CASE("spool: what all have withdrawn is erased, what somebody has had is not")
{
    const TestSpool spool;
    const std::vector<MessageId> ids = add_some(spool, 3, 2);
    const std::uint32_t both[] = {0, 1};
    spool::Writer writer(spool.writer_options());
    Queue queue(quiet_options(spool));
    spool::read_log(queue);
    CHECK(queue.withdraw(ids[0], std::span(both).first(1)) ==
          std::vector<std::uint32_t>{0});
    CHECK(queue.find(ids[0]) != nullptr);
    CHECK(queue.withdraw(ids[0], both) == std::vector<std::uint32_t>{1});
    deliver(queue, ids[1]);
    CHECK(queue.withdraw(ids[1], both) == std::vector<std::uint32_t>{1});
    CHECK(queue.size() == 1);
    CHECK(tidy_until(queue, writer, [&] { return !on_disk(spool, 0); }));
    tidy_often(queue, writer);
    CHECK(on_disk(spool, 1));
    CHECK(whole(spool, queue, ids[2], 2));
}

TEST_CASE("spool: what is deleted is erased at the queue's end, and after a kill")
{
    const TestSpool spool;
    const std::vector<MessageId> ids = add_some(spool, 3);
    TestSpool killed;
    {
        Queue queue(quiet_options(spool));
        spool::read_log(queue);
        queue.remove(ids[1]);
        REQUIRE(queue.sync());
        killed.copy_from(spool);
    }
    CHECK_FALSE(on_disk(spool, 1));
    CHECK(on_disk(spool, 0));
    CHECK(on_disk(killed, 1));
    spool::Writer writer(killed.writer_options());
    Queue queue(quiet_options(killed));
    spool::read_log(queue);
    CHECK(tidy_until(queue, writer, [&] { return !on_disk(killed, 1); }));
    CHECK(whole(killed, queue, ids[0], 0));
    CHECK(whole(killed, queue, ids[2], 2));
}

TEST_CASE("spool: what could not be erased yet is known to the next start from a snapshot")
{
    const TestSpool spool;
    const std::vector<MessageId> ids = add_some(spool, 3);
    const spool::SegmentNumber segment = ids[0].first_written().segment;
    spool::QueueOptions options = quiet_options(spool);
    options.journal_backlog = 1u << 30; // which has read nothing
    TestSpool killed;
    {
        spool::Writer writer(spool.writer_options());
        Queue queue(options);
        spool::read_log(queue);
        queue.remove(ids[1]);
        REQUIRE(queue.sync());
        tidy_often(queue, writer);
        queue.write_snapshot(); // the line of the deletion is gone with the old results
        killed.copy_from(spool);
    }
    const auto starts_again = [&](const TestSpool& where) {
        CHECK(on_disk(where, 1));
        options.directory = where.directory();
        spool::Writer writer(where.writer_options());
        Queue queue(options);
        CHECK(spool::read_log(queue).empty());
        CHECK(queue.size() == 2);
        tidy_often(queue, writer);
        CHECK(on_disk(where, 1));
        spool::write_journal_mark(where.directory(), {{segment, 0, true}});
        CHECK(tidy_until(queue, writer, [&] { return !on_disk(where, 1); }));
        CHECK(whole(where, queue, ids[0], 0));
        CHECK(whole(where, queue, ids[2], 2));
    };
    SUBCASE("after a kill")
    {
        starts_again(killed);
    }
    SUBCASE("after a stop")
    {
        starts_again(spool);
    }
    SUBCASE("after a stop before the log was read")
    {
        std::filesystem::remove_all(spool.directory() + "/queue");
        std::filesystem::copy(killed.directory() + "/queue", spool.directory() + "/queue");
        {
            const Queue queue(options);
        }
        starts_again(spool);
    }
}

TEST_CASE("spool: what was deleted as soon as it came is erased after a kill, too")
{
    const TestSpool spool;
    const std::vector<MessageId> ids = add_some(spool, 2);
    spool::QueueOptions options = quiet_options(spool);
    options.journal_backlog = 1u << 30; // which has read nothing
    TestSpool killed;
    {
        spool::Writer writer(spool.writer_options());
        Queue queue(options);
        spool::read_log(queue);
        queue.remove(ids[1]);
        queue.tidy(writer); // says how far the log was read
        REQUIRE(queue.sync());
        killed.copy_from(spool);
    }
    CHECK(on_disk(killed, 1));
    options.directory = killed.directory();
    spool::Writer writer(killed.writer_options());
    Queue queue(options);
    CHECK(spool::read_log(queue).empty());
    spool::write_journal_mark(killed.directory(),
                              {{ids[0].first_written().segment, 0, true}});
    CHECK(tidy_until(queue, writer, [&] { return !on_disk(killed, 1); }));
    CHECK(whole(killed, queue, ids[0], 0));
}

TEST_CASE("spool: nothing is erased before the disk knows why")
{
    const TestSpool spool;
    const std::vector<MessageId> ids = add_some(spool, 2);
    spool::Writer writer(spool.writer_options());
    Queue queue(quiet_options(spool));
    spool::read_log(queue);
    {
        spool::NoRoom no_room;
        queue.remove(ids[0]);
        tidy_often(queue, writer);
        CHECK(on_disk(spool, 0));
    }
    CHECK(tidy_until(queue, writer, [&] { return !on_disk(spool, 0); }));
}

TEST_CASE("spool: what is deleted is erased where it was and where it was carried")
{
    const TestSpool spool;
    const std::vector<MessageId> ids = add_some(spool, 8);
    spool::Writer writer(spool.writer_options());
    TestSpool before;
    {
        Queue queue(spool.options());
        spool::read_log(queue);
        for (std::size_t i = 1; i < ids.size(); ++i)
            deliver(queue, ids[i]);
        REQUIRE(tidy_until(queue, writer, [&] {
            if (queue.find(ids[0])->where() == ids[0].first_written())
                before.copy_from(spool);
            return !spool::segment_info(spool.directory(), ids[0].first_written().segment);
        }));
        queue.remove(ids[0]);
        CHECK(on_disk(spool, 0));
        CHECK(tidy_until(queue, writer, [&] { return !on_disk(spool, 0); }));
    }
    // Killed when the copy may be in the log, and deleted then.
    spool::Writer other(before.writer_options());
    Queue queue(before.options());
    spool::read_log(queue);
    queue.remove(ids[0]);
    CHECK(tidy_until(queue, other, [&] { return !on_disk(before, 0); }));
}

TEST_CASE("spool: what is delivered is swept where its segment stays, but for the ring")
{
    const TestSpool spool;
    const std::vector<MessageId> ids = add_some(spool, 6);
    spool::Writer writer(spool.writer_options());
    spool::QueueOptions options = spool.options();
    options.carry_forward = 0; // the segment stays, whatever is left in it
    {
        spool::QueueOptions ring = options;
        ring.retention = 3600;
        Queue queue(ring);
        spool::read_log(queue);
        for (const std::size_t i : {0, 2, 3})
            deliver(queue, ids[i]);
        tidy_often(queue, writer);
        CHECK(on_disk(spool, 2));
    }
    const std::uint64_t before = used(spool);
    Queue queue(options);
    spool::read_log(queue);
    CHECK(tidy_until(queue, writer, [&] { return !on_disk(spool, 3); }));
    CHECK_FALSE(on_disk(spool, 0));
    CHECK_FALSE(on_disk(spool, 2));
    CHECK(used(spool) + 3 * size_of_one * 8 / 10 < before);
    for (const int i : {1, 4, 5})
        CHECK(whole(spool, queue, ids[static_cast<std::size_t>(i)], i));
    deliver(queue, ids[4]);
    CHECK(tidy_until(queue, writer, [&] { return !on_disk(spool, 4); }));
    CHECK(whole(spool, queue, ids[5], 5));
}

TEST_CASE("spool: a segment that is kept for a person is not swept")
{
    const TestSpool spool;
    const std::vector<MessageId> ids = add_some(spool, 4);
    const std::string file =
        spool::segment_path(spool.directory(), ids[0].first_written().segment);
    std::string bytes = spool::read_file(file);
    bytes[bytes.find("<s1@")] ^= 1;
    spool::write_file(file, bytes);
    spool::Writer writer(spool.writer_options());
    spool::QueueOptions options = spool.options();
    options.carry_forward = 0;
    Queue queue(options);
    spool::read_log(queue);
    deliver(queue, ids[0]);
    tidy_often(queue, writer);
    CHECK(on_disk(spool, 0));
    CHECK(spool::read_file(file) == bytes);
}
