// SPDX-License-Identifier: Apache-2.0
#include "spool/id.h"

#include <doctest/doctest.h>

using spool::MessageId;

TEST_CASE("spool: an id is 13 digits and comes back as it went")
{
    for (const std::uint64_t value :
         {0ull, 1ull, 31ull, 32ull, 0x123456789abcdef0ull, ~0ull, 0x00c7f2a1b3000008ull}) {
        const std::string text = MessageId(value).text();
        CHECK(text.size() == 13);
        const auto back = MessageId::parse(text);
        REQUIRE(back);
        CHECK(back->value() == value);
    }
    CHECK(MessageId(0).text() == "0000000000000");
    CHECK(MessageId(~0ull).text() == "FZZZZZZZZZZZZ");
}

TEST_CASE("spool: ids are read in lower case, and nothing else is an id")
{
    CHECK(MessageId::parse("0c3k7w2d5f080") == MessageId::parse("0C3K7W2D5F080"));
    for (const char* bad :
         {"", "0C3K7W2D5F08", "0C3K7W2D5F0800", "0C3K7W2D5F08I", "0C3K7W2D5F08O",
          "0C3K7W2D5F08U", "0C3K7W2D5F08L", "0C3K7W2D5F08 ", "G000000000000",
          "0C3K7W2D5F\xff"
          "80"})
        CHECK_MESSAGE(!MessageId::parse(bad), bad);
}

TEST_CASE("spool: an id says where the message was first written")
{
    const spool::Location places[] = {
        {1, 0}, {0xc7f2a1b3, 128}, {0xffffffffff, 0x0ffffff0}};
    for (const spool::Location& place : places)
        CHECK(MessageId(place).first_written() == place);
}

TEST_CASE("spool: ids sort by time and place")
{
    CHECK(MessageId(spool::Location{1, 0x0ffffff0}) < MessageId(spool::Location{2, 0}));
    CHECK(MessageId(spool::Location{2, 16}) < MessageId(spool::Location{2, 32}));
    CHECK(MessageId(spool::Location{2, 16}).text() <
          MessageId(spool::Location{2, 32}).text());
}
