// SPDX-License-Identifier: Apache-2.0
// What leaves the ring before its segment does is gone from the disk, and nothing else is.
#include "base/clock.h"
#include "base/failure.h"
#include "base/log_test.h"
#include "spool/erased_scene_test.h"
#include "spool/journal_mark.h"
#include "spool/layout.h"
#include "spool/queue.h"
#include "spool/ring_look.h"
#include "spool/ring_sweep.h"

#include <atomic>
#include <doctest/doctest.h>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace {

using spool::MessageId;
using spool::Queue;
using spool::RingPeriods;
using spool::TestSpool;
using spool::erased::add_some;
using spool::erased::deliver;
using spool::erased::on_disk;
using spool::erased::size_of_one;
using spool::erased::tidy_often;
using spool::erased::tidy_until;
using spool::erased::used;
using spool::erased::whole;

constexpr std::int64_t day = 86'400;

std::int64_t days_ago(std::int64_t days)
{
    return base::wall_microseconds() - days * day * 1'000'000;
}

// Messages from long ago, in one sealed segment.
std::vector<MessageId> add_old(const TestSpool& spool, int count)
{
    spool::Writer writer(spool.writer_options());
    return add_some(writer, count, 1, days_ago(2));
}

spool::QueueOptions ring(const TestSpool& spool)
{
    spool::QueueOptions options = spool.options();
    options.retention = 30 * day;
    return options;
}

// Those of messages "0" and "1" are a second, those of "2" five days; the others have none.
std::shared_ptr<RingPeriods> periods()
{
    auto out = std::make_shared<RingPeriods>();
    out->shortest = 1;
    out->period_of = [](const spool::Envelope& envelope) -> std::optional<std::int64_t> {
        if (envelope.sender.starts_with("s0@") || envelope.sender.starts_with("s1@"))
            return 1;
        if (envelope.sender.starts_with("s2@"))
            return 5 * day;
        return std::nullopt;
    };
    return out;
}

std::string segment_of(const TestSpool& spool, MessageId id)
{
    return spool::segment_path(spool.directory(), id.first_written().segment);
}

bool intact(const TestSpool& spool, MessageId id, int i)
{
    spool::Reader reader(spool.directory());
    const auto message = reader.open(id.first_written(), true);
    return message && reader.read(*message, 0, message->size) ==
                          std::string(size_of_one, static_cast<char>('A' + i));
}

} // namespace

TEST_CASE("spool: a message leaves the ring after its own period, its neighbours stay")
{
    const TestSpool spool;
    const std::vector<MessageId> ids = add_old(spool, 4);
    const std::uint64_t before = used(spool);
    const std::int64_t changed =
        spool::segment_info(spool.directory(), ids[0].first_written().segment)->changed;
    spool::Writer writer(spool.writer_options());
    Queue queue(ring(spool));
    queue.shorten_ring(periods());
    spool::read_log(queue);
    queue.hold(ids[1], spool::Hold::by_operator, "look at it");
    for (const std::size_t i : {0, 2, 3})
        deliver(queue, ids[i]);
    CHECK(tidy_until(queue, writer, [&] { return !on_disk(spool, 0); }));
    CHECK(used(spool) + size_of_one * 8 / 10 < before);
    CHECK(whole(spool, queue, ids[1], 1));
    CHECK(intact(spool, ids[2], 2));
    CHECK(intact(spool, ids[3], 3));
    spool::Reader reader(spool.directory());
    CHECK(reader.open(ids[0].first_written()).error() == spool::ReadError::gone);

    SUBCASE("what was waited for follows when nobody does any more")
    {
        deliver(queue, ids[1]);
        CHECK(tidy_until(queue, writer, [&] { return !on_disk(spool, 1); }));
        CHECK(intact(spool, ids[2], 2));
    }
    SUBCASE("with other periods all is looked at anew")
    {
        auto shorter = periods();
        shorter->period_of = [](const spool::Envelope&) { return 1; };
        queue.shorten_ring(shorter);
        CHECK(tidy_until(queue, writer, [&] { return !on_disk(spool, 3); }));
        CHECK_FALSE(on_disk(spool, 2));
        CHECK(whole(spool, queue, ids[1], 1));
    }
    const spool::SegmentNumber segment = ids[0].first_written().segment;
    CHECK(tidy_until(queue, writer, [&] {
        return spool::segment_info(spool.directory(), segment)->changed == changed;
    }));
}

