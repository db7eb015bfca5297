// SPDX-License-Identifier: Apache-2.0
#include "base/file.h"
#include "base/steady.h"
#include "proxy/outage_book.h"
#include "seal/fixture_test.h"

#include <doctest/doctest.h>
#include <string>

using proxy::Outage;
using proxy::OutageBook;
using proxy::Outages;

namespace {

constexpr proxy::OutageTimes at_once{.after = 0, .steady = 0, .test = 0};
const std::string way = "192.0.2.1:110 1 0 2\nmail.example\n\n/etc/a b+c";

Outage fails(OutageBook& book)
{
    return book
        .change(way, "192.0.2.1:110", "example.org",
                [](Outage& outage) { outage.failed(at_once, base::steady_seconds()); })
        .after;
}

Outage succeeds(OutageBook& book)
{
    return book
        .change(way, "192.0.2.1:110", "example.org",
                [](Outage& outage) { outage.succeeded(at_once, base::steady_seconds()); })
        .after;
}

} // namespace

TEST_CASE("outage book: what one process finds out is known to the others")
{
    const seal::testing::Directory directory;
    const std::string file = directory.file("outages");
    OutageBook one;
    OutageBook other;
    one.share(file);
    other.share(file);
    CHECK_FALSE(other.of(way).lasts());
    CHECK(fails(one).lasts());
    CHECK(other.of(way).lasts());
    CHECK_FALSE(other.of("another way").lasts());
    CHECK_FALSE(succeeds(other).lasts());
    CHECK_FALSE(one.of(way).lasts());
    CHECK(base::read_file(file).empty());
}

TEST_CASE(
    "outage book: without a file it is that of one process, and with one that is none")
{
    OutageBook alone;
    CHECK(fails(alone).lasts());
    CHECK(alone.of(way).lasts());
    OutageBook lost;
    lost.share("/nonexistent/outages");
    CHECK(fails(lost).lasts());
    CHECK(lost.of(way).lasts());
    CHECK_FALSE(succeeds(lost).lasts());
    CHECK_FALSE(lost.of(way).lasts());
}

TEST_CASE(
    "outage book: what is written is read, and what nobody has tested for long is not")
{
    Outages outages;
    outages[way] = {"192.0.2.1:110", "", {.fails_since = 1000, .tested = 1060}};
    outages["out"] = {"a", "b", {1000, 1070, 1080, 1075, true}};
    const std::string text = proxy::outages_text(outages);
    CHECK(proxy::parse_outages(text, 1080) == outages);
    CHECK(proxy::parse_outages(text, 1060 + OutageBook::forgotten_after).size() == 2);
    CHECK(proxy::parse_outages(text, 1061 + OutageBook::forgotten_after).size() == 1);
    // The machine has started anew.
    CHECK(proxy::parse_outages(text, 1079).size() == 1);
    CHECK(proxy::parse_outages(text, 10).empty());
    for (std::size_t cut = 0; cut < text.size(); ++cut)
        CHECK(proxy::parse_outages(text.substr(0, cut), 1080).size() < 2);
    CHECK(proxy::parse_outages("\n- - -\nway a b x - 5 - out\nway a b 5 - - - out\n", 1080)
              .empty());
}

TEST_CASE("outage book: it does not grow beyond what it holds")
{
    OutageBook book;
    for (std::size_t i = 0; i < OutageBook::most_ways + 10; ++i)
        (void)book.change(std::to_string(i), "a", "b",
                          [](Outage& outage) { outage.failed(at_once, 1 << 20); });
    CHECK_FALSE(book.of(std::to_string(OutageBook::most_ways + 5)).lasts());
}
