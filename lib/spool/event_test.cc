// SPDX-License-Identifier: Apache-2.0
// Tests of spool/event_writer.h and event_reader.h: nothing is lost but what was said to
// be, nothing is given twice, and a torn line is no line.
#include "base/failure.h"
#include "base/file.h"
#include "spool/event_reader.h"
#include "spool/event_writer.h"
#include "spool/layout.h"
#include "spool/test_spool.h"

#include <fmt/format.h>

#include <array>
#include <doctest/doctest.h>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

namespace {

constexpr std::array<std::string_view, 2> wanted{"delivered", "failed"};

class Events {
public:
    Events() { std::filesystem::create_directory(spool::events_directory(spool_.path)); }

    [[nodiscard]] spool::EventWriter::Options options() const
    {
        return {
            .directory = directory(), .program = "test", .wanted = wanted, .free_space = 0};
    }
    [[nodiscard]] std::string directory() const
    {
        return spool::events_directory(spool_.path);
    }
    [[nodiscard]] std::vector<std::string> files() const
    {
        return spool::event_files(directory());
    }
    [[nodiscard]] std::string path() const { return directory() + "/" + files().front(); }
    // What all files have, those that are finished removed.
    [[nodiscard]] std::vector<std::string> taken() const
    {
        std::vector<std::string> lines;
        for (const std::string& name : files()) {
            spool::EventReader reader(directory(), name);
            while (const auto event = reader.next())
                lines.emplace_back(event->text);
            if (reader.finished())
                reader.remove();
        }
        return lines;
    }

private:
    spool::test::TemporarySpool spool_;
};

} // namespace

TEST_CASE("spool: events are told with time and program, in their order")
{
    const Events events;
    spool::EventWriter writer(events.options());
    CHECK(writer.wants("failed"));
    CHECK_FALSE(writer.wants("fail"));
    const std::int64_t before = base::wall_microseconds();
    writer.take("id1 delivered k=\"a b\"");
    writer.take("id2 failed");
    spool::EventReader reader(events.directory(), events.files().front());
    const auto first = reader.next();
    REQUIRE(first);
    CHECK(first->program == "test");
    CHECK(first->text == "id1 delivered k=\"a b\"");
    CHECK(first->time >= before);
    CHECK(first->time <= base::wall_microseconds());
    const std::uint64_t behind_first = reader.at();
    CHECK(reader.next()->text == "id2 failed");
    CHECK_FALSE(reader.next());
    writer.take("id3 failed");
    CHECK(reader.next()->text == "id3 failed"); // as a follower
    spool::EventReader again(events.directory(), events.files().front());
    again.seek(behind_first);
    CHECK(again.next()->text == "id2 failed");
}

TEST_CASE("spool: a file of events is finished when its writer has ended, not before")
{
    const Events events;
    auto writer = std::make_unique<spool::EventWriter>(events.options());
    writer->take("id1 failed");
    spool::EventReader reader(events.directory(), events.files().front());
    CHECK_FALSE(reader.finished());
    writer.reset();
    CHECK_FALSE(reader.finished()); // there is a line to take
    CHECK(reader.next()->text == "id1 failed");
    CHECK(reader.finished());
    reader.remove();
    CHECK(events.files().empty());
}

TEST_CASE("spool: what is erased of a file that is still written is nowhere in it")
{
    const Events events;
    spool::EventWriter writer(events.options());
    constexpr int many = 1000;
    for (int i = 0; i < many; ++i)
        writer.take(fmt::format("id{} delivered to=bob{}@example.org", i, i));
    spool::EventReader reader(events.directory(), events.files().front());
    for (int i = 0; i < many - 1; ++i)
        REQUIRE(reader.next());
    const std::uint64_t filed = reader.at();
    reader.erase(filed);
    reader.erase(filed); // nothing is left to erase
    struct stat file{};
    REQUIRE(::stat(events.path().c_str(), &file) == 0);
    CHECK(file.st_blocks * 512 < file.st_size / 2);
    CHECK(base::read_file(events.path()).find("bob998@") == std::string::npos);
    // Its writer and both kinds of readers go on: who was there, and who knows nothing.
    writer.take("idx failed");
    CHECK(reader.next()->text == "id999 delivered to=bob999@example.org");
    CHECK(reader.next()->text == "idx failed");
    CHECK(reader.damaged() == 0);
    CHECK(events.taken() ==
          std::vector<std::string>{"id999 delivered to=bob999@example.org", "idx failed"});
    reader.erase(reader.at());
    CHECK(base::read_file(events.path()).find_first_not_of('\0') == std::string::npos);
    CHECK(events.taken().empty());
    writer.take("idy failed");
    CHECK(reader.next()->text == "idy failed");
    CHECK(events.taken() == std::vector<std::string>{"idy failed"});
}

