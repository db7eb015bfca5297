// SPDX-License-Identifier: Apache-2.0
#include "base/failure.h"
#include "tap/arena.h"
#include "tap/stage_test.h"

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <seccomp.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

using tap::Arena;
using tap::test::Captured;
using tap::test::Stage;
using tap::test::target;

namespace {

std::shared_ptr<Arena> new_arena(const seal::testing::Directory& directory,
                                 std::size_t chunks)
{
    return std::make_shared<Arena>(directory.file("m"), chunks * Arena::chunk_size);
}

std::string text_of(const Arena::Chain& chain)
{
    std::string text;
    chain.copy_to(text);
    return text;
}

std::string only_file(const std::string& directory)
{
    const std::filesystem::directory_iterator files(directory);
    REQUIRE(std::distance(begin(files), end(files)) == 1);
    return std::filesystem::directory_iterator(directory)->path().string();
}

std::string file_text(const std::string& path)
{
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

// A process that does this and is killed.
template <class Act>
void killed_after(const Act& act)
{
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        act();
        ::kill(::getpid(), SIGKILL);
        std::_Exit(1);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(WIFSIGNALED(status));
}

// Mails 1 to `count` of somebody of interest, each at the time that is its number.
void submit_mails(Stage& stage, std::uint64_t count)
{
    const std::string who = "anna@example.de";
    const auto targets =
        stage.tap().interested(std::span(&who, 1), base::wall_microseconds());
    for (std::uint64_t i = 1; i <= count; ++i) {
        li::Event event;
        event.time = static_cast<std::int64_t>(i);
        const auto content = stage.tap().new_content();
        content->append("mail " + std::to_string(i));
        stage.tap().submit(event, targets, content);
    }
}

// The process ends, as by a power cut but for its memory, when it would sync a file.
void die_at_sync()
{
    const scmp_filter_ctx filter = ::seccomp_init(SCMP_ACT_ALLOW);
    (void)::seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);
    (void)::seccomp_rule_add(filter, SCMP_ACT_KILL_PROCESS, SCMP_SYS(fdatasync), 0);
    if (::seccomp_load(filter) != 0)
        std::_Exit(1);
}

// No file grows any more: what a full disk does.
void fill_disk()
{
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit none{.rlim_cur = 1, .rlim_max = 1};
    if (::setrlimit(RLIMIT_FSIZE, &none) != 0)
        std::_Exit(1);
}

} // namespace

TEST_CASE("tap: arena: chains of any length come back as they were")
{
    const seal::testing::Directory directory;
    const auto arena = new_arena(directory, 8);
    for (const std::size_t size : {0uz, 1uz, 8175uz, 8176uz, 8177uz, 20'000uz, 60'000uz}) {
        Arena::Chain chain(arena, Arena::Use::record);
        std::string text;
        for (std::size_t i = 0; text.size() < size; ++i)
            text += std::to_string(i);
        text.resize(size);
        for (std::size_t at = 0; at < size; at += 777)
            CHECK(chain.append(std::string_view(text).substr(at, 777)) ==
                  std::min(777uz, size - at));
        CHECK(chain.size() == size);
        CHECK(text_of(chain) == text);
    }
}

TEST_CASE("tap: arena: it takes what there is room for, and no more")
{
    const seal::testing::Directory directory;
    const auto arena = new_arena(directory, 2);
    const std::string large(3 * Arena::chunk_size, 'x');
    std::size_t room = 0;
    {
        Arena::Chain chain(arena, Arena::Use::record);
        room = chain.append(large);
        CHECK(room > Arena::chunk_size);
        CHECK(room < 2 * Arena::chunk_size);
        CHECK(chain.append("more") == 0);
        Arena::Chain other(arena, Arena::Use::record);
        CHECK(other.append("more") == 0);
    }
    Arena::Chain again(arena, Arena::Use::record);
    CHECK(again.append(large) == room);
    Arena::Chain nowhere;
    CHECK(nowhere.append("more") == 0);
}

