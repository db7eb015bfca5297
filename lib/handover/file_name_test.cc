// SPDX-License-Identifier: Apache-2.0
#include "handover/file_name.h"

#include <doctest/doctest.h>
#include <set>

using namespace handover;

namespace {

li::Time at(std::string_view text)
{
    return li::parse_time(text).value();
}

} // namespace

TEST_CASE("handover: a file's name says prefix, official time, counter and type")
{
    const li::Time summer = at("2026-08-17T09:05:07+02:00");
    CHECK(next_file_name("D2AE", "", summer, FileType::iri) == "D2AE26081709050700001");
    CHECK(next_file_name("D2AE", "", summer, FileType::national, NameTime::utc) ==
          "D2AE26081707050700008");
    const li::Time winter = at("2026-12-31T23:59:59+01:00");
    CHECK(next_file_name("D2AE", "", winter, FileType::content) == "D2AE26123123595900006");
    for (const char* wrong : {"", "D2A", "D2AEX", "d2ae", "D2A/", "D2A\xc3"})
        CHECK_FALSE(next_file_name(wrong, "", summer, FileType::iri));
}

TEST_CASE("handover: names within a second are counted over all types")
{
    const li::Time now = at("2026-08-17T09:05:07+02:00");
    std::string last;
    std::set<std::string> bodies;
    for (int i = 0; i < 10'000; ++i) {
        last =
            next_file_name("D2AE", last, now, i % 2 ? FileType::iri : FileType::to_target)
                .value();
        CHECK(bodies.insert(last.substr(0, 20)).second);
    }
    CHECK(last == "D2AE26081709050799991");
    // The counter is used up: the next second, ahead of the clock, and on from there.
    last = next_file_name("D2AE", last, now, FileType::iri).value();
    CHECK(last == "D2AE26081709050800001");
    CHECK(next_file_name("D2AE", last, now + li::second, FileType::iri) ==
          "D2AE26081709050800011");
    CHECK(next_file_name("D2AE", last, now + 2 * li::second, FileType::iri) ==
          "D2AE26081709050900001");
}

TEST_CASE("handover: the counter's carry goes over the end of a year")
{
    const li::Time now = at("2026-12-31T23:59:59+01:00");
    CHECK(next_file_name("D2AE", "D2AE26123123595999991", now, FileType::iri) ==
          "D2AE27010100000000001");
}

TEST_CASE("handover: no name comes twice when summer time ends")
{
    // 25 October 2026: at 3:00 it is 2:00 again.
    std::string last;
    std::set<std::string> all;
    li::Time now = at("2026-10-25T01:30:00+02:00");
    const li::Time stop = at("2026-10-25T03:30:00+01:00");
    for (; now < stop; now += 30 * li::second) {
        const std::string name = next_file_name("E2GG", last, now, FileType::iri).value();
        CHECK(name > last);
        CHECK(all.insert(name).second);
        last = name;
    }
    CHECK(last == "E2GG26102503293000001");
}

TEST_CASE("handover: no name comes twice when the clock jumps")
{
    std::string last;
    std::set<std::string> all;
    const li::Time begin = at("2026-03-01 12:00");
    for (const li::Time jump : {0LL, 10LL, -3600LL, -86400LL, 11LL, 0LL, 400LL, 5LL}) {
        for (int i = 0; i < 3; ++i) {
            const std::string name = next_file_name("E2GG", last, begin + jump * li::second,
                                                    FileType::iri_and_content)
                                         .value();
            CHECK(name > last);
            CHECK(all.insert(name).second);
            last = name;
        }
    }
}

TEST_CASE("handover: what is no name is not taken for the last one")
{
    const li::Time now = at("2026-03-01 12:00");
    constexpr std::string_view good = "D2AE26081709050712344";
    const auto name = parse_file_name(good);
    REQUIRE(name);
    CHECK(*name == FileName{"D2AE", "260817090507", 1234, FileType::to_target});
    CHECK(to_text(*name) == good);
    for (std::size_t size = 1; size < good.size(); ++size)
        CHECK_FALSE(next_file_name("D2AE", good.substr(0, size), now, FileType::iri));
    for (const char* wrong :
         {"D2AE260817090507123443", "D2AE26081709050712340", "D2AE26081709050712343",
          "D2AE26081709050712345", "D2AE26081709050712349", "D2AE26131709050712341",
          "D2AE26023009050712341", "D2AE26081724050712341", "D2AE26081709600712341",
          "D2AE26081709056012341", "D2AE2608170905071234x", "D2aE26081709050712341",
          "../E26081709050712341"})
        CHECK_FALSE(parse_file_name(wrong));
}
