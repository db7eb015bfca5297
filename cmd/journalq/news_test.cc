// SPDX-License-Identifier: Apache-2.0
#include "news.h"

#include <doctest/doctest.h>

using journalq::News;

namespace {

constexpr std::int64_t second = 1'000'000;
constexpr std::int64_t noon = 1'795'435'200 * second;

db::JournalKey key(std::int64_t seconds)
{
    return db::first_key(noon + seconds * second);
}

} // namespace

TEST_CASE(
    "journalq: what is filed late is new once, and what is older than the start never")
{
    News news(key(0), {.overlap = 60 * second, .remembered = 100});
    CHECK(news.after() == key(0) - 1);
    CHECK_FALSE(news.add(key(-1)));
    CHECK(news.add(key(0)));
    CHECK(news.add(key(10)));
    news.settle();
    CHECK(news.after() == key(0) - 1);
    CHECK_FALSE(news.add(key(0)));
    CHECK(news.add(key(5))); // filed after the one that came later
    CHECK_FALSE(news.add(key(5)));
}

TEST_CASE("journalq: the memory of what was seen is bounded by time and number")
{
    News news(key(0), {.overlap = 60 * second, .remembered = 3});
    CHECK(news.add(key(1)));
    CHECK(news.add(key(100)));
    news.settle();
    CHECK(news.after() == key(1));
    CHECK_FALSE(news.add(key(1)));
    CHECK(news.add(key(50))); // late, but within the overlap
    CHECK(news.add(key(101)));
    CHECK(news.add(key(102)));
    news.settle();
    CHECK(news.after() == key(50));
    CHECK_FALSE(news.add(key(49)));
    CHECK_FALSE(news.add(key(102)));
    CHECK(news.add(key(103)));
}
