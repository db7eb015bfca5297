// SPDX-License-Identifier: Apache-2.0
// The queue's housekeeping with a real log: segments go when nothing needs them and never
// before, the last messages of old ones move, snapshots are taken meanwhile.
#include "base/clock.h"
#include "spool/layout.h"
#include "spool/queue.h"
#include "spool/queue_files.h"
#include "spool/queue_fixture_test.h"
#include "spool/reader.h"
#include "spool/segments.h"

#include <doctest/doctest.h>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace {

using spool::MessageId;
using spool::Queue;
using spool::TestSpool;

void deliver(Queue& queue, MessageId id)
{
    const std::vector<spool::Outcome> outcomes = {
        {0, spool::RecipientState::delivered, "ok"}};
    (void)queue.note(id, outcomes, 0, "mx:25");
}

// Tidies until it is so; false when that does not come.
bool tidy_until(Queue& queue, spool::Writer& writer, const std::function<bool()>& reached)
{
    const auto end = base::Steady::now() + base::seconds(60);
    while (!reached() && base::Steady::now() < end) {
        spool::read_log(queue);
        queue.tidy(writer);
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return reached();
}

void tidy_often(Queue& queue, spool::Writer& writer)
{
    (void)tidy_until(queue, writer, [count = 0]() mutable { return ++count > 100; });
}

std::string bytes_of(const TestSpool& spool, spool::Location where)
{
    spool::Reader reader(spool.directory());
    const auto message = reader.open(where, true);
    return message ? reader.read(*message, 0, message->size) : "unreadable";
}

// A sealed segment with a message that stays and many that are delivered.
struct NearlyFinished {
    TestSpool spool;
    MessageId stays;
    std::vector<MessageId> others;

    NearlyFinished()
    {
        spool::Writer writer(spool.writer_options());
        stays = spool.add(writer, 2, 500);
        for (int i = 0; i < 20; ++i)
            others.push_back(spool.add(writer, 1, 500));
    }
    void deliver_others(Queue& queue) const
    {
        for (const MessageId id : others)
            deliver(queue, id);
    }
};

} // namespace

TEST_CASE("spool: a segment goes when all its messages are finished")
{
    TestSpool spool;
    const MessageId one = spool.add(1, 9000); // worth no carrying
    const MessageId two = spool.add(1, 9000);
    spool::Writer writer(spool.writer_options());
    Queue queue(spool.options());
    spool::read_log(queue);
    tidy_often(queue, writer);
    CHECK(spool::segment_numbers(spool.directory()).size() == 2);
    deliver(queue, one);
    CHECK(tidy_until(queue, writer, [&] {
        return spool::segment_numbers(spool.directory()).size() == 1;
    }));
    CHECK(spool::segment_numbers(spool.directory()).front() == two.first_written().segment);
    deliver(queue, two);
    CHECK(tidy_until(queue, writer,
                     [&] { return spool::segment_numbers(spool.directory()).empty(); }));
}

namespace {

// A sealed segment with a message whose envelope has a wrong byte, and a good one.
struct Damaged {
    TestSpool spool;
    MessageId bad;
    MessageId good;
    std::string bytes; // of the segment

    Damaged()
    {
        {
            spool::Writer writer(spool.writer_options());
            bad = spool.add(writer, 1, 9000);
            good = spool.add(writer, 1, 9000);
        }
        bytes = spool::read_file(file());
        bytes[bytes.find("alice@")] ^= 1;
        spool::write_file(file(), bytes);
    }
    [[nodiscard]] std::string file() const
    {
        return spool::segment_path(spool.directory(), bad.first_written().segment);
    }
    [[nodiscard]] std::string kept() const
    {
        return spool::damaged_path(spool.directory(), bad.first_written().segment);
    }
    void finish_good()
    {
        spool::Writer writer(spool.writer_options());
        Queue queue(spool.options());
        spool::read_log(queue);
        deliver(queue, good);
        tidy_often(queue, writer);
    }
};

} // namespace

TEST_CASE("spool: a segment with a damaged record stays for the operator")
{
    Damaged log;
    SUBCASE("in one run") {}
    SUBCASE("the damage was seen by an earlier run")
    {
        Queue queue(log.spool.options());
        spool::read_log(queue);
    }
    log.finish_good();
    CHECK_FALSE(std::filesystem::exists(log.file()));
    CHECK(spool::read_file(log.kept()) == log.bytes);
}

