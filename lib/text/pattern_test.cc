// SPDX-License-Identifier: Apache-2.0
#include "text/pattern.h"

#include <doctest/doctest.h>

TEST_CASE("pattern: an address, a shell's pattern, a domain, the null sender")
{
    using text::matches_pattern;
    CHECK(matches_pattern("Bob@Example.de", "bob@example.DE"));
    CHECK_FALSE(matches_pattern("bob@example.de", "xbob@example.de"));
    CHECK(matches_pattern("b*@example.??", "bob@example.de"));
    CHECK(matches_pattern("@example.de", "bob@example.de"));
    CHECK_FALSE(matches_pattern("@example.de", "bob@sub.example.de"));
    CHECK(matches_pattern("@*.example.de", "bob@sub.example.de"));
    CHECK(matches_pattern("<>", ""));
    CHECK_FALSE(matches_pattern("<>", "a@b"));
    CHECK_FALSE(matches_pattern("@example.de", ""));
}
