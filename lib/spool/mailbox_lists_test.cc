// SPDX-License-Identifier: Apache-2.0
#include "base/failure.h"
#include "base/file.h"
#include "seal/digest.h"
#include "spool/mailbox_lists.h"
#include "spool/test_spool.h"

#include <atomic>
#include <doctest/doctest.h>
#include <filesystem>
#include <fstream>
#include <string>
#include <sys/stat.h>
#include <thread>
#include <vector>

using pop3::MailboxList;
using spool::KeptList;
using spool::MailboxLists;

namespace {

const std::string anna = "anna@example.org";

std::string file_of(const std::string& spool, const std::string& user)
{
    return spool + "/lists/" + seal::hex(seal::sha256(user));
}

mode_t mode_of(const std::string& path)
{
    struct stat status{};
    return ::stat(path.c_str(), &status) == 0 ? status.st_mode & 07777 : 0;
}

void make_old(const std::string& path, int hours)
{
    std::filesystem::last_write_time(path, std::filesystem::file_time_type::clock::now() -
                                               std::chrono::hours(hours));
}

std::size_t files_in(const std::string& directory)
{
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(directory))
        count += entry.exists() ? 1 : 0;
    return count;
}

} // namespace

TEST_CASE("spool: a mailbox's list is its user's alone, and may be written anew")
{
    const spool::test::TemporarySpool spool;
    spool::make_lists_directory(spool.path);
    const MailboxLists lists(spool.path);
    CHECK(lists.read(anna) == KeptList{});
    CHECK_FALSE(lists.stamp(anna));
    const KeptList first{.mails = {{"a", 120}, {"b", 0}}, .time = 17};
    lists.write(anna, first);
    lists.write("bert@example.org", {.mails = {{"c", 1}}, .time = 1});
    CHECK(lists.read(anna) == first);
    CHECK(MailboxLists(spool.path).read("bert@example.org").mails == MailboxList{{"c", 1}});
    CHECK(mode_of(file_of(spool.path, anna)) == 0600);
    CHECK(mode_of(spool.path + "/lists") == 0700);
    const auto before = lists.stamp(anna);
    REQUIRE(before);
    CHECK(lists.stamp(anna) == before);
    lists.write(anna, {.mails = {{"b", 0}}, .time = 18});
    CHECK(lists.stamp(anna) != before);
    CHECK(lists.read(anna) == KeptList{.mails = {{"b", 0}}, .time = 18});
    lists.write(anna, {.mails = {}, .time = 19});
    CHECK_FALSE(std::filesystem::exists(file_of(spool.path, anna)));
    lists.write(anna, {.mails = {}, .time = 20}); // nor is that an error
    CHECK(files_in(spool.path + "/lists") == 1);
}