TEST_CASE("spool: a damaged segment that cannot be set aside is not deleted")
{
    Damaged log;
    const std::string folder = spool::damaged_directory(log.spool.directory());
    spool::write_file(folder, "in the way");
    log.finish_good();
    CHECK(spool::read_file(log.file()) == log.bytes);
    std::filesystem::remove(folder);
    log.finish_good();
    CHECK_FALSE(std::filesystem::exists(log.file()));
    CHECK(spool::read_file(log.kept()) == log.bytes);
}

TEST_CASE("spool: what the queue makes belongs to the owner of the spool")
{
    const Damaged log;
    // Only root can give away; for all others the owner is the one who makes.
    const bool root = ::geteuid() == 0;
    const uid_t owner = root ? 4711 : ::geteuid();
    const gid_t group = root ? 4712 : ::getegid();
    REQUIRE(::chown(log.spool.directory().c_str(), owner, group) == 0);
    {
        Queue queue(log.spool.options());
        spool::read_log(queue);
        deliver(queue, log.good);
    }
    const spool::QueueFiles files{log.spool.directory()};
    for (const std::string& path :
         {files.folder(), files.lock(), files.snapshot(), files.results(1),
          spool::damaged_directory(log.spool.directory())}) {
        CAPTURE(path);
        struct stat found{};
        REQUIRE(::stat(path.c_str(), &found) == 0);
        CHECK(found.st_uid == owner);
        CHECK(found.st_gid == group);
    }
}

TEST_CASE("spool: with retention a finished segment stays")
{
    TestSpool spool;
    const MessageId one = spool.add(1);
    spool::Writer writer(spool.writer_options());
    spool::QueueOptions options = spool.options();
    options.retention = 3600;
    Queue queue(options);
    spool::read_log(queue);
    deliver(queue, one);
    tidy_often(queue, writer);
    CHECK(spool::segment_numbers(spool.directory()).size() == 1);
    CHECK(queue.size() == 0);
}

TEST_CASE("spool: the last message of a segment moves, with its id, bytes and state")
{
    const NearlyFinished log;
    const auto old_segment = log.stays.first_written().segment;
    {
        spool::Writer writer(log.spool.writer_options());
        Queue queue(log.spool.options());
        spool::read_log(queue);
        log.deliver_others(queue);
        queue.hold(log.stays, spool::Hold::by_operator, "odd");
        REQUIRE(tidy_until(queue, writer, [&] {
            return !spool::segment_info(log.spool.directory(), old_segment).has_value();
        }));
        REQUIRE(queue.find(log.stays) != nullptr);
        CHECK(queue.find(log.stays)->where().segment != old_segment);
        CHECK(bytes_of(log.spool, queue.find(log.stays)->where()) == std::string(500, 'x'));
        tidy_often(queue, writer);
        CHECK(queue.size() == 1); // its copy in the log is not a second message
    }
    Queue queue(log.spool.options());
    CHECK(spool::read_log(queue).empty());
    REQUIRE(queue.size() == 1);
    const spool::Entry* const entry = queue.find(log.stays);
    REQUIRE(entry != nullptr);
    CHECK(entry->held());
    CHECK(bytes_of(log.spool, entry->where()) == std::string(500, 'x'));
}

