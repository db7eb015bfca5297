// SPDX-License-Identifier: Apache-2.0
#include "pop3/multiline.h"

#include <doctest/doctest.h>
#include <string>
#include <string_view>

namespace {

// Fed in two parts that are cut at `cut`.
std::string text_of(std::string_view mail, std::optional<std::uint32_t> lines,
                    std::size_t cut)
{
    pop3::Multiline text(lines);
    std::string out;
    text.feed(mail.substr(0, cut), out);
    text.feed(mail.substr(cut), out);
    text.finish(out);
    return out;
}

} // namespace

TEST_CASE("multiline: RETR and TOP, cut at every octet")
{
    constexpr std::string_view mail =
        "A: 1\r\n.B: 2\r\n\r\n.one\r\n\r\n..three\r\nfour\r\n";
    struct Example {
        std::string_view mail;
        std::optional<std::uint32_t> lines;
        std::string_view text;
    };
    const Example examples[] = {
        {mail, {}, "A: 1\r\n..B: 2\r\n\r\n..one\r\n\r\n...three\r\nfour\r\n.\r\n"},
        {mail, 0, "A: 1\r\n..B: 2\r\n\r\n.\r\n"},
        {mail, 1, "A: 1\r\n..B: 2\r\n\r\n..one\r\n.\r\n"},
        {mail, 2, "A: 1\r\n..B: 2\r\n\r\n..one\r\n\r\n.\r\n"},
        {mail, 4, "A: 1\r\n..B: 2\r\n\r\n..one\r\n\r\n...three\r\nfour\r\n.\r\n"},
        {mail, 4'000'000'000,
         "A: 1\r\n..B: 2\r\n\r\n..one\r\n\r\n...three\r\nfour\r\n.\r\n"},
        {"A: 1\r\n", 3, "A: 1\r\n.\r\n"},
        {"\r\nbody\r\n", 0, "\r\n.\r\n"},
        {"", {}, ".\r\n"},
    };
    for (const Example& example : examples)
        for (std::size_t cut = 0; cut <= example.mail.size(); ++cut) {
            CAPTURE(cut);
            CHECK(text_of(example.mail, example.lines, cut) == example.text);
        }
}

TEST_CASE("multiline: says when no more is needed")
{
    pop3::Multiline top(1);
    std::string out;
    top.feed("A: 1\r\n\r\n", out);
    CHECK_FALSE(top.complete());
    top.feed("one\r\ntwo\r\n", out);
    CHECK(top.complete());
    pop3::Multiline all{{}};
    all.feed("A: 1\r\n\r\n", out);
    CHECK_FALSE(all.complete());
}
