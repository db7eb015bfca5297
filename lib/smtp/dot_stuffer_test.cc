// SPDX-License-Identifier: Apache-2.0
// What leaves in DATA form: dots doubled, no bare CR or LF, and the same however it is cut.
#include "smtp/dot_stuffer.h"

#include <doctest/doctest.h>

namespace {

std::string stuffed(std::string_view text, std::size_t cut = 0)
{
    smtp::DotStuffer stuffer;
    std::string out;
    stuffer.feed(text.substr(0, cut), out);
    stuffer.feed(text.substr(cut), out);
    stuffer.finish(out);
    return out;
}

struct Row {
    std::string_view in;
    std::string_view out;
};

constexpr Row rows[] = {
    {"", ".\r\n"},
    {"a\r\n", "a\r\n.\r\n"},
    {"a", "a\r\n.\r\n"},
    {".\r\n", "..\r\n.\r\n"},
    {".", "..\r\n.\r\n"},
    {"a\r\n.\r\nb\r\n", "a\r\n..\r\nb\r\n.\r\n"},
    {"a\r\n..b\r\n", "a\r\n...b\r\n.\r\n"},
    {"a.\r\n", "a.\r\n.\r\n"},
    {"a\n.\nb\n", "a\r\n..\r\nb\r\n.\r\n"}, // bare LF
    {"a\r.\rb\r", "a\r\n..\r\nb\r\n.\r\n"}, // bare CR
    {"a\r\r\n.", "a\r\n\r\n..\r\n.\r\n"},
    {"a\n\r.\r\n", "a\r\n\r\n..\r\n.\r\n"},
    {"\r\n", "\r\n.\r\n"},
};

} // namespace

TEST_CASE("smtp: line ends alone, the dots kept")
{
    smtp::DotStuffer lines(smtp::DotStuffer::Dots::kept);
    std::string out;
    lines.feed(".\n..a\r", out);
    lines.feed("\n.b", out);
    lines.finish(out);
    CHECK(out == ".\r\n..a\r\n.b\r\n");
    out.clear();
    lines.finish(out);
    CHECK(out.empty());
}

TEST_CASE("smtp: dot stuffing, cut at every byte")
{
    for (const Row& row : rows)
        for (std::size_t cut = 0; cut <= row.in.size(); ++cut) {
            CAPTURE(row.in);
            CAPTURE(cut);
            CHECK(stuffed(row.in, cut) == row.out);
        }
}

TEST_CASE("smtp: nothing that is stuffed ends early")
{
    const std::string_view bytes[] = {"\r", "\n", ".", "a"};
    for (int i = 0; i < 4096; ++i) { // every text of six of these bytes
        std::string text;
        for (int n = i, k = 0; k < 6; ++k, n /= 4)
            text += bytes[n % 4];
        const std::string out = stuffed(text);
        CAPTURE(text);
        CHECK(out.ends_with(".\r\n"));
        CHECK(("\r\n" + out).find("\r\n.\r\n") == out.size() - 3);
        for (std::size_t at = 0; at < out.size(); ++at) {
            if (out[at] == '\n')
                CHECK((at > 0 && out[at - 1] == '\r'));
            if (out[at] == '\r')
                CHECK((at + 1 < out.size() && out[at + 1] == '\n'));
        }
    }
}
