// SPDX-License-Identifier: Apache-2.0
#include "tap/room.h"

#include <doctest/doctest.h>

namespace {

tap::Target target(std::uint8_t number, std::string recipient = "")
{
    tap::Target out;
    out.measure.fill(number);
    out.recipient = std::move(recipient);
    return out;
}

} // namespace

TEST_CASE("tap: what has no room in the list is left out, and nothing else")
{
    tap::Room room(4);
    CHECK(room.take(target(1), {"a", "b"}));
    const auto full = room.take(target(2), {"c", "d", "e"});
    REQUIRE_FALSE(full);
    CHECK(full.error() == "more identities than [tkuev] identities");
    CHECK(room.take(target(3), {"a", "c"}));
    CHECK(room.interests().size() == 4);
    CHECK_FALSE(room.take(target(4), {"f"}));
}

TEST_CASE("tap: certificates and measures of one identity have their bounds")
{
    tap::Room room(10'000);
    for (std::size_t i = 0; i < tap::certificate_slots; ++i)
        CHECK(room.take(target(1, std::to_string(i)), {std::to_string(i)}));
    CHECK(room.take(target(2, "7"), {"x"})); // is in it
    CHECK_FALSE(room.take(target(3, "other"), {"y"}));
    CHECK(room.take(target(3), {"y"}));
    CHECK_FALSE(room.take(target(4, std::string(tap::certificate_limit + 1, 'c')), {"z"}));
    for (std::uint32_t i = 0; i < tap::measures_per_identity; ++i)
        CHECK(room.take(target(5), {"one"}));
    CHECK_FALSE(room.take(target(6), {"one", "two"}));
    CHECK(room.take(target(6), {"two"}));
}