TEST_CASE("tap: arena: contents leave a quarter to records")
{
    const seal::testing::Directory directory;
    const auto arena = new_arena(directory, 8);
    Arena::Chain content(arena, Arena::Use::content);
    const std::size_t room = content.append(std::string(20 * Arena::chunk_size, 'x'));
    CHECK(room > 5 * Arena::chunk_size);
    CHECK(room < 6 * Arena::chunk_size);
    Arena::Chain record(arena, Arena::Use::record);
    CHECK(record.append(std::string(Arena::chunk_size, 'x')) == Arena::chunk_size);
}

TEST_CASE("tap: content moves to the heap when there is no room for all of it")
{
    const seal::testing::Directory directory;
    const auto arena = new_arena(directory, 8);
    const std::string mail = "A: b\r\n\r\n" + std::string(60'000, 'x');
    tap::Gathered large(arena);
    for (std::size_t at = 0; at < mail.size(); at += 5000) {
        large.append(std::string_view(mail).substr(at, 5000));
        std::string room;
        CHECK(large.header(room).starts_with("A: b\r\n\r\n"));
    }
    CHECK(large.size() == mail.size());
    CHECK(large.text() == mail);
    CHECK(large.in_arena().size() == 0);
    tap::Gathered small(arena);
    small.append(mail.substr(0, 30'000));
    CHECK(small.in_arena().size() == 30'000);
    CHECK(small.text() == mail.substr(0, 30'000));
}

TEST_CASE("tap: arena: what is given back is wiped; size and times stay as they were")
{
    const seal::testing::Directory directory;
    const auto arena = new_arena(directory, 4);
    const std::string file = only_file(directory.file("m"));
    const auto size = std::filesystem::file_size(file);
    {
        Arena::Chain chain(arena, Arena::Use::record);
        (void)chain.append("a secret that must not stay");
        CHECK(file_text(file).contains("a secret"));
    }
    CHECK_FALSE(file_text(file).contains("secret"));
    CHECK(std::filesystem::file_size(file) == size);
}

TEST_CASE("tap: arena: what lives is not adopted; what was stopped leaves nothing")
{
    const seal::testing::Directory directory;
    auto arena = new_arena(directory, 4);
    CHECK(Arena::adopt(directory.file("m")).empty());
    arena.reset();
    CHECK(std::filesystem::is_empty(directory.file("m")));
    CHECK(Arena::adopt(directory.file("nowhere")).empty());
}

TEST_CASE("tap: arena: of who was killed only records are found, each with its content")
{
    const seal::testing::Directory directory;
    killed_after([&] {
        const auto arena = new_arena(directory, 16);
        Arena::Chain content(arena, Arena::Use::record);
        (void)content.append(std::string(20'000, 'c'));
        Arena::Chain whole(arena, Arena::Use::record);
        (void)whole.append("whole");
        whole.commit(&content);
        Arena::Chain bare(arena, Arena::Use::record);
        (void)bare.append("bare");
        bare.commit(nullptr);
        Arena::Chain forgetful(arena, Arena::Use::record);
        (void)forgetful.append("forgetful");
        forgetful.commit(&content);
        forgetful.forget_content();
        Arena::Chain unfinished(arena, Arena::Use::record);
        (void)unfinished.append("unfinished");
        {
            Arena::Chain gone(arena, Arena::Use::record);
            (void)gone.append("gone");
            gone.commit(nullptr);
        }
        ::kill(::getpid(), SIGKILL);
    });
    auto left = Arena::adopt(directory.file("m"));
    REQUIRE(left.size() == 1);
    std::ranges::sort(left[0].records, {}, &Arena::Found::text);
    REQUIRE(left[0].records.size() == 3);
    CHECK(left[0].records[0].text == "bare");
    CHECK_FALSE(left[0].records[0].content);
    CHECK(left[0].records[1].text == "forgetful");
    CHECK_FALSE(left[0].records[1].content);
    CHECK(left[0].records[1].gave_content_up);
    CHECK_FALSE(left[0].records[2].gave_content_up);
    CHECK(left[0].records[2].text == "whole");
    CHECK(left[0].records[2].content == std::string(20'000, 'c'));
    CHECK(Arena::adopt(directory.file("m")).empty()); // somebody has it
    left.clear();
    CHECK(std::filesystem::is_empty(directory.file("m")));
}

TEST_CASE("tap: arena: whatever a file holds, adoption reads no further than it goes")
{
    const seal::testing::Directory directory;
    killed_after([&] {
        const auto arena = new_arena(directory, 3);
        Arena::Chain one(arena, Arena::Use::record);
        (void)one.append(std::string(2 * Arena::chunk_size, 'x'));
        one.commit(nullptr);
        ::kill(::getpid(), SIGKILL);
    });
    const std::string file = only_file(directory.file("m"));
    const std::string good = file_text(file);
    for (std::size_t at = 0; at < 4096 + Arena::chunk_size; ++at) {
        if (at > 64 && at < 4096) // nothing is there
            continue;
        if (at > 4096 + 32 && at % 500 != 0)
            continue;
        std::string bad = good;
        bad[at] = static_cast<char>(~bad[at]);
        std::filesystem::remove(file);
        std::ofstream(file, std::ios::binary) << bad;
        for (const auto& left : Arena::adopt(directory.file("m")))
            for (const auto& record : left.records)
                CHECK(record.text.size() <= good.size());
    }
    std::ofstream(directory.file("m/foreign")) << std::string(20'000, 'z');
    (void)Arena::adopt(directory.file("m"));
    CHECK(std::filesystem::exists(directory.file("m/foreign")));
}

TEST_CASE("tap: arena: who was killed before it was ready leaves nothing for good")
{
    const seal::testing::Directory directory;
    std::filesystem::create_directory(directory.file("m"));
    const std::ofstream empty(directory.file("m/empty"));
    std::ofstream(directory.file("m/zeros")) << std::string(5000, '\0');
    std::ofstream(directory.file("m/foreign")) << "text";
    CHECK(Arena::adopt(directory.file("m")).size() == 2);
    CHECK(only_file(directory.file("m")) == directory.file("m/foreign"));
}

TEST_CASE("tap: who serves one connection looks for what others left when it starts")
{
    Stage stage({{"anna@example.de", target(1)}});
    stage.stop();
    const auto leave_some = [&stage] {
        killed_after([&] {
            const Arena left(stage.memory(), 4 * Arena::chunk_size);
            ::kill(::getpid(), SIGKILL);
        });
    };
    const auto files = [&stage] {
        const std::filesystem::directory_iterator all(stage.memory());
        return std::distance(begin(all), end(all));
    };
    leave_some();
    stage.start(1u << 20, 60, true);
    stage.tap().flush();
    CHECK(files() == 1); // its own
    leave_some();
    stage.tap().flush();
    CHECK(files() == 2);
    stage.start();
    stage.tap().flush();
    CHECK(files() == 1);
}

TEST_CASE("tap: a kill loses nothing that was submitted: the next one writes it")
{
    Stage stage({{"anna@example.de", target(1)}});
    stage.stop();
    constexpr std::uint64_t records = 40;
    killed_after([&] {
        stage.start();
        stage.tap().flush();
        submit_mails(stage, records);
    });
    stage.start();
    std::vector<Captured> all = stage.captured();
    std::vector<std::uint64_t> numbers;
    for (const Captured& one : all) {
        CHECK(one.content == "mail " + std::to_string(one.event.time));
        CHECK(one.event.content_lost.empty());
        CHECK(static_cast<std::uint64_t>(one.event.time) == one.event.tap_number);
        CHECK(one.event.tap == all.front().event.tap);
        if (std::ranges::find(numbers, one.event.tap_number) != numbers.end())
            CHECK(one.event.recovered); // written before the kill, too
        numbers.push_back(one.event.tap_number);
    }
    std::ranges::sort(numbers);
    const auto twice = std::ranges::unique(numbers);
    numbers.erase(twice.begin(), twice.end());
    CHECK(numbers.size() == records);
    CHECK(
        std::ranges::any_of(all, [](const Captured& one) { return one.event.recovered; }));
    stage.stop();
    CHECK(std::filesystem::is_empty(stage.memory()));
}

TEST_CASE("tap: content that had no room in the arena is lost by a kill, and said to be")
{
    Stage stage({{"anna@example.de", target(1)}});
    stage.stop();
    killed_after([&] {
        stage.start(64u << 20);
        stage.tap().flush();
        const std::string who = "anna@example.de";
        const auto targets =
            stage.tap().interested(std::span(&who, 1), base::wall_microseconds());
        const auto content = stage.tap().new_content();
        content->append(std::string(20u << 20, 'x'));
        die_at_sync();
        stage.tap().submit({}, targets, content);
        stage.tap().flush();
        std::_Exit(1); // it did not die
    });
    stage.start();
    std::vector<Captured> all = stage.captured();
    // What had been written and not synced is there besides.
    std::erase_if(all, [](const Captured& one) { return !one.event.recovered; });
    REQUIRE(all.size() == 1);
    CHECK(all[0].event.content_octets == 20u << 20);
    CHECK_FALSE(all[0].content);
    CHECK(all[0].event.content_lost == "killed");
}

TEST_CASE("tap: of what was prepared a kill leaves what had happened, under its queue id")
{
    Stage stage({{"anna@example.de", target(1)}});
    stage.stop();
    killed_after([&] {
        stage.start();
        stage.tap().flush();
        const auto content = stage.tap().new_content();
        content->append("mail");
        li::Event event;
        event.sender = "bob@example.org";
        auto first = stage.tap().prepare(event, target(1), content);
        auto second = stage.tap().prepare(event, target(1), content);
        stage.tap().submit(std::move(second), base::wall_microseconds(), "QUEUEID");
        stage.tap().submit(std::move(first), 1, "TOO-EARLY");
        ::kill(::getpid(), SIGKILL);
    });
    stage.start();
    const std::vector<Captured> all = stage.captured();
    REQUIRE(!all.empty()); // twice, if it was written before the kill
    for (const Captured& one : all) {
        CHECK(one.event.queue_id == "QUEUEID");
        CHECK(one.event.sender == "bob@example.org");
        CHECK(one.event.time > 1);
        CHECK(one.event.tap_number == 1);
        CHECK(one.content == "mail");
    }
}

TEST_CASE("tap: a kill between write and sync: what others write is whole")
{
    Stage stage({{"anna@example.de", target(1)}});
    stage.stop();
    killed_after([&] {
        stage.start();
        stage.tap().flush();
        die_at_sync();
        submit_mails(stage, 3);
        stage.tap().flush();
        std::_Exit(1); // it did not die
    });
    stage.start();
    std::size_t again = 0;
    for (const Captured& one : stage.captured()) {
        again += one.event.recovered ? 1 : 0;
        CHECK(one.event.content_lost.empty());
        CHECK(one.content == "mail " + std::to_string(one.event.time));
    }
    CHECK(again >= 1);
}

TEST_CASE("tap: a stop while the disk is full leaves the events to the next")
{
    Stage stage({{"anna@example.de", target(1)}});
    stage.stop();
    killed_after([&] {
        stage.start();
        stage.tap().flush();
        fill_disk();
        submit_mails(stage, 5);
        stage.tap().flush();
        stage.stop();
    });
    CHECK(stage.captured().empty());
    CHECK_FALSE(std::filesystem::is_empty(stage.memory()));
    SUBCASE("there is room again")
    {
        stage.start();
    }
    SUBCASE("the next one stops, too, without having found room")
    {
        killed_after([&] {
            stage.start();
            fill_disk();
            stage.tap().flush();
            stage.stop();
        });
        stage.start();
    }
    const std::vector<Captured> all = stage.captured();
    REQUIRE(all.size() == 5);
    for (std::size_t i = 0; i < all.size(); ++i) {
        CHECK(all[i].event.time == static_cast<std::int64_t>(i + 1));
        CHECK(all[i].event.content_octets == 6);
        CHECK(all[i].event.content_lost == "disk");
    }
    stage.stop();
    CHECK(std::filesystem::is_empty(stage.memory()));
}

TEST_CASE("tap: an authority's certificate that cannot be used costs its content only")
{
    Stage stage({{"anna@example.de", target(1)}});
    const std::vector<tap::Target> targets{[] {
        tap::Target bad = target(1);
        bad.recipient = "no certificate";
        return bad;
    }()};
    const auto content = stage.tap().new_content();
    content->append("mail");
    stage.tap().submit({}, targets, content);
    const std::vector<Captured> all = stage.captured();
    REQUIRE(all.size() == 1);
    CHECK_FALSE(all[0].content);
    CHECK(all[0].event.content_lost == "certificate");
}
