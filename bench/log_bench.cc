// SPDX-License-Identifier: Apache-2.0
// bench/log_bench.cc - the log alone: messages committed and followed per second.
//
//     bench-log_bench DIRECTORY [MESSAGES [BYTES [WAITING]]]
//
// DIRECTORY is an empty spool.  WAITING messages are handed in at a time; the next one is
// handed in when one is durable.
#include "base/clock.h"
#include "spool/reader.h"
#include "spool/writer.h"

#include <fmt/format.h>

#include <charconv>
#include <cstring>
#include <semaphore>
#include <string>
#include <sys/resource.h>

namespace {

double seconds_since(base::SteadyTime start)
{
    return std::chrono::duration<double>(base::Steady::now() - start).count();
}

double cpu_seconds()
{
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    return static_cast<double>(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
           static_cast<double>(used.ru_utime.tv_usec + used.ru_stime.tv_usec) * 1e-6;
}

void report(std::string_view what, std::size_t count, base::SteadyTime start,
            double cpu_before)
{
    const double seconds = seconds_since(start);
    fmt::print("{:8} {:9} messages {:10.0f}/s {:8.2f} us CPU each\n", what, count,
               static_cast<double>(count) / seconds,
               (cpu_seconds() - cpu_before) * 1e6 / static_cast<double>(count));
}

spool::Envelope envelope_of(std::size_t n)
{
    spool::Envelope envelope;
    envelope.arrival = base::wall_microseconds();
    envelope.sender = "someone@sender.example";
    envelope.recipients.push_back(
        {fmt::format("user{}@recipient.example", n % 1000), 0, ""});
    envelope.client = {
        "192.0.2.1", 31234, "mail.sender.example", "mail.sender.example", "ESMTPS",
        "",          "in"};
    return envelope;
}

void commit(spool::Writer& writer, std::size_t messages, std::size_t bytes, int waiting)
{
    const std::string text(bytes, 'x');
    std::counting_semaphore<> room(waiting);
    const base::SteadyTime start = base::Steady::now();
    const double cpu = cpu_seconds();
    for (std::size_t n = 0; n < messages; ++n) {
        room.acquire();
        spool::Draft draft = writer.begin();
        for (std::size_t at = 0; at < bytes; at += 16384)
            draft.append(std::string_view(text).substr(at, 16384));
        writer.commit(std::move(draft), envelope_of(n),
                      [&room](spool::CommitResult result) {
                          if (!result)
                              fmt::print(stderr, "{}\n", result.error().what());
                          room.release();
                      });
    }
    for (int n = 0; n < waiting; ++n)
        room.acquire();
    report("commit", messages, start, cpu);
}

void follow(const std::string& directory)
{
    const base::SteadyTime start = base::Steady::now();
    const double cpu = cpu_seconds();
    spool::Follower follower(directory, {});
    std::size_t count = 0;
    while (follower.poll(
               1000, [&count](spool::Found&&) { ++count; },
               [](spool::Location, std::string_view why) {
                   fmt::print(stderr, "damaged: {}\n", why);
               }) > 0) {
    }
    report("follow", count, start, cpu);
}

std::size_t number(const char* text, std::size_t otherwise)
{
    if (text == nullptr)
        return otherwise;
    (void)std::from_chars(text, text + std::strlen(text), otherwise);
    return otherwise;
}

} // namespace

int main(int argc, char** argv)
{
    if (argc < 2) {
        fmt::print(stderr, "usage: {} DIRECTORY [MESSAGES [BYTES [WAITING]]]\n", argv[0]);
        return 64;
    }
    const auto argument = [&](int n) { return n < argc ? argv[n] : nullptr; };
    try {
        spool::WriterOptions options;
        options.directory = argv[1];
        {
            spool::Writer writer(options);
            commit(writer, number(argument(2), 20'000), number(argument(3), 38'000),
                   static_cast<int>(number(argument(4), 100)));
        }
        follow(options.directory);
    } catch (const base::Failure& failure) {
        fmt::print(stderr, "log_bench: {}\n", failure.what());
        return failure.exit_status();
    }
    return 0;
}
