// SPDX-License-Identifier: Apache-2.0
// bench/journal_bench.cc - the journal: messages filed a second, searches, deletion.
//
//     bench-journal_bench FILE [MESSAGES [BATCH]]
//
// Files MESSAGES (100000) of two recipients, an attachment and a subject each, with the
// results of both recipients, in transactions of BATCH (1000) into FILE, which must not be
// there; then searches in it, and deletes a tenth while somebody goes on filing.
#include "base/clock.h"
#include "db/journal_retention.h"
#include "db/journal_schema.h"
#include "db/journal_search.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <iostream>
#include <random>
#include <thread>

namespace {

constexpr std::int64_t begin_time = 1'795'435'200'000'000; // 2026-11-23T12:00:00Z
constexpr std::int64_t spacing = 200'000;                  // five messages a second

// Few are many, many are few: what is asked for often is near the front.
std::uint64_t popular(std::mt19937_64& source, std::uint64_t count)
{
    const double u = std::uniform_real_distribution<>(0, 1)(source);
    return static_cast<std::uint64_t>(std::pow(static_cast<double>(count), u)) - 1;
}

class Mail {
public:
    explicit Mail(std::uint64_t total) : people_(std::max<std::uint64_t>(total / 10, 1000))
    {
    }

    [[nodiscard]] std::string address(std::uint64_t number) const
    {
        return fmt::format("user{}@domain{}.example", number, number % 20'011);
    }

    [[nodiscard]] db::JournalMessage message(std::uint64_t number)
    {
        db::JournalMessage message;
        message.id = spool::MessageId(number << 12);
        message.time = begin_time + static_cast<std::int64_t>(number) * spacing;
        const std::uint64_t client = popular(source_, 100'000);
        message.peer = {.tenant = fmt::format("tenant{}", number % 20),
                        .listener = "mx",
                        .protocol = "ESMTPS",
                        .tls = "TLSv1.3",
                        .client = fmt::format("192.{}.{}.{}", client >> 16,
                                              client >> 8 & 255, client & 255),
                        .client_name = fmt::format("mail{}.example.net", client),
                        .helo = fmt::format("mail{}.example.net", client),
                        .login = ""};
        message.sender = address(popular(source_, people_));
        message.header_from = message.sender;
        message.message_id = fmt::format("<{:016x}.{}@example.net>", source_(), number);
        message.subject = subject();
        message.size = 2000 + source_() % 60'000;
        message.recipients = {{address(popular(source_, people_)), ""},
                              {address(source_() % people_), ""}};
        message.attachments = {{fmt::format("{}-{}.pdf", word(), source_() % 1000),
                                "application/pdf", "application/pdf", 12'345}};
        return message;
    }

    [[nodiscard]] static db::JournalResult result(const db::JournalMessage& message,
                                                  std::size_t recipient)
    {
        db::JournalResult result;
        result.id = message.id;
        result.address = message.recipients[recipient].address;
        result.time = message.time + 250'000;
        result.attempts = 1;
        if ((message.id.value() >> 12) % 50 == 0) {
            result.outcome = db::Outcome::failed;
            result.enhanced = "5.1.1";
            result.reply = "550 5.1.1 no such user";
        } else {
            result.outcome = db::Outcome::delivered;
            result.enhanced = "2.0.0";
            result.reply = fmt::format("250 2.0.0 Ok: queued as {:x}", message.id.value());
        }
        result.relay = "mail1.internal[192.0.2.9]:25";
        result.tls = "TLSv1.3";
        return result;
    }

private:
    std::string word() { return fmt::format("word{}", popular(source_, 50'000)); }
    std::string subject()
    {
        std::string text = "Re:";
        for (int i = 0; i < 5; ++i)
            text += ' ' + word();
        return text;
    }

    std::uint64_t people_;
    std::mt19937_64 source_{1};
};

double milliseconds_since(base::SteadyTime begin)
{
    return std::chrono::duration<double, std::milli>(base::Steady::now() - begin).count();
}

// How many milliseconds it took, waiting for its turn included.
double file_batch(db::Journal& journal, Mail& mail, std::uint64_t first,
                  std::uint64_t count)
{
    std::vector<db::JournalMessage> messages;
    messages.reserve(count);
    for (std::uint64_t i = 0; i < count; ++i)
        messages.push_back(mail.message(first + i));
    const base::SteadyTime begin = base::Steady::now();
    db::JournalBatch batch(journal);
    if (!batch.advance("bench", first + count))
        return 0;
    for (const db::JournalMessage& message : messages) {
        batch.file(message);
        for (std::size_t recipient = 0; recipient < 2; ++recipient)
            batch.file(Mail::result(message, recipient));
    }
    batch.commit();
    return milliseconds_since(begin);
}

void print_times(std::string_view what, std::vector<double> times)
{
    if (times.empty())
        return;
    std::ranges::sort(times);
    fmt::print("{:<28} p50 {:8.2f} ms   p99 {:8.2f} ms   max {:8.2f} ms\n", what,
               times[times.size() / 2], times[times.size() * 99 / 100], times.back());
}

void fill(db::Journal& journal, Mail& mail, std::uint64_t count, std::uint64_t batch)
{
    const std::uint64_t step = std::max<std::uint64_t>(count / 10, 1);
    std::vector<double> times;
    base::SteadyTime mark = base::Steady::now();
    const base::SteadyTime begin = mark;
    const std::clock_t cpu = std::clock();
    std::uint64_t marked = 0;
    for (std::uint64_t filed = 0; filed < count;) {
        const std::uint64_t now = std::min(batch, count - filed);
        times.push_back(file_batch(journal, mail, filed + 1, now));
        filed += now;
        if (filed - marked >= step) {
            fmt::print("{:>12} messages {:10.0f} a second\n", filed,
                       1000.0 * static_cast<double>(filed - marked) /
                           milliseconds_since(mark));
            mark = base::Steady::now();
            marked = filed;
        }
    }
    const double cpu_seconds = static_cast<double>(std::clock() - cpu) / CLOCKS_PER_SEC;
    fmt::print("{:>12} in all   {:10.0f} a second, {:.0f} a second of CPU\n", count,
               1000.0 * static_cast<double>(count) / milliseconds_since(begin),
               static_cast<double>(count) / cpu_seconds);
    print_times(fmt::format("a batch of {}", batch), times);
}

void search_for(const db::JournalSearch& search, std::string_view what,
                const db::JournalCriteria& criteria)
{
    std::vector<double> times;
    std::size_t found = 0;
    for (int i = 0; i < 20; ++i) {
        const base::SteadyTime begin = base::Steady::now();
        found = search.page(criteria, 50).messages.size();
        times.push_back(milliseconds_since(begin));
    }
    fmt::print("{:>3} rows: first {:7.2f} ms   ", found, times.front());
    print_times(what, times);
}

void search_all(const std::string& file, const Mail& mail, std::uint64_t count)
{
    const db::JournalSearch search(file);
    const auto middle = begin_time + static_cast<std::int64_t>(count / 2) * spacing;
    search_for(search, "busy sender", {.sender = mail.address(0)});
    search_for(search, "busy recipient", {.recipient = mail.address(1)});
    search_for(search, "rare recipient", {.recipient = mail.address(777)});
    search_for(search, "address", {.address = mail.address(3)});
    search_for(search, "domain", {.domain = "domain5.example"});
    search_for(search, "client", {.client = "192.0.0.7"});
    search_for(search, "id", {.id = spool::MessageId(count / 3 << 12)});
    search_for(search, "newest", {});
    search_for(search, "time range", {.from = middle, .to = middle + 3'600'000'000});
    search_for(search, "common word", {.words = "word1"});
    search_for(search, "two common words", {.words = "word1 word2"});
    search_for(search, "rare words", {.words = "word4000 word77"});
    search_for(search, "attachment's name", {.files = "word9 pdf"});
    search_for(search, "sender and word", {.sender = mail.address(0), .words = "word2"});
    search_for(search, "result", {.outcome = db::Outcome::failed});
}

// Somebody files small batches meanwhile, which is when waiting hurts.
void delete_tenth(const std::string& file, db::Journal& journal, std::uint64_t count)
{
    std::atomic<bool> done = false;
    std::vector<double> waits;
    Mail mail(count);
    std::thread writer([&] {
        std::uint64_t next = count + 1;
        while (!done) {
            waits.push_back(file_batch(journal, mail, next, 20));
            next += 20;
            std::this_thread::sleep_for(base::milliseconds{5});
        }
    });
    const auto before = begin_time + static_cast<std::int64_t>(count / 10) * spacing;
    const base::SteadyTime begin = base::Steady::now();
    const auto result = db::JournalRetention(file).apply({{.before = before}});
    const double spent = milliseconds_since(begin);
    done = true;
    writer.join();
    fmt::print("deleted {} messages and {} names in {:.1f} s, {:.0f} messages a second\n",
               result.messages, result.names, spent / 1000,
               1000 * static_cast<double>(result.messages) / spent);
    print_times("batches of 20 meanwhile", waits);
}

} // namespace

int main(int argc, char** argv)
{
    if (argc < 2) {
        std::cerr << "usage: bench-journal_bench FILE [MESSAGES [BATCH]]\n";
        return 64;
    }
    (void)std::setvbuf(stdout, nullptr, _IOLBF, 0); // a long run tells how far it is
    const std::string file = argv[1];
    const std::uint64_t count = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 100'000;
    const std::uint64_t batch = argc > 3 ? std::strtoull(argv[3], nullptr, 10) : 1000;
    if (count == 0 || batch == 0) {
        std::cerr << "bench-journal_bench: MESSAGES and BATCH are numbers above 0\n";
        return 64;
    }
    try {
        if (std::filesystem::exists(file)) {
            std::cerr << "bench-journal_bench: " << file << " is there already\n";
            return 64;
        }
        (void)db::migrate_journal(file);
        db::Journal journal(file);
        Mail mail(count);
        fill(journal, mail, count, batch);
        fmt::print("{} octets each\n", std::filesystem::file_size(file) / count);
        search_all(file, mail, count);
        delete_tenth(file, journal, count);
    } catch (const std::exception& failure) {
        std::cerr << "bench-journal_bench: " << failure.what() << '\n';
        return 70;
    }
    return 0;
}
