// SPDX-License-Identifier: Apache-2.0
#include "proxy/server.h"

#include <doctest/doctest.h>
#include <utility>

using proxy::UserPlaces;
using Place = proxy::UserPlaces::Place;

TEST_CASE("proxy: each user has so many places, and gets them back")
{
    UserPlaces places;
    Place one(places, "anna", 2);
    Place two(places, "anna", 2);
    CHECK(one);
    CHECK(two);
    CHECK_FALSE(Place(places, "anna", 2));
    CHECK(Place(places, "bert", 2));
    { // the first is given back with `gone`
        const Place gone = std::move(one);
        CHECK(gone);
        CHECK_FALSE(one);
        CHECK_FALSE(Place(places, "anna", 2));
    }
    one = Place(places, "anna", 2);
    CHECK(one);
    CHECK_FALSE(Place(places, "anna", 2));
}

TEST_CASE("proxy: no limit")
{
    UserPlaces places;
    Place one(places, "anna", 0);
    Place two(places, "anna", 0);
    CHECK(one);
    CHECK(two);
}
