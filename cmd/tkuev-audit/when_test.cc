// SPDX-License-Identifier: Apache-2.0
#include "when.h"

#include <cstdlib>
#include <ctime>
#include <doctest/doctest.h>

using tkuev_audit::parse_when;

TEST_CASE("tkuev-audit: times of the command line")
{
    ::setenv("TZ", "Europe/Berlin", 1);
    ::tzset();
    CHECK(parse_when("2026-08-17") == 1'786'917'600'000'000);
    CHECK(parse_when("2026-08-17T09:00:00") == 1'786'950'000'000'000);
    CHECK(parse_when("2026-08-17T09:00:00+02:00") == 1'786'950'000'000'000);
    CHECK(parse_when("2026-08-17T07:00:00Z") == 1'786'950'000'000'000);
    for (const char* wrong : {"", "yesterday", "2026-13-01", "2026-08-17 ", "2026-08-17T9"})
        CHECK_FALSE(parse_when(wrong));
}
