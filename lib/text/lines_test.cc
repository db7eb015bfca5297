// SPDX-License-Identifier: Apache-2.0
#include "text/lines.h"

#include <doctest/doctest.h>
#include <string>

using text::LineState;

TEST_CASE("text: only CRLF ends a line")
{
    struct Row {
        std::string_view buffer;
        LineState state;
        std::string_view line;
        std::size_t consumed;
    };
    static constexpr Row rows[] = {
        {"", LineState::more, "", 0},
        {"abc", LineState::more, "", 0},
        {"abc\r", LineState::more, "", 0},
        {"abc\r\n", LineState::complete, "abc", 5},
        {"abc\r\ndef\r\n", LineState::complete, "abc", 5},
        {"\r\n", LineState::complete, "", 2},
        {"abc\ndef\r\n", LineState::bare_newline, "abc", 4},
        {"\n", LineState::bare_newline, "", 1},
        {"a\rb\r\n", LineState::complete, "a\rb", 5},
        {"12345678\r\n", LineState::complete, "12345678", 10},
        {"12345678\r", LineState::more, "", 0},
        {"123456789", LineState::too_long, "", 9},
        {"12345678\rx", LineState::too_long, "", 10},
        {"123456789\r\nx", LineState::too_long, "", 11},
        {"123456789\nx", LineState::too_long, "", 10},
    };
    for (const Row& row : rows) {
        CAPTURE(row.buffer);
        const text::Line found = text::first_line(row.buffer, 8);
        CHECK(found.state == row.state);
        CHECK(found.line == row.line);
        CHECK(found.consumed == row.consumed);
        // Searching on from where the last search ended finds the same.
        const std::size_t from = std::min(row.buffer.find('\n'), row.buffer.size());
        CHECK(text::first_line(row.buffer, 8, from).consumed == row.consumed);
    }
    CHECK(text::first_line("a", 8, 99).state == LineState::more);
}

TEST_CASE("text: what is UTF-8")
{
    for (const std::string_view good :
         {"", "abc", "\xc3\xbc", "\xe2\x82\xac", "\xed\x9f\xbf", "\xee\x80\x80",
          "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf", "\xe0\xa0\x80", "\xf1\x80\x80\x80"})
        CHECK(text::is_utf8(good));
    for (const std::string_view bad :
         {"\x80", "\xc3", "\xc3x", "\xc0\x80", "\xc1\xbf", "\xe0\x80\x80", "\xe0\x9f\xbf",
          "\xed\xa0\x80", "\xe2\x82", "\xe2\x82x", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80",
          "\xf5\x80\x80\x80", "\xf0\x90\x80", "\xf0\x90x\x80", "\xff", "a\xfe"}) {
        CAPTURE(bad);
        CHECK_FALSE(text::is_utf8(bad));
    }
}

TEST_CASE("text: small tools")
{
    CHECK(text::has_control("a\tb"));
    CHECK(text::has_control(std::string_view("a\0", 2)));
    CHECK(text::has_control("\x7f"));
    CHECK_FALSE(text::has_control("a b\xc3\xbc"));
    CHECK(text::is_ascii("a~"));
    CHECK_FALSE(text::is_ascii("\x80"));
    CHECK(text::printable("a\r\n\xc3\x7f~") == "a????~");
    CHECK(text::printable("abc", 2) == "ab");
    CHECK(text::to_lower("AbZ[@\xc4") == "abz[@\xc4");
    CHECK(text::to_upper("aBz{`\xe4") == "ABZ{`\xe4");
    CHECK(text::equal_ignoring_case("From", "fROM"));
    CHECK_FALSE(text::equal_ignoring_case("From", "Fro"));
    CHECK(text::trim(" \ta b \t") == "a b");
    CHECK(text::trim(" \t").empty());
}
