// SPDX-License-Identifier: Apache-2.0
// Nobody has more sent again than he may, whatever he forgets.
#include "base/file.h"
#include "spool/replay_account.h"
#include "spool/test_spool.h"

#include <doctest/doctest.h>
#include <filesystem>

namespace {

using spool::charge_replay;
using spool::ReplayHour;
using spool::test::TemporarySpool;

constexpr std::int64_t hour = 3600;
constexpr std::int64_t noon = 490'000 * hour;
constexpr std::uint32_t bob = 1000;

} // namespace

TEST_CASE("replay account: lines of the last hours, and nothing else")
{
    const std::vector<ReplayHour> hours{{100, {1, 20}}, {123, {3, 400}}};
    CHECK(spool::decode_account(spool::encode(hours), 123) == hours);
    CHECK(spool::decode_account(spool::encode(hours), 124) ==
          std::vector<ReplayHour>{{123, {3, 400}}});
    CHECK(spool::decode_account("124 1 1\n", 123).empty());
    for (const char* nonsense : {"123 1 1", "x 1 1\n", "123 1\n", "123 -1 1\n", "\n",
                                 "123 1 99999999999999999999\n", "123 1 1 1\n"}) {
        CAPTURE(nonsense);
        CHECK(spool::decode_account(nonsense, 123).empty());
    }
}

TEST_CASE("replay account: as much as a day allows, and no more")
{
    const TemporarySpool spool;
    const auto charge = [&](std::uint64_t bytes, std::int64_t when,
                            std::uint32_t uid = bob) {
        return charge_replay(spool.path, uid, {1, bytes}, {3, 1000}, when).noted;
    };
    CHECK(charge(900, noon));
    CHECK_FALSE(charge(101, noon + hour)); // and it counts for nothing
    CHECK(charge(100, noon + hour));
    CHECK(charge(0, noon + 2 * hour));
    CHECK_FALSE(charge(0, noon + 23 * hour + hour / 2)); // of messages
    CHECK(charge(900, noon + hour, bob + 1));
    CHECK(charge(900, noon + 24 * hour)); // the first one is a day ago
    CHECK_FALSE(charge(1, noon + 24 * hour));
}

TEST_CASE("replay account: who has had all is told when there is more")
{
    const TemporarySpool spool;
    const auto free_at = [&](std::uint64_t bytes, std::int64_t when) {
        return charge_replay(spool.path, bob, {1, bytes}, {3, 1000}, when).free_at;
    };
    CHECK_FALSE(free_at(600, noon + 1));
    CHECK_FALSE(free_at(300, noon + hour + 2));
    CHECK(free_at(101, noon + 2 * hour) == noon + 24 * hour);
    CHECK(free_at(700, noon + 2 * hour) == noon + 24 * hour);
    CHECK(free_at(701, noon + 2 * hour) == noon + 25 * hour);
    CHECK_FALSE(free_at(1001, noon + 2 * hour)); // never
    // What it says holds, and a second before it does not.
    CHECK_FALSE(
        charge_replay(spool.path, bob, {1, 701}, {3, 1000}, noon + 25 * hour - 1).noted);
    CHECK(charge_replay(spool.path, bob, {1, 701}, {3, 1000}, noon + 25 * hour).noted);
}

TEST_CASE(
    "replay account: what it cannot read counts for nothing, what it cannot open stops")
{
    const TemporarySpool spool;
    CHECK(charge_replay(spool.path, bob, {1, 1}, {1, 1}, noon).noted);
    const std::string file = spool.path + "/replay-users/1000";
    base::replace_file(file, "nonsense\n490000 1 1\n", 0640);
    CHECK_FALSE(charge_replay(spool.path, bob, {1, 1}, {1, 1}, noon).noted);
    base::replace_file(file, std::string(1000, 'x'), 0640);
    CHECK(charge_replay(spool.path, bob, {1, 1}, {1, 1}, noon).noted);
    CHECK(base::read_file(file) == "490000 1 1\n");
    std::filesystem::remove(file);
    std::filesystem::create_symlink("/dev/null", file);
    CHECK_THROWS_AS((void)charge_replay(spool.path, bob, {1, 1}, {1, 1}, noon),
                    base::Failure);
}