TEST_CASE("spool: what was due while nobody looked leaves the ring after the start")
{
    const TestSpool spool;
    const std::vector<MessageId> ids = add_old(spool, 3);
    {
        Queue queue(ring(spool));
        spool::read_log(queue);
        for (const MessageId id : ids)
            deliver(queue, id);
    }
    // Killed when the header said so, and before its bytes were gone.
    std::string bytes = spool::read_file(segment_of(spool, ids[1]));
    bytes.replace(ids[1].first_written().offset, 14, "sponts-erased ");
    spool::write_file(segment_of(spool, ids[1]), bytes);
    CHECK(on_disk(spool, 1));
    spool::Writer writer(spool.writer_options());
    Queue queue(ring(spool));
    queue.shorten_ring(periods());
    CHECK(spool::read_log(queue).empty());
    CHECK(tidy_until(queue, writer,
                     [&] { return !on_disk(spool, 0) && !on_disk(spool, 1); }));
    CHECK(intact(spool, ids[2], 2));
}

TEST_CASE("spool: a segment that is still written to loses what is due, and nothing else")
{
    const TestSpool spool;
    spool::Writer relay(spool.writer_options());
    const std::vector<MessageId> ids = add_some(relay, 4, 1, days_ago(2));
    spool::Writer writer(spool.writer_options());
    Queue queue(ring(spool));
    queue.shorten_ring(periods());
    spool::read_log(queue);
    for (const MessageId id : ids)
        deliver(queue, id);
    CHECK(tidy_until(queue, writer,
                     [&] { return !on_disk(spool, 0) && !on_disk(spool, 1); }));
    const std::vector<MessageId> more = add_some(relay, 4, 1, days_ago(2));
    CHECK(more[0].first_written().segment == ids[0].first_written().segment);
    spool::read_log(queue);
    for (const MessageId id : more)
        deliver(queue, id);
    CHECK(tidy_until(queue, writer,
                     [&] { return !on_disk(spool, 0) && !on_disk(spool, 1); }));
    for (const MessageId id : {ids[2], more[2]})
        CHECK(intact(spool, id, 2));
    for (const MessageId id : {ids[3], more[3]})
        CHECK(intact(spool, id, 3));
}

TEST_CASE("spool: nothing leaves the ring before the journal has read it")
{
    const TestSpool spool;
    const std::vector<MessageId> ids = add_old(spool, 4);
    spool::QueueOptions options = ring(spool);
    options.journal_backlog = 1u << 30;
    spool::Writer writer(spool.writer_options());
    Queue queue(options);
    queue.shorten_ring(periods());
    spool::read_log(queue);
    for (const MessageId id : ids)
        deliver(queue, id);
    const spool::SegmentNumber segment = ids[0].first_written().segment;
    spool::write_journal_mark(spool.directory(),
                              {{segment, ids[1].first_written().offset, false}});
    CHECK(tidy_until(queue, writer, [&] { return !on_disk(spool, 0); }));
    tidy_often(queue, writer);
    CHECK(on_disk(spool, 1));
    spool::write_journal_mark(spool.directory(), {{segment, 0, true}});
    CHECK(tidy_until(queue, writer, [&] { return !on_disk(spool, 1); }));
    CHECK(intact(spool, ids[2], 2));
}

TEST_CASE("spool: what the journal has not read stays in the ring on a full disk, too")
{
    const TestSpool spool;
    const std::vector<MessageId> ids = add_old(spool, 4);
    spool::QueueOptions options = ring(spool);
    options.journal_backlog = 1u << 30;
    options.journal_free_space = std::uint64_t{1} << 60;
    spool::Writer writer(spool.writer_options());
    Queue queue(options);
    queue.shorten_ring(periods());
    spool::read_log(queue);
    for (const std::size_t i : {0, 1, 2})
        deliver(queue, ids[i]);
    spool::write_journal_mark(spool.directory(), {{ids[0].first_written().segment,
                                                   ids[1].first_written().offset, false}});
    CHECK(tidy_until(queue, writer, [&] { return !on_disk(spool, 0); }));
    tidy_often(queue, writer);
    CHECK(on_disk(spool, 1));
    CHECK(whole(spool, queue, ids[3], 3));
}

TEST_CASE("spool: a segment that looks open for a moment is looked at later")
{
    const TestSpool spool;
    spool::Writer writer(spool.writer_options());
    const std::vector<MessageId> ids = add_some(writer, 1, 1, days_ago(2));
    const std::int64_t now = base::wall_seconds();
    const spool::RingLook found = spool::look_through(
        spool.directory(), {{ids[0].first_written().segment, 0, true}}, *periods(), now);
    CHECK(found.due.empty());
    CHECK(found.again > base::seconds(0));
    CHECK(found.end == 0);
}

