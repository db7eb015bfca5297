// SPDX-License-Identifier: Apache-2.0
#include "base/failure.h"
#include "base/fd.h"
#include "seal/digest.h"
#include "spool/hidden_mail.h"
#include "spool/queue_fixture_test.h"
#include "spool/test_spool.h"

#include <atomic>
#include <cstdint>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <filesystem>
#include <string>
#include <sys/file.h>
#include <sys/stat.h>
#include <thread>
#include <vector>

using spool::HiddenMail;
using spool::MessageId;

namespace {

const std::string anna = "anna@example.org";

std::string file_of(const std::string& spool, const std::string& user)
{
    return spool + "/ums/" + seal::hex(seal::sha256(user));
}

mode_t mode_of(const std::string& path)
{
    struct stat status{};
    return ::stat(path.c_str(), &status) == 0 ? status.st_mode & 07777 : 0;
}

std::set<MessageId> set_of(std::initializer_list<std::uint64_t> ids)
{
    std::set<MessageId> out;
    for (const std::uint64_t id : ids)
        out.insert(MessageId(id));
    return out;
}

void add(const std::string& spool, const std::string& user,
         std::initializer_list<std::uint64_t> ids)
{
    std::vector<MessageId> list;
    for (const std::uint64_t id : ids)
        list.push_back(MessageId(id));
    HiddenMail(spool).add(user, list);
}

} // namespace

TEST_CASE("spool: what a user hides is his alone, and there after a restart")
{
    const spool::test::TemporarySpool spool;
    CHECK(HiddenMail(spool.path).read(anna).empty());
    add(spool.path, anna, {1, 2});
    add(spool.path, anna, {3});
    add(spool.path, "bert@example.org", {2});
    CHECK(HiddenMail(spool.path).read(anna) == set_of({1, 2, 3}));
    CHECK(HiddenMail(spool.path).read("bert@example.org") == set_of({2}));
    CHECK(HiddenMail(spool.path).read("../../etc/passwd").empty());
    CHECK(mode_of(spool.path + "/ums") == 0700);
    CHECK(mode_of(file_of(spool.path, anna)) == 0600);
}

TEST_CASE("spool: lines of hidden mail that say nothing are passed over")
{
    const spool::test::TemporarySpool spool;
    add(spool.path, anna, {1});
    std::string text = spool::read_file(file_of(spool.path, anna));
    // A page of zeros, a foreign line, and an id that a crash has torn.
    text += std::string(20, '\0') + "\nnonsense\n\n" + MessageId(7).text().substr(0, 5);
    spool::write_file(file_of(spool.path, anna), text);
    CHECK(HiddenMail(spool.path).read(anna) == set_of({1}));
    add(spool.path, anna, {8});
    CHECK(HiddenMail(spool.path).read(anna) == set_of({1, 8}));
}

TEST_CASE("spool: all that is hidden is listed with its users, and may be shown again")
{
    const spool::test::TemporarySpool spool;
    const HiddenMail hidden(spool.path);
    CHECK(hidden.all().empty());
    add(spool.path, anna, {1, 2, 3});
    add(spool.path, "odd\nname", {4}); // would be two lines
    REQUIRE(hidden.all().size() == 2);
    for (const HiddenMail::Hidden& one : hidden.all()) {
        const bool annas = one.file == HiddenMail::file_of(anna);
        CHECK(one.user == (annas ? anna : ""));
        CHECK(one.ids.size() == (annas ? 3 : 1));
    }
    const std::vector<MessageId> two = {MessageId(2), MessageId(9)};
    CHECK(hidden.show_again(HiddenMail::file_of(anna), two) == 1);
    CHECK(hidden.read(anna) == set_of({1, 3}));
    CHECK(mode_of(file_of(spool.path, anna)) == 0600);
    const std::vector<MessageId> rest = {MessageId(1), MessageId(3)};
    CHECK(hidden.show_again(HiddenMail::file_of(anna), rest) == 2);
    CHECK_FALSE(std::filesystem::exists(file_of(spool.path, anna)));
    CHECK(hidden.show_again(HiddenMail::file_of(anna), rest) == 0);
    CHECK(hidden.all().size() == 1);
}

TEST_CASE("spool: a user's name is believed in his own file only, and kept when it shrinks")
{
    const spool::test::TemporarySpool spool;
    HiddenMail hidden(spool.path);
    add(spool.path, anna, {1, 2});
    for (int i = 0; i < 2; ++i)
        hidden.prune([](MessageId id) { return id.value() == 1; });
    REQUIRE(hidden.all().size() == 1);
    CHECK(hidden.all()[0].user == anna);
    spool::write_file(file_of(spool.path, anna),
                      "user bert@example.org\n" + MessageId(1).text() + "\n");
    REQUIRE(hidden.all().size() == 1);
    CHECK(hidden.all()[0].user.empty());
    CHECK(hidden.all()[0].ids == std::vector<MessageId>{MessageId(1)});
}

