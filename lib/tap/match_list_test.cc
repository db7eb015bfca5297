// SPDX-License-Identifier: Apache-2.0
#include "base/failure.h"
#include "tap/match_format.h"
#include "tap/stage_test.h"

using tap::Interest;
using tap::MatchList;
using tap::Target;
using tap::test::handle;
using tap::test::Pair;
using tap::test::room_of;
using tap::test::target;

namespace {

constexpr std::uint32_t places = 300;

std::string list_of(const std::vector<Interest>& interests, const Pair& own)
{
    return tap::make_list(room_of(interests, places), own.certificate,
                          1'700'000'000'000'000);
}

} // namespace

TEST_CASE("tap: who is in the list is found, with everything the list says")
{
    const seal::testing::Directory directory;
    const Pair own = seal::testing::new_pair(directory, "own");
    const Pair authority = seal::testing::new_pair(directory, "authority");
    Target sealed = target(2);
    sealed.recipient = authority.certificate.der();
    const MatchList list(list_of({{"anna@example.de", target(1, false)},
                                  {"bob@example.org", target(3)},
                                  {"anna@example.de", sealed}},
                                 own));
    const std::vector<Target> anna = list.find("anna@example.de");
    REQUIRE(anna.size() == 2);
    CHECK(anna[0].measure == handle(1));
    CHECK_FALSE(anna[0].content);
    CHECK(anna[0].recipient.empty());
    CHECK(anna[1] == sealed);
    CHECK(list.find("bob@example.org").size() == 1);
    CHECK(list.find("carl@example.org").empty());
    CHECK(list.find("").empty());
    CHECK(list.own().fingerprint() == own.certificate.fingerprint());
    CHECK(list.written() == 1'700'000'000'000'000);
}

TEST_CASE("tap: lists with nobody and with many cannot be told apart by their size")
{
    const seal::testing::Directory directory;
    const Pair own = seal::testing::new_pair(directory, "own");
    std::vector<Interest> many;
    for (int i = 0; i < 300; ++i)
        many.push_back({"user" + std::to_string(i) + "@example.de", target(1)});
    const std::string full = list_of(many, own);
    const std::string none = list_of({}, own);
    CHECK(full.size() == none.size());
    const MatchList list(full);
    for (const Interest& interest : many)
        CHECK(list.find(interest.identity).size() == 1);
    CHECK_FALSE(full.contains("user1@example.de"));
    // Written anew, everything but the head and our certificate is other bytes.
    const std::string again = list_of(many, own);
    CHECK(again.substr(56, 24000) != full.substr(56, 24000));
}

TEST_CASE("tap: a list with any byte changed or missing is not read")
{
    const seal::testing::Directory directory;
    const Pair own = seal::testing::new_pair(directory, "own");
    const std::string good = list_of({{"anna@example.de", target(1)}}, own);
    for (std::size_t at = 0; at < good.size(); at += 97) {
        std::string bad = good;
        bad[at] = static_cast<char>(bad[at] ^ 1);
        CHECK_THROWS_AS(MatchList{bad}, base::Failure);
        CHECK_THROWS_AS(MatchList{good.substr(0, at)}, base::Failure);
    }
}
