// SPDX-License-Identifier: Apache-2.0
#include "spool/format.h"
#include "spool/sum.h"

#include <fmt/format.h>

#include <array>
#include <doctest/doctest.h>

using namespace spool;

TEST_CASE("spool: the head of a segment comes back as it went")
{
    SegmentHead head;
    head.number = 0xde115dcc4;
    head.key = 0x0123456789abcdef;
    head.first = 0x3ff000;
    head.kind = SegmentKind::single;
    head.made = "2026-11-21T21:45:40+01:00";
    head.by = "relay 4711";
    const std::string text = encode_head(head);
    CHECK(text.size() == head_size);
    const auto back = parse_head(text);
    REQUIRE(back);
    CHECK(back->number == head.number);
    CHECK(back->key == head.key);
    CHECK(back->first == head.first);
    CHECK(back->kind == head.kind);
    head.by = std::string(500, 'x'); // a long name is cut, not the line
    CHECK(encode_head(head).size() == head_size);
    CHECK(parse_head(encode_head(head)));
}

TEST_CASE("spool: heads that say something else are refused")
{
    const std::string good =
        encode_head({1, 2, head_size, SegmentKind::own, "now", "me 1"});
    REQUIRE(parse_head(good));
    // The sum is right, so that the rest is looked at.
    const auto with = [&good](std::string_view what, std::string_view by) {
        std::string line = good.substr(0, head_size - 22);
        line.replace(line.find(what), what.size(), by);
        return line + fmt::format(" sum {:016x}\n", sum_of(line));
    };
    REQUIRE(parse_head(with("me 1", "me 2")));
    CHECK(!parse_head(good.substr(1)));
    CHECK(!parse_head(good + "\n"));
    CHECK(!parse_head(with("segment 1", "segment 2")));
    CHECK(!parse_head(with("0000000001", "000000000x")));
    CHECK(!parse_head(with("first 000000c0", "first 000000c1")));
    CHECK(!parse_head(with("first 000000c0", "first 00000000")));
    CHECK(!parse_head(with("own   ", "mine  ")));
    for (std::size_t at = 0; at < good.size(); ++at) {
        std::string flipped = good;
        flipped[at] = static_cast<char>(flipped[at] ^ 1);
        CHECK(!parse_head(flipped));
    }
    CHECK(!parse_head(std::string(head_size, '\0')));
}

TEST_CASE("spool: record headers and end marks come back as they went, and only there")
{
    RecordHeader header;
    header.envelope = 320;
    header.message = 38000;
    header.sum = 0xfedcba9876543210;
    std::array<char, header_size> text;
    for (const bool erased : {false, true}) {
        header.erased = erased;
        encode_header(text, 77, 88, 192, header);
        const std::string_view view(text.data(), text.size());
        const auto back = parse_header(view, 77, 88, 192);
        REQUIRE(back);
        CHECK(back->erased == erased);
        CHECK(back->message == 38000);
        CHECK(back->size() == 112 + 320 + 38000 + 64);
        CHECK(!parse_header(view, 78, 88, 192));
        CHECK(!parse_header(view, 77, 89, 192));
        CHECK(!parse_header(view, 77, 88, 208));
        CHECK(!parse_header(view.substr(1), 77, 88, 192));
    }
    const EndMark mark{MessageId(99), 38000, 0x1111222233334444};
    std::array<char, end_mark_size> end;
    encode_end_mark(end, mark);
    const std::string_view end_view(end.data(), end.size());
    CHECK(parse_end_mark(end_view) == mark);
    CHECK(!parse_end_mark(end_view.substr(1)));
    for (std::size_t at = 0; at < end.size(); ++at) {
        end[at] = static_cast<char>(end[at] ^ 0x20);
        CHECK(parse_end_mark(end_view) != mark);
        end[at] = static_cast<char>(end[at] ^ 0x20);
    }
}

TEST_CASE("spool: a sealed mark is of one segment and one place")
{
    const std::string mark = encode_sealed_mark(7, 8, 4096);
    CHECK(mark.size() == sealed_mark_size);
    CHECK(is_sealed_mark(mark, 7, 8, 4096));
    CHECK(!is_sealed_mark(mark, 7, 8, 4112));
    CHECK(!is_sealed_mark(mark, 7, 9, 4096));
    CHECK(!is_sealed_mark(mark.substr(1), 7, 8, 4096));
}