TEST_CASE("spool: a large message that waits stays where it is")
{
    TestSpool spool;
    spool::WriterOptions large = spool.writer_options();
    large.draft_memory = 1000;
    spool::Writer writer(large);
    const MessageId id = spool.add(writer, 1, 100'000);
    Queue queue(spool.options());
    spool::read_log(queue);
    tidy_often(queue, writer);
    REQUIRE(queue.find(id) != nullptr);
    CHECK(queue.find(id)->where() == id.first_written());
    CHECK(spool::segment_numbers(spool.directory()).size() == 1);
}

TEST_CASE("spool: killed at any step of carrying forward, the message is there once")
{
    const NearlyFinished log;
    std::vector<std::unique_ptr<TestSpool>> moments;
    {
        spool::Writer writer(log.spool.writer_options());
        Queue queue(log.spool.options());
        spool::read_log(queue);
        log.deliver_others(queue);
        const auto old_segment = log.stays.first_written().segment;
        REQUIRE(tidy_until(queue, writer, [&] {
            moments.push_back(std::make_unique<TestSpool>());
            moments.back()->copy_from(log.spool);
            return !spool::segment_info(log.spool.directory(), old_segment).has_value();
        }));
    }
    CHECK(moments.size() > 2);
    for (const auto& moment : moments) {
        for (const bool finish : {false, true}) {
            {
                Queue queue(moment->options());
                spool::read_log(queue);
                REQUIRE(queue.size() == 1);
                CHECK(bytes_of(*moment, queue.find(log.stays)->where()) ==
                      std::string(500, 'x'));
                if (finish)
                    queue.remove(log.stays);
            }
            Queue queue(moment->options());
            spool::read_log(queue);
            CHECK(queue.size() == (finish ? 0 : 1));
        }
    }
}

TEST_CASE("spool: delivered while it was being carried, it does not come back")
{
    const NearlyFinished log;
    TestSpool killed;
    {
        spool::Writer writer(log.spool.writer_options());
        Queue queue(log.spool.options());
        spool::read_log(queue);
        log.deliver_others(queue);
        queue.tidy(writer); // hands the copy to the writer
        queue.tidy(writer);
        queue.remove(log.stays);
        CHECK(queue.size() == 0);
        killed.copy_from(log.spool);
        tidy_often(queue, writer);
        CHECK(queue.size() == 0);
    }
    for (const TestSpool* spool : {&log.spool, static_cast<const TestSpool*>(&killed)}) {
        Queue queue(spool->options());
        CHECK(spool::read_log(queue).empty());
        CHECK(queue.size() == 0);
    }
}

TEST_CASE("spool: a snapshot is taken when the results are long, and nothing is lost in it")
{
    TestSpool spool;
    std::vector<MessageId> ids;
    spool::Writer writer(spool.writer_options());
    for (int i = 0; i < 300; ++i)
        ids.push_back(spool.add(writer, 1 + static_cast<std::size_t>(i) % 2));
    spool::QueueOptions options = spool.options();
    options.snapshot_bytes = 2000;
    std::vector<std::unique_ptr<TestSpool>> moments;
    std::vector<std::size_t> sizes;
    {
        Queue queue(options);
        spool::read_log(queue);
        for (std::size_t i = 0; i < ids.size(); ++i) {
            if (i % 3 == 0)
                queue.hold(ids[i], spool::Hold::by_guard, "why not");
            else
                queue.remove(ids[i]);
            queue.tidy(writer);
            if (i % 10 == 0) {
                moments.push_back(std::make_unique<TestSpool>());
                moments.back()->copy_from(spool);
                sizes.push_back(queue.size());
            }
        }
        const spool::QueueFiles files{spool.directory()};
        CHECK(std::filesystem::exists(files.snapshot()));
        CHECK(files.generations().back() > 2);
    }
    for (std::size_t i = 0; i < moments.size(); ++i) {
        const spool::QueueView view(moments[i]->directory());
        CHECK(view.size() == sizes[i]);
    }
}

TEST_CASE("spool: killed at any step of a snapshot, the next start finds all")
{
    TestSpool spool;
    std::vector<MessageId> ids;
    for (int i = 0; i < 4; ++i)
        ids.push_back(spool.add(1));
    TestSpool before;
    {
        Queue queue(spool.options());
        spool::read_log(queue);
        queue.remove(ids[0]);
        queue.hold(ids[1], spool::Hold::by_guard, "hm");
        before.copy_from(spool);
    }
    // `spool` has snapshot 1 and results 1; `before` results 0.  What lies in between:
    const spool::QueueFiles done{spool.directory()};
    const std::string snapshot = spool::read_file(done.snapshot());
    const std::string results = spool::read_file(done.results(1));
    struct Step {
        const char* name;
        bool results_1;
        std::string new_snapshot;
        bool renamed;
    };
    const Step steps[] = {
        {"results begun", true, "", false},
        {"half a snapshot", true, snapshot.substr(0, snapshot.size() / 2), false},
        {"a whole one, not renamed", true, snapshot, false},
        {"renamed, old results not removed", true, "", true},
    };
    for (const Step& step : steps) {
        CAPTURE(step.name);
        TestSpool now;
        now.copy_from(before);
        const spool::QueueFiles files{now.directory()};
        spool::write_file(files.results(1), results);
        if (!step.new_snapshot.empty())
            spool::write_file(files.new_snapshot(), step.new_snapshot);
        if (step.renamed)
            spool::write_file(files.snapshot(), snapshot);
        CHECK(spool::QueueView(now.directory()).size() == 3);
        {
            Queue queue(now.options());
            spool::read_log(queue);
            CHECK(queue.size() == 3);
            CHECK(queue.find(ids[1])->held());
            queue.remove(ids[2]);
        }
        CHECK_FALSE(std::filesystem::exists(files.new_snapshot()));
        CHECK(spool::QueueView(now.directory()).size() == 2);
    }
}
