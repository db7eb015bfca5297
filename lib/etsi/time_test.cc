// SPDX-License-Identifier: Apache-2.0
#include "etsi/time.h"

#include <doctest/doctest.h>

using etsi::MicroTime;

TEST_CASE("etsi: moments as GeneralizedTime and back")
{
    struct Case {
        MicroTime time;
        const char* text;
    };
    for (const auto& [time, text] :
         {Case{{0, 0}, "19700101000000Z"},
          Case{{1735732800, 123456}, "20250101120000.123456Z"},
          Case{{1735732800, 120000}, "20250101120000.12Z"},
          Case{{1709208000, 1}, "20240229120000.000001Z"},
          Case{{951825599, 500000}, "20000229115959.5Z"},
          Case{{etsi::last_second, 999999}, "99991231235959.999999Z"}}) {
        CHECK(etsi::generalized_time_text(time) == text);
        CHECK(etsi::from_generalized_time(text) == time);
        CHECK(MicroTime::from_microseconds(time.microseconds()) == time);
    }
}

TEST_CASE("etsi: UTCTime and local time")
{
    const MicroTime time{1735732800, 123456};
    CHECK(etsi::utc_time_text(time) == "250101120000Z");
    CHECK(etsi::local_time_text(time, 60) == "20250101130000.123456");
    CHECK(etsi::local_time_text({1735732800, 0}, -13 * 60) == "20241231230000");
    CHECK(etsi::local_time_text({0, 0}, -60) ==
          "19700101000000"); // there was no time before
}

TEST_CASE("etsi: other spellings of time are not read")
{
    for (const char* text :
         {"", "Z", "20250101120000", "20250101120000.Z", "20250101120000.10Z",
          "20250101120000.1234567Z", "20250101120000,1Z", "20250101120000+0100",
          "20250132120000Z", "20250229120000Z", "20251301120000Z", "20250101240000Z",
          "20250101126000Z", "20250101120060Z", "19691231235959Z", "2025010112000 Z",
          "20250101120000.-1Z", "202501011200Z", "-2250101120000Z"})
        CHECK_FALSE(etsi::from_generalized_time(text).has_value());
}