TEST_CASE("spool: nothing leaves the ring before the disk knows that it is finished")
{
    const TestSpool spool;
    const std::vector<MessageId> ids = add_old(spool, 2);
    spool::QueueOptions options = ring(spool);
    options.sync_interval = base::milliseconds(3'600'000);
    spool::Writer writer(spool.writer_options());
    Queue queue(options);
    queue.shorten_ring(periods());
    spool::read_log(queue);
    deliver(queue, ids[0]);
    REQUIRE(queue.unsynced());
    tidy_often(queue, writer);
    CHECK(on_disk(spool, 0));
    CHECK(queue.unsynced());
    REQUIRE(queue.sync());
    CHECK(tidy_until(queue, writer, [&] { return !on_disk(spool, 0); }));
    CHECK(whole(spool, queue, ids[1], 1));
}

TEST_CASE("spool: when nobody can say whose a message is, it stays")
{
    const TestSpool spool;
    const std::vector<MessageId> ids = add_old(spool, 1);
    spool::Writer writer(spool.writer_options());
    Queue queue(ring(spool));
    std::atomic<int> asked = 0;
    auto locked = periods();
    locked->period_of = [&asked](const spool::Envelope&) -> std::optional<std::int64_t> {
        ++asked;
        throw base::Failure(base::Remedy::try_later, "the database is locked");
    };
    queue.shorten_ring(locked);
    spool::read_log(queue);
    deliver(queue, ids[0]);
    CHECK(tidy_until(queue, writer, [&] { return asked > 0; }));
    tidy_often(queue, writer);
    CHECK(asked == 1); // and not at once again
    CHECK(intact(spool, ids[0], 0));
    queue.shorten_ring(periods());
    CHECK(tidy_until(queue, writer, [&] { return !on_disk(spool, 0); }));
}

TEST_CASE("spool: a segment that cannot be read does not keep the others in the ring")
{
    const TestSpool spool;
    const std::vector<MessageId> first = add_old(spool, 2);
    const std::vector<MessageId> second = add_old(spool, 3);
    REQUIRE(first[0].first_written().segment < second[0].first_written().segment);
    spool::Writer writer(spool.writer_options());
    Queue queue(ring(spool));
    spool::read_log(queue);
    for (const std::vector<MessageId>& some : {first, second})
        for (const MessageId id : some)
            deliver(queue, id);
    queue.tidy(writer); // it is known
    const std::string path = segment_of(spool, first[0]);
    std::filesystem::remove(path);
    std::filesystem::create_directory(path); // can be opened, and not be read
    const base::Captured log({.program = "test"});
    queue.shorten_ring(periods());
    spool::Reader reader(spool.directory());
    CHECK(tidy_until(queue, writer,
                     [&] { return !reader.open(second[0].first_written()).has_value(); }));
    CHECK(intact(spool, second[2], 2));
    const std::string number = std::filesystem::path(path).stem();
    CHECK(log.text().find("segment " + number) != std::string::npos);
    std::filesystem::remove(path);
}

TEST_CASE("spool: a look says what is due now and when the next is; kept segments wait")
{
    const TestSpool spool;
    const std::vector<MessageId> ids = add_old(spool, 4);
    const spool::Follower::Position all{ids[0].first_written().segment, 0, true};
    const std::int64_t now = base::wall_seconds();
    const auto look = [&](std::int64_t when) {
        return spool::look_through(spool.directory(), {all}, *periods(), when);
    };
    spool::RingLook found = look(now);
    REQUIRE(found.due.size() == 2);
    CHECK(found.due[0].id == ids[0]);
    CHECK(found.due[1].offset == ids[1].first_written().offset);
    CHECK(found.next >= now + 3 * day - 5);
    CHECK(found.next <= now + 3 * day);
    found = look(now + 3 * day);
    CHECK(found.due.size() == 3);
    CHECK(found.next == spool::never);
    CHECK(look(now - 3 * day).due.empty());

    const std::string kept = spool::damaged_path(spool.directory(), all.segment);
    std::filesystem::create_directories(spool::damaged_directory(spool.directory()));
    std::filesystem::create_hard_link(segment_of(spool, ids[0]), kept);
    found = look(now);
    CHECK(found.due.empty());
    CHECK(found.again > base::seconds(0));
    std::filesystem::remove(segment_of(spool, ids[0]));
    CHECK(look(now).due.empty());
}

TEST_CASE("spool: the lag is a part of the shortest period, within bounds")
{
    CHECK(spool::lag_of({{}, 1}) == 1);
    CHECK(spool::lag_of({{}, 3600}) == 180);
    CHECK(spool::lag_of({{}, 30 * day}) == 300);
}
