// SPDX-License-Identifier: Apache-2.0
// Places are counted, whoever moves and whoever leaves.
#include "session/places.h"

#include <doctest/doctest.h>
#include <optional>

using session::Place;
using session::Places;

TEST_CASE("session: so many places and no more, each given back once")
{
    Places places(2);
    std::optional<Place> one(places);
    std::optional<Place> two(places);
    CHECK(*one);
    CHECK(*two);
    const Place third(places);
    CHECK_FALSE(third);

    std::optional<Place> moved(std::move(*one));
    one.reset();
    CHECK(places.taken() == 2);
    moved.reset();
    CHECK(places.taken() == 1);
    CHECK(Place(places));
    places.set_limit(1);
    CHECK_FALSE(Place(places));
    two.reset();
    CHECK(places.taken() == 0);
}
