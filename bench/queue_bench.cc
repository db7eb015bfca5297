// SPDX-License-Identifier: Apache-2.0
// bench/queue_bench.cc - a long queue: how fast it starts, how much memory it takes, and
// how long the event loop stands still while a snapshot is written beside it.
//
//     bench-queue_bench DIRECTORY [MESSAGES]
//
// DIRECTORY is an empty spool.
#include "base/clock.h"
#include "spool/queue.h"
#include "spool/writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

namespace {

constexpr std::uint64_t most_waiting = 1000;

double seconds_since(base::SteadyTime start)
{
    return std::chrono::duration<double>(base::Steady::now() - start).count();
}

// In MB; of this process, as the kernel counts it.
std::uint64_t resident()
{
    std::ifstream statm("/proc/self/statm");
    std::uint64_t total = 0;
    std::uint64_t pages = 0;
    statm >> total >> pages;
    return pages * 4096 >> 20;
}

void report(std::string_view what, base::SteadyTime start)
{
    fmt::print("{:<44} {:8.2f} s   {:5} MB\n", what, seconds_since(start), resident());
}

void fill(spool::Writer& writer, std::uint64_t messages)
{
    for (std::uint64_t i = 0; i < messages; ++i) {
        spool::Envelope envelope;
        envelope.sender = "sender@example.net";
        envelope.arrival = base::wall_microseconds();
        envelope.recipients.push_back(
            {fmt::format("r{}@d{}.example", i, i % 5000), spool::notify_default, ""});
        spool::Draft draft = writer.begin();
        draft.append("Subject: x\r\n\r\nx\r\n");
        if (i % most_waiting == 0 || i + 1 == messages)
            (void)writer.commit_and_wait(std::move(draft), envelope);
        else
            writer.commit(std::move(draft), envelope, [](const spool::CommitResult&) {});
    }
}

void read_log(spool::Queue& queue)
{
    const auto fresh = [](const spool::Entry&, const spool::Found&) {};
    while (queue.poll_log(most_waiting, fresh) == most_waiting) {
    }
}

void defer_all(spool::Queue& queue)
{
    std::vector<spool::MessageId> ids;
    queue.for_each([&](const spool::Entry& entry) { ids.push_back(entry.id()); });
    std::uint64_t i = 0;
    for (const spool::MessageId id : ids) {
        const std::vector<spool::Outcome> outcomes = {
            {0, spool::RecipientState::waiting,
             fmt::format("mx.d{}.example[192.0.2.1]: 451 4.7.1 come back later",
                         ++i % 5000)}};
        (void)queue.note(id, outcomes, base::wall_seconds() + 300, "mx.example:25");
    }
}

// The longest step of an event loop that goes on noting while a snapshot is written.
double longest_stall(spool::Queue& queue, spool::Writer& writer)
{
    std::vector<spool::MessageId> ids;
    queue.for_each([&](const spool::Entry& entry) { ids.push_back(entry.id()); });
    double longest = 0;
    for (std::size_t i = 0; i < std::min<std::size_t>(ids.size(), 100'000); ++i) {
        const base::SteadyTime start = base::Steady::now();
        if (i % 1000 == 0)
            queue.tidy(writer);
        queue.retry_at(ids[i], base::wall_seconds());
        longest = std::max(longest, seconds_since(start));
    }
    return longest;
}

} // namespace

int main(int argc, char** argv)
{
    if (argc < 2) {
        fmt::print(stderr, "queue_bench: DIRECTORY [MESSAGES]\n");
        return 64;
    }
    const std::uint64_t messages = argc > 2 ? std::stoull(argv[2]) : 1'000'000;
    spool::WriterOptions writing;
    writing.directory = argv[1];
    writing.free_space = 0;
    spool::Writer writer(writing);
    spool::QueueOptions options;
    options.directory = argv[1];

    base::SteadyTime start = base::Steady::now();
    fill(writer, messages);
    report(fmt::format("{} messages into the log", messages), start);
    {
        spool::Queue queue(options);
        start = base::Steady::now();
        read_log(queue);
        report("read from the log, no snapshot", start);
        start = base::Steady::now();
        defer_all(queue);
        report("one attempt noted for each", start);
        fmt::print("{:<44} {:8.2f} ms\n", "longest step while a snapshot is written",
                   1000 * longest_stall(queue, writer));
        start = base::Steady::now();
        queue.write_snapshot();
        report("a snapshot, waited for", start);
    }
    start = base::Steady::now();
    spool::Queue queue(options);
    read_log(queue);
    report("started again", start);
    return queue.size() == messages ? 0 : 1;
}
