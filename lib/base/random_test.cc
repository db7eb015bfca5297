// SPDX-License-Identifier: Apache-2.0
// Tests of base/random.h.
#include "base/random.h"

#include <array>
#include <doctest/doctest.h>
#include <set>

TEST_CASE("base: random octets differ each time and reach the last place")
{
    CHECK(base::random_octets(0).empty());
    std::set<std::string> seen;
    std::set<char> last;
    for (int i = 0; i < 200; ++i) {
        const std::string octets = base::random_octets(300); // above what comes at once
        CHECK(octets.size() == 300);
        seen.insert(octets);
        last.insert(octets.back());
    }
    CHECK(seen.size() == 200);
    CHECK(last.size() > 20);
    std::array<std::uint8_t, 32> one{};
    std::array<std::uint8_t, 32> other{};
    base::fill_random(one);
    base::fill_random(other);
    CHECK(one != other);
}
