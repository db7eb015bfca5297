// SPDX-License-Identifier: Apache-2.0
// The queue with a real log in a directory of its own: what it says after a restart, a torn
// file, a full disk.
#include "base/failure.h"
#include "spool/queue.h"
#include "spool/queue_files.h"
#include "spool/queue_fixture_test.h"
#include "spool/segments.h"
#include "spool/writer.h"

#include <csignal>
#include <doctest/doctest.h>
#include <fstream>
#include <map>
#include <random>
#include <set>
#include <string>
#include <sys/resource.h>
#include <vector>

namespace {

using spool::MessageId;
using spool::Queue;
using spool::RecipientState;
using spool::TestSpool;

using Ids = std::set<MessageId>;

Ids ids_of(const Queue& queue)
{
    Ids ids;
    queue.for_each([&](const spool::Entry& entry) { ids.insert(entry.id()); });
    return ids;
}

spool::Outcome outcome(std::uint32_t recipient, RecipientState state)
{
    return {recipient, state, "mx.example[192.0.2.1]: said so"};
}

bool note(Queue& queue, MessageId id, RecipientState state, std::uint32_t recipient = 0)
{
    const std::vector<spool::Outcome> outcomes = {outcome(recipient, state)};
    return queue.note(id, outcomes, 2'000'000'000, "mx.example:25");
}

// Everything that is kept of each message, as text.
std::map<MessageId, std::string> state_of(const Queue& queue)
{
    std::map<MessageId, std::string> all;
    queue.for_each([&](const spool::Entry& entry) {
        std::string text = std::to_string(entry.attempts()) + ' ' +
                           std::to_string(entry.next_attempt()) + ' ' +
                           std::string(to_string(entry.hold())) + ' ' +
                           std::string(queue.text(entry.reason())) + ' ' +
                           std::string(queue.text(entry.destination()));
        text += entry.delay_noticed() ? " noticed" : "";
        text += entry.requeued() ? " requeued" : "";
        text += entry.expire_requested() ? " expire" : "";
        for (std::uint32_t i = 0; i < entry.recipients(); ++i)
            text += ' ' + std::string(to_string(entry.state(i))) + ':' +
                    std::string(queue.text(entry.reason(i))) + ':' +
                    std::string(queue.text(entry.domain(i)));
        all[entry.id()] = text;
    });
    return all;
}

} // namespace

TEST_CASE("spool: a message is in the queue until nobody waits for it")
{
    TestSpool spool;
    const MessageId one = spool.add(1);
    const MessageId two = spool.add(2);
    Queue queue(spool.options());
    std::vector<MessageId> fresh;
    spool::Reader reader(spool.directory());
    CHECK(queue.poll_log(100, [&](const spool::Entry& entry, const spool::Found& found) {
        CHECK(entry.id() == found.envelope.id);
        const auto message = reader.open(found.where);
        REQUIRE(message.has_value());
        CHECK(message->offset == found.offset);
        CHECK(message->size == found.size);
        CHECK(reader.file(found.where.segment) == message->file);
        fresh.push_back(entry.id());
    }) == 2);
    CHECK(fresh == std::vector{one, two});
    CHECK(note(queue, one, RecipientState::delivered));
    CHECK(queue.find(one) == nullptr);
    CHECK_FALSE(note(queue, one, RecipientState::delivered));
    CHECK_FALSE(note(queue, two, RecipientState::delivered, 1));
    CHECK_FALSE(note(queue, two, RecipientState::waiting, 0));
    const spool::Entry* const entry = queue.find(two);
    REQUIRE(entry != nullptr);
    CHECK(entry->attempts() == 2);
    CHECK(entry->waits(0));
    CHECK_FALSE(entry->waits(1));
    CHECK(queue.text(entry->domain(0)) == "example.org");
    CHECK(queue.text(entry->destination()) == "mx.example:25");
    CHECK(queue.size() == 1);
}

TEST_CASE("spool: the queue has one owner, and says who")
{
    TestSpool spool;
    const Queue queue(spool.options());
    try {
        const Queue second(spool.options());
        FAIL("two owners");
    } catch (const base::Failure& failure) {
        CHECK(failure.remedy() == base::Remedy::start_service);
        CHECK(std::string(failure.what()).find(std::to_string(::getpid())) !=
              std::string::npos);
    }
    CHECK_THROWS_AS(Queue({.directory = "/nonexistent"}), base::Failure);
}

TEST_CASE("spool: after a clean stop the queue is the same")
{
    TestSpool spool;
    const MessageId one = spool.add(1);
    const MessageId two = spool.add(2);
    const MessageId held = spool.add(1);
    std::map<MessageId, std::string> before;
    {
        Queue queue(spool.options());
        spool::read_log(queue);
        note(queue, one, RecipientState::delivered);
        note(queue, two, RecipientState::waiting, 1);
        queue.note_delay_notice(two);
        queue.hold(held, spool::Hold::by_operator, "odd");
        before = state_of(queue);
    }
    Queue queue(spool.options());
    CHECK(state_of(queue) == before); // known at once, before the log is read
    CHECK(spool::read_log(queue).empty());
    CHECK(state_of(queue) == before);
    const spool::QueueView view(spool.directory());
    CHECK(view.size() == 2);
    REQUIRE(view.find(held) != nullptr);
    CHECK(view.text(view.find(held)->reason()) == "odd");
}

TEST_CASE("spool: killed at any moment, no result that was written is lost")
{
    // Every prefix of what one process wrote is what another may find.
    TestSpool spool;
    std::vector<MessageId> ids;
    for (int i = 0; i < 6; ++i)
        ids.push_back(spool.add(1 + static_cast<std::size_t>(i) % 2));
    std::vector<Ids> after; // the unfinished after each note
    std::vector<std::uint64_t> written;
    TestSpool killed;
    {
        Queue queue(spool.options());
        spool::read_log(queue);
        const spool::QueueFiles files{spool.directory()};
        for (const MessageId id : ids) {
            note(queue, id, RecipientState::delivered);
            after.push_back(ids_of(queue));
            written.push_back(spool::file_size(files.results(0)));
        }
        killed.copy_from(spool);
    }
    const std::string results =
        spool::read_file(spool::QueueFiles{killed.directory()}.results(0));
    for (std::uint64_t length = 0; length <= results.size(); ++length) {
        spool::write_file(spool::QueueFiles{killed.directory()}.results(0),
                          results.substr(0, length));
        Ids expected(ids.begin(), ids.end());
        for (std::size_t i = 0; i < written.size(); ++i)
            if (length >= written[i])
                expected = after[i];
        CAPTURE(length);
        {
            const spool::QueueView view(killed.directory());
            CHECK(view.size() == expected.size());
        }
        // The owner also cuts and goes on, which costs syncs: around the ends of lines.
        if (length % 29 != 0 && results.substr(length, 2).find('\n') == results.npos)
            continue;
        TestSpool copy;
        copy.copy_from(killed);
        Queue queue(copy.options());
        spool::read_log(queue);
        CHECK(ids_of(queue) == expected);
    }
}

TEST_CASE("spool: lines that a power cut left as zeros cost only themselves")
{
    TestSpool spool;
    const MessageId one = spool.add(1);
    const MessageId two = spool.add(1);
    TestSpool cut;
    {
        Queue queue(spool.options());
        spool::read_log(queue);
        note(queue, one, RecipientState::delivered);
        note(queue, two, RecipientState::delivered);
        cut.copy_from(spool);
    }
    const std::string path = spool::QueueFiles{cut.directory()}.results(0);
    std::string results = spool::read_file(path);
    const std::size_t at = results.find(one.text());
    results.replace(at, 10, 10, '\0');
    spool::write_file(path, results);
    Queue queue(cut.options());
    spool::read_log(queue);
    CHECK(ids_of(queue) == Ids{one});
}

TEST_CASE("spool: a damaged snapshot stops the start with its name")
{
    TestSpool spool;
    spool.add(1);
    {
        Queue queue(spool.options());
        spool::read_log(queue);
    }
    const std::string path = spool::QueueFiles{spool.directory()}.snapshot();
    const std::string snapshot = spool::read_file(path);
    for (std::size_t length = 0; length < snapshot.size(); ++length) {
        spool::write_file(path, snapshot.substr(0, length));
        CHECK_THROWS_AS(Queue(spool.options()), base::Failure);
    }
    spool::write_file(path, snapshot);
    CHECK(Queue(spool.options()).size() == 1);
}

TEST_CASE("spool: whatever happens in whatever order, a restart changes nothing")
{
    std::mt19937 random(23);
    TestSpool spool;
    auto queue = std::make_unique<Queue>(spool.options());
    Ids expected;
    auto writer = std::make_unique<spool::Writer>(spool.writer_options());
    for (int step = 0; step < 1500; ++step) {
        const Ids present = ids_of(*queue);
        const MessageId id = present.empty()
                                 ? MessageId()
                                 : *std::next(present.begin(), random() % present.size());
        switch (random() % 14) {
        case 0:
        case 1:
        case 2:
            expected.insert(spool.add(1 + random() % 3));
            break;
        case 3:
        case 4:
            if (note(*queue, id, RecipientState::delivered, random() % 3))
                expected.erase(id);
            break;
        case 5:
            note(*queue, id, RecipientState::waiting);
            break;
        case 6:
            queue->hold(id, spool::Hold::by_guard, "wait");
            break;
        case 7:
            queue->release(id);
            break;
        case 8:
            queue->requeue(id);
            break;
        case 9:
            queue->expire(id);
            break;
        case 10:
            if (random() % 4 == 0) {
                queue->remove(id);
                expected.erase(id);
            }
            break;
        case 11:
            queue->tidy(*writer);
            break;
        case 12:
            spool::read_log(*queue);
            break;
        case 13:
            if (random() % 8 != 0)
                break;
            spool::read_log(*queue);
            const auto before = state_of(*queue);
            if (random() % 2 == 0) {
                queue.reset();
                queue = std::make_unique<Queue>(spool.options());
            } else {
                TestSpool killed; // what the disk has when it is killed now
                killed.copy_from(spool);
                queue.reset();
                writer.reset();
                spool.copy_from(killed);
                writer = std::make_unique<spool::Writer>(spool.writer_options());
                queue = std::make_unique<Queue>(spool.options());
            }
            spool::read_log(*queue);
            CHECK(state_of(*queue) == before);
            break;
        }
    }
    spool::read_log(*queue);
    CHECK(ids_of(*queue) == expected);
    CHECK(expected.size() > 10);
    spool::Reader reader(spool.directory());
    for (const MessageId id : expected) // what was carried or had erased neighbours too
        CHECK(reader.open(queue->find(id)->where(), true).has_value());
}

TEST_CASE("spool: a disk that takes no results loses none")
{
    TestSpool spool;
    const MessageId one = spool.add(1);
    const MessageId two = spool.add(1);
    TestSpool after;
    {
        Queue queue(spool.options());
        spool::read_log(queue);
        spool::NoRoom no_room; // every file is full from here on
        CHECK(note(queue, one, RecipientState::delivered));
        CHECK(note(queue, two, RecipientState::delivered));
        CHECK(queue.size() == 0);
        CHECK(queue.unsynced());
        CHECK_FALSE(queue.sync());
        no_room.end();
        CHECK(queue.sync());
        CHECK_FALSE(queue.unsynced());
        after.copy_from(spool);
    }
    Queue queue(after.options());
    CHECK(spool::read_log(queue).empty());
    CHECK(queue.size() == 0);
}