TEST_CASE("spool: what is erased leaves room for other events")
{
    const Events events;
    spool::EventWriter::Options options = events.options();
    options.backlog = 100'000;
    const std::string line = "id1 failed a=" + std::string(150'000, 'x');
    spool::EventWriter writer(options);
    CHECK(writer.write_line(line)); // there was room when it looked
    const auto another_can = [&] {
        return spool::EventWriter(options).write_line("id2 failed");
    };
    CHECK_FALSE(another_can());
    spool::EventReader reader(events.directory(), events.files().front());
    CHECK(reader.next());
    reader.erase(reader.at());
    CHECK(another_can());
}

TEST_CASE("spool: a file of events that is cut anywhere has the whole lines before it")
{
    const Events events;
    {
        spool::EventWriter writer(events.options());
        writer.take("id1 delivered");
        writer.take("id2 failed");
    }
    const std::string path = events.path();
    const std::string whole = base::read_file(path);
    const std::size_t first = whole.find('\n') + 1;
    for (std::size_t size = 0; size <= whole.size(); ++size) {
        std::filesystem::resize_file(path, 0);
        base::replace_file(path, whole.substr(0, size), 0640);
        spool::EventReader reader(events.directory(), events.files().front());
        std::size_t count = 0;
        while (reader.next())
            ++count;
        CHECK(count == (size == whole.size() ? 2 : size >= first ? 1 : 0));
        CHECK(reader.damaged() == 0);
        CHECK(reader.finished());
    }
}

TEST_CASE("spool: lines that say nothing cost only themselves")
{
    const Events events;
    const std::string path = events.directory() + "/file";
    base::make_file(path,
                    "nonsense\n\n17\n17 \n17 p\n1 p id1 failed\n" +
                        std::string(3 * spool::EventReader::longest_line, 'x') +
                        "\n2 p id2 failed\n" +
                        std::string(spool::EventReader::longest_line + 600'000, '\0') +
                        "\n3 p id3 failed\n",
                    0640);
    CHECK(events.taken() ==
          std::vector<std::string>{"id1 failed", "id2 failed", "id3 failed"});
    CHECK(events.files().empty());
}

TEST_CASE("spool: a full file is followed by another")
{
    const Events events;
    spool::EventWriter::Options options = events.options();
    options.file_size = 200;
    spool::EventWriter writer(options);
    for (int i = 0; i < 50; ++i)
        writer.take(fmt::format("id{} delivered", i));
    CHECK(events.files().size() >= 5);
    CHECK(events.taken().size() == 50);
    CHECK(events.files().size() == 1); // the one that is written
    writer.take("id50 delivered");
    CHECK(events.taken().back() == "id50 delivered");
}

TEST_CASE("spool: events that found no room are counted, and the next line says so")
{
    const Events events;
    const std::string directory = events.directory();
    std::filesystem::remove(directory);
    spool::EventWriter writer(events.options());
    writer.take("id1 failed");
    std::filesystem::create_directory(directory);
    int lost = 1;
    const auto end = base::Steady::now() + base::seconds(30);
    for (;;) { // it looks for room now and then
        writer.take("id2 failed");
        if (!events.files().empty() || base::Steady::now() > end)
            break;
        ++lost;
        std::this_thread::sleep_for(base::milliseconds(1));
    }
    writer.take("id3 failed");
    CHECK(events.taken() ==
          std::vector<std::string>{fmt::format("- events-lost events={}", lost),
                                   "id2 failed", "id3 failed"});
}

TEST_CASE("spool: a line that was begun and taken back is not glued to the next")
{
    const Events events;
    const std::string path = events.directory() + "/file";
    base::make_file(path, "1 p id1 failed\n2 p id2 del", 0640);
    spool::EventReader reader(events.directory(), "file");
    CHECK(reader.next()->text == "id1 failed");
    CHECK_FALSE(reader.next());
    std::ofstream(path) << "1 p id1 failed\n3 p id3 failed a=b\n";
    CHECK(reader.next()->text == "id3 failed a=b");
    CHECK_FALSE(reader.next());
    CHECK(reader.damaged() == 0);
}

TEST_CASE("spool: what is no file is not read as one of events")
{
    const Events events;
    const std::string directory = events.directory();
    std::filesystem::create_directory(directory + "/directory");
    std::filesystem::create_symlink("/etc/hostname", directory + "/link");
    REQUIRE(::mkfifo((directory + "/pipe").c_str(), 0600) == 0);
    for (const char* name : {"directory", "link", "pipe", "missing"})
        CHECK_THROWS_AS(spool::EventReader(events.directory(), name), base::Failure);
}

TEST_CASE("spool: files of events belong to the owner of the spool")
{
    const Events events;
    // Only root can give away; for all others the owner is the one who makes.
    const uid_t owner = ::geteuid() == 0 ? 4711 : ::geteuid();
    REQUIRE(::chown(events.directory().c_str(), owner, static_cast<gid_t>(-1)) == 0);
    spool::EventWriter writer(events.options());
    writer.take("id1 failed");
    struct stat found{};
    REQUIRE(::stat(events.path().c_str(), &found) == 0);
    CHECK(found.st_uid == owner);
}

TEST_CASE("spool: who writes a line hears that it is lost")
{
    const Events events;
    spool::EventWriter::Options options = events.options();
    options.free_space = UINT64_MAX;
    spool::EventWriter writer(options);
    CHECK_FALSE(writer.write_line("id1 failed"));
    CHECK(events.taken().empty());
}

TEST_CASE("spool: what logins teach is for nobody else, and each line is finished at once")
{
    const spool::test::TemporarySpool folder;
    spool::make_learned_directory(folder.path);
    spool::make_learned_directory(folder.path); // it is there
    const std::string directory = spool::learned_directory(folder.path);
    const auto mode_of = [](const std::filesystem::path& path) {
        return std::filesystem::status(path).permissions();
    };
    CHECK(mode_of(directory) == std::filesystem::perms{0700});
    spool::EventWriter writer({.directory = directory,
                               .program = "test",
                               .wanted = {},
                               .file_size = 1,
                               .free_space = 0,
                               .mode = 0600});
    CHECK(writer.write_line("- a k=v"));
    CHECK(writer.write_line("- b k=v"));
    std::size_t lines = 0;
    for (const std::string& name : spool::event_files(directory)) {
        const std::filesystem::path path = std::filesystem::path(directory) / name;
        CHECK(mode_of(path) == std::filesystem::perms{0600});
        spool::EventReader reader(directory, name);
        if (!reader.next())
            continue; // the one for the next line
        ++lines;
        CHECK_FALSE(reader.next());
        CHECK(reader.finished());
    }
    CHECK(lines == 2);
}

TEST_CASE("spool: events that nobody files are bounded")
{
    const Events events;
    spool::EventWriter::Options options = events.options();
    options.file_size = 2000;
    options.backlog = 10'000;
    for (int round = 0; round < 20; ++round) { // each looks at the directory anew
        spool::EventWriter writer(options);
        for (int i = 0; i < 10; ++i)
            writer.take("id1 failed");
    }
    CHECK(events.files().size() == 3); // each counts as a page at least
}

TEST_CASE("spool: many threads report at once")
{
    const Events events;
    constexpr int threads = 4, each = 2000;
    {
        spool::EventWriter writer(events.options());
        std::vector<std::jthread> all;
        for (int t = 0; t < threads; ++t)
            all.emplace_back([&writer, t] {
                for (int i = 0; i < each; ++i)
                    writer.take(fmt::format("id{}-{} delivered", t, i));
            });
    }
    const std::vector<std::string> lines = events.taken();
    CHECK(lines.size() == threads * each);
    CHECK(events.files().empty());
}
