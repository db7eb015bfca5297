// SPDX-License-Identifier: Apache-2.0
// Carrying forward beside all else: copies are safe from the moment they are written.
#include "base/failure.h"
#include "spool/queue.h"
#include "spool/queue_fixture_test.h"
#include "spool/reader.h"
#include "spool/segments.h"
#include "spool/test_disk.h"
#include "spool/writer.h"

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <doctest/doctest.h>
#include <string>
#include <thread>
#include <vector>

namespace {

using spool::MessageId;
using spool::Queue;
using spool::TestSpool;

constexpr std::size_t size_of_one = 500;

std::string bytes_of(const TestSpool& spool, spool::Location where)
{
    spool::Reader reader(spool.directory());
    const auto message = reader.open(where, true);
    return message ? reader.read(*message, 0, message->size) : "unreadable";
}

void tidy_often(Queue& queue, spool::Writer& writer)
{
    for (int i = 0; i < 50; ++i) {
        spool::read_log(queue);
        queue.tidy(writer);
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
}

// Messages that wait in a sealed segment with very many that are delivered.
std::vector<MessageId> add_waiting(const TestSpool& spool)
{
    std::vector<MessageId> waiting;
    spool::Writer writer(spool.writer_options());
    for (int i = 0; i < 4; ++i)
        waiting.push_back(spool.add(writer, 1, size_of_one));
    std::vector<MessageId> others;
    for (int i = 0; i < 40; ++i)
        others.push_back(spool.add(writer, 1, size_of_one));
    Queue queue(spool.options());
    spool::read_log(queue);
    for (const MessageId id : others)
        queue.remove(id);
    return waiting;
}

} // namespace

TEST_CASE("spool: a segment that holds nothing but copies is needed before they count")
{
    const TestSpool spool;
    const std::vector<MessageId> waiting = add_waiting(spool);
    spool::WriterOptions small = spool.writer_options();
    small.segment_size = 3 * size_of_one; // one copy in each
    spool::Writer writer(small);
    spool::QueueOptions options = spool.options();
    options.snapshot_bytes = 1; // each round syncs what the one before it has said
    Queue queue(options);
    spool::read_log(queue);
    queue.tidy(writer); // hands the copies to the writer
    // They are written, their segments sealed and read before the queue hears of it.
    const MessageId last = spool.add(writer, 1, size_of_one);
    spool::read_log(queue);
    REQUIRE(queue.find(waiting.front())->where() == waiting.front().first_written());
    REQUIRE(spool::segment_numbers(spool.directory()).size() > waiting.size());
    queue.write_snapshot();
    tidy_often(queue, writer);
    CHECK(queue.size() == waiting.size() + 1);
    for (const MessageId id : waiting) {
        REQUIRE(queue.find(id) != nullptr);
        CHECK(queue.find(id)->where() != id.first_written());
        CHECK(bytes_of(spool, queue.find(id)->where()) == std::string(size_of_one, 'x'));
    }
    CHECK(bytes_of(spool, queue.find(last)->where()) == std::string(size_of_one, 'x'));
}

namespace {

// The copies are written to a disk that fails twice from its operation `first` on, and
// meanwhile all messages are finished.  False: it has never come that far.
bool finish_beside_failure(std::uint64_t first)
{
    const TestSpool spool;
    const std::vector<MessageId> waiting = add_waiting(spool);
    Queue queue(spool.options());
    spool::read_log(queue);
    spool::test::FailingDisk disk(first, first + 1, EIO);
    spool::WriterOptions options = spool.writer_options();
    options.preallocate = spool::Preallocate::none;
    try {
        spool::WriterOptions failing = options;
        failing.disk = &disk;
        spool::Writer writer(failing);
        queue.tidy(writer);
    } catch (const base::Failure&) { // there was no log to write to
    }
    for (const MessageId id : waiting)
        queue.remove(id);
    spool::Writer writer(options);
    queue.tidy(writer); // hears that the copies were not written
    CHECK(spool::read_log(queue).empty());
    CHECK(queue.size() == 0);
    return disk.operations() >= first;
}

} // namespace

TEST_CASE("spool: a copy that failed and is in the log all the same is no new message")
{
    std::uint64_t operation = 1;
    while (finish_beside_failure(operation))
        ++operation;
    CHECK(operation > 5);
}
