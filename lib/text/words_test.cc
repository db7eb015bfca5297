// SPDX-License-Identifier: Apache-2.0
#include "text/words.h"

#include <cstdint>
#include <doctest/doctest.h>
#include <string_view>

TEST_CASE("text: words are taken off with one blank each")
{
    struct {
        std::string_view text, word, rest;
    } const cases[] = {
        {"a1 UID FETCH", "a1", "UID FETCH"},
        {"a1", "a1", ""},
        {"a1 ", "a1", ""},
        {"a1  x", "a1", " x"}, // the next word is empty
        {" x", "", "x"},
        {"", "", ""},
    };
    for (const auto& each : cases) {
        CAPTURE(each.text);
        std::string_view rest = each.text;
        CHECK(text::take_word(rest) == each.word);
        CHECK(rest == each.rest);
    }
}

TEST_CASE("text: a number is digits and nothing else, and fits")
{
    CHECK(text::number_in<std::uint16_t>("0") == 0);
    CHECK(text::number_in<std::uint16_t>("00143") == 143);
    CHECK(text::number_in<std::uint16_t>("65535") == 65535);
    CHECK(text::number_in<std::uint32_t>("4294967295") == 4294967295);
    CHECK_FALSE(text::number_in<std::uint32_t>("4294967296"));
    CHECK_FALSE(text::number_in<std::uint64_t>("99999999999999999999"));
    CHECK(text::number_in<std::int32_t>("-7") == -7);
    for (const std::string_view none : {"", "-1", "+1", " 1", "1 ", "1x", "0x1", "65536"}) {
        CAPTURE(none);
        CHECK_FALSE(text::number_in<std::uint16_t>(none));
    }
}

TEST_CASE("text: one CR at the end is of the line end")
{
    CHECK(text::without_cr("a\r") == "a");
    CHECK(text::without_cr("a\r\r") == "a\r");
    CHECK(text::without_cr("\ra") == "\ra");
    CHECK(text::without_cr("\r").empty());
    CHECK(text::without_cr("").empty());
}