TEST_CASE("spool: a list that is torn anywhere is none, nor is one that was changed")
{
    const KeptList list{.mails = {{"whqtswO00WBw418f9t5JxYwZ", 120}, {"!~", 0}},
                        .time = 1'700'000'000'000'000};
    const std::string text = spool::list_text(list);
    CHECK(spool::parse_list_text(text) == list);
    CHECK(text.size() <= spool::longest_list_text(list.mails.size()));
    for (std::size_t length = 0; length < text.size(); ++length) {
        CAPTURE(length);
        CHECK_FALSE(spool::parse_list_text(text.substr(0, length)));
        std::string changed = text;
        changed[length] = changed[length] == '7' ? '8' : '7';
        const auto read = spool::parse_list_text(changed);
        CHECK((!read || read->mails == list.mails)); // the time alone may be another
    }
    CHECK_FALSE(spool::parse_list_text(text + "\n"));
    const KeptList twice{.mails = {{"a", 1}, {"a", 2}}, .time = 1};
    CHECK_FALSE(spool::parse_list_text(spool::list_text(twice)));
    const KeptList foreign{.mails = {{"a b", 1}}, .time = 1};
    CHECK_FALSE(spool::parse_list_text(spool::list_text(foreign)));
}

TEST_CASE("spool: the longest list there may be is read")
{
    const spool::test::TemporarySpool spool;
    spool::make_lists_directory(spool.path);
    const MailboxLists lists(spool.path);
    KeptList list{.mails = {}, .time = INT64_MAX};
    for (std::size_t i = 0; i < MailboxLists::most_messages; ++i) {
        std::string id = std::to_string(i);
        id.resize(pop3::longest_unique_id, 'x');
        list.mails.push_back({std::move(id), UINT64_MAX - i});
    }
    lists.write(anna, list);
    CHECK(lists.read(anna) == list);
}

TEST_CASE("spool: lists of users who have not been seen for long are forgotten")
{
    const spool::test::TemporarySpool spool;
    spool::make_lists_directory(spool.path);
    const MailboxLists lists(spool.path);
    const std::string half = file_of(spool.path, anna) + ".1.2";
    const std::string other = spool.path + "/lists/README";
    for (const std::string& path : {half, other})
        std::ofstream(path) << "x";
    for (const char* user : {"anna@example.org", "bert@example.org"})
        lists.write(user, {.mails = {{"a", 1}}, .time = 1});
    make_old(file_of(spool.path, anna), 25);
    CHECK(lists.forget_older(base::seconds(26 * 3600)) == 0);
    CHECK(lists.forget_older(base::seconds(24 * 3600)) == 1);
    CHECK_FALSE(lists.stamp(anna));
    CHECK(lists.stamp("bert@example.org"));
    CHECK(std::filesystem::exists(half));
    make_old(half, 2);
    CHECK(lists.forget_older(base::seconds(24 * 3600)) == 0);
    CHECK_FALSE(std::filesystem::exists(half));
    CHECK(lists.forget_older(base::seconds::min()) == 1);
    CHECK(std::filesystem::remove(other));
    CHECK(files_in(spool.path + "/lists") == 0);
}

TEST_CASE("spool: a list that is dated from the future is not kept for ever")
{
    const spool::test::TemporarySpool spool;
    spool::make_lists_directory(spool.path);
    const MailboxLists lists(spool.path);
    lists.write(anna, {.mails = {{"a", 1}}, .time = 1});
    make_old(file_of(spool.path, anna), -1000); // the clock was set back since
    CHECK(lists.forget_older(base::seconds(24 * 3600)) == 0);
    CHECK(lists.forget_older(base::seconds(0)) == 1);
}

TEST_CASE("spool: a list that cannot be written leaves the old one, and nothing half")
{
    const spool::test::TemporarySpool spool;
    const MailboxLists lists(spool.path);
    CHECK_THROWS_AS(lists.write(anna, {.mails = {{"a", 1}}, .time = 1}), base::Failure);
    CHECK(lists.read(anna) == KeptList{});
    CHECK(lists.forget_older(base::seconds(0)) == 0);
    spool::make_lists_directory(spool.path);
    std::filesystem::create_directory(file_of(spool.path, anna));
    CHECK_THROWS_AS(lists.write(anna, {.mails = {{"a", 1}}, .time = 1}), base::Failure);
    CHECK(files_in(spool.path + "/lists") == 1);
}

TEST_CASE("spool: who reads while others write finds one list or the other")
{
    const spool::test::TemporarySpool spool;
    spool::make_lists_directory(spool.path);
    const MailboxLists lists(spool.path);
    const KeptList one{.mails = {{"a", 1}}, .time = 1};
    const KeptList other{.mails = MailboxList{{"b", 2}, {"c", 3}}, .time = 2};
    lists.write(anna, one);
    std::atomic<bool> stop = false;
    std::vector<std::jthread> writers;
    for (const KeptList& each : {one, other})
        writers.emplace_back([&lists, &stop, each] {
            while (!stop)
                lists.write(anna, each);
        });
    for (int i = 0; i < 2000; ++i) {
        const KeptList read = lists.read(anna);
        CHECK((read == one || read == other));
    }
    stop = true;
    writers.clear();
    CHECK(files_in(spool.path + "/lists") == 1);
}