TEST_CASE("spool: hidden mail that is not queued any more is forgotten")
{
    const spool::test::TemporarySpool spool;
    add(spool.path, anna, {1, 2, 3});
    add(spool.path, "bert@example.org", {3});
    spool::write_file(spool.path + "/ums/else", "not ours");
    HiddenMail hidden(spool.path);
    const auto queued = [](MessageId id) { return id.value() < 3; };
    hidden.prune(queued);
    CHECK(hidden.read(anna) == set_of({1, 2, 3}));
    hidden.prune(queued);
    CHECK(hidden.read(anna) == set_of({1, 2}));
    CHECK(hidden.read("bert@example.org").empty());
    CHECK_FALSE(std::filesystem::exists(file_of(spool.path, "bert@example.org")));
    CHECK(mode_of(file_of(spool.path, anna)) == 0600);
    CHECK(spool::read_file(spool.path + "/ums/else") == "not ours");
}

TEST_CASE("spool: what another process hides is newer than the queue as we know it")
{
    const spool::test::TemporarySpool spool;
    add(spool.path, anna, {1, 5});
    HiddenMail ours(spool.path);
    std::set<MessageId> known = set_of({1});
    const auto queued = [&](MessageId id) { return known.contains(id); };
    ours.prune(queued);
    add(spool.path, anna, {7}); // 7 came after we had looked
    add(spool.path, "bert@example.org", {7});
    ours.prune(queued);
    CHECK(ours.read(anna) == set_of({1, 7}));
    CHECK(ours.read("bert@example.org") == set_of({7}));
    known = set_of({7});
    ours.prune(queued);
    ours.prune(queued);
    CHECK(ours.read(anna) == set_of({7}));
    CHECK(ours.read("bert@example.org") == set_of({7}));
}

TEST_CASE("spool: to forget what is hidden does not wait for who writes")
{
    const spool::test::TemporarySpool spool;
    add(spool.path, anna, {1, 2});
    HiddenMail hidden(spool.path);
    const auto queued = [](MessageId id) { return id.value() < 2; };
    hidden.prune(queued);
    {
        const base::Fd writer(::open((spool.path + "/ums").c_str(), O_RDONLY | O_CLOEXEC));
        REQUIRE(::flock(writer.get(), LOCK_EX) == 0);
        hidden.prune(queued);
        CHECK(hidden.read(anna) == set_of({1, 2}));
    }
    hidden.prune(queued);
    CHECK(hidden.read(anna) == set_of({1}));
}

TEST_CASE("spool: processes that hide and forget at the same time lose nothing")
{
    constexpr std::uint64_t each = 100;
    const spool::test::TemporarySpool spool;
    std::atomic<int> adding = 2;
    std::atomic<int> failures = 0;
    const auto watched = [&](const auto& work) {
        try {
            work();
        } catch (const base::Failure&) {
            ++failures;
        }
    };
    const auto hide = [&](std::uint64_t first) {
        watched([&] {
            for (std::uint64_t id = first; id < first + 2 * each; id += 2)
                add(spool.path, anna, {id, id + 1000}); // the second is delivered at once
        });
        --adding;
    };
    const auto forget = [&] {
        watched([&] {
            HiddenMail hidden(spool.path);
            while (adding > 0)
                hidden.prune([](MessageId id) { return id.value() < 1000; });
        });
    };
    {
        const std::jthread one([&] { hide(1); });
        const std::jthread other([&] { hide(2); });
        const std::jthread old_process(forget);
        const std::jthread new_process(forget);
    }
    CHECK(failures == 0);
    std::size_t kept = 0;
    for (const MessageId id : HiddenMail(spool.path).read(anna))
        kept += id.value() < 1000 ? 1 : 0;
    CHECK(kept == 2 * each);
}

TEST_CASE("spool: what a user can hide has a bound, and the oldest go")
{
    const spool::test::TemporarySpool spool;
    std::vector<MessageId> many;
    for (std::uint64_t i = 1; i <= HiddenMail::most_ids + 10; ++i)
        many.push_back(MessageId(i));
    HiddenMail hidden(spool.path);
    for (int i = 0; i < 3; ++i)
        hidden.add(anna, many);
    const auto found = hidden.read(anna);
    CHECK(found.size() == HiddenMail::most_ids);
    CHECK_FALSE(found.contains(MessageId(1)));
    CHECK(found.contains(many.back()));
    CHECK(spool::file_size(file_of(spool.path, anna)) < 30 * HiddenMail::most_ids);
}

TEST_CASE("spool: mail that cannot be hidden is an error, and nothing else is lost")
{
    const spool::test::TemporarySpool spool;
    add(spool.path, anna, {1});
    {
        const spool::NoRoom no_room;
        CHECK_THROWS_AS(add(spool.path, anna, {2}), base::Failure);
    }
    CHECK(HiddenMail(spool.path).read(anna) == set_of({1}));
    add(spool.path, anna, {3});
    CHECK(HiddenMail(spool.path).read(anna).contains(MessageId(3)));
}
