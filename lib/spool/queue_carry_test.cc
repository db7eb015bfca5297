// SPDX-License-Identifier: Apache-2.0
// Carrying forward beside all else: copies are safe from the moment they are written.
#include "spool/queue.h"
#include "spool/queue_fixture_test.h"
#include "spool/reader.h"
#include "spool/segments.h"
#include "spool/writer.h"

#include <chrono>
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
