// SPDX-License-Identifier: Apache-2.0
#include "imap/gathered_line.h"

#include <doctest/doctest.h>
#include <optional>
#include <string>
#include <string_view>

namespace {

// The line in `bytes`, fed in parts of `size`; nothing: it is beyond the limit.
std::optional<std::string> gather(std::string_view bytes, std::size_t size,
                                  std::size_t limit)
{
    imap::Framer framer;
    imap::GatheredLine line(limit);
    while (!bytes.empty()) {
        std::string_view part = bytes.substr(0, size);
        bytes.remove_prefix(part.size());
        while (!part.empty()) {
            const imap::Piece piece = framer.next(part);
            const bool ends = piece.kind == imap::Piece::Kind::line_end;
            if (!(ends ? line.end(piece) : line.add(piece)))
                return std::nullopt;
            if (ends)
                return line.release();
        }
    }
    return std::nullopt;
}

} // namespace

TEST_CASE("imap: a gathered line is the same however it is cut, and so is its limit")
{
    struct {
        std::string_view bytes, line;
    } const cases[] = {
        {"a NOOP\r\n", "a NOOP"},
        {"a NOOP\n", "a NOOP"},
        {"a NOOP\r\r\n", "a NOOP\r"},
        {"a\rb\r\n", "a\rb"},
        {"\r\n", ""},
        {"x {2}\r\n\r\r\n", "x {2}\r\n\r\r"}, // whose CR are the literal's
        {"x {2+}\r\nabc\r\n", "x {2+}\r\nabc"},
        {"x {0}\r\n\n", "x {0}\r\n"},
    };
    for (const auto& each : cases)
        for (std::size_t size = 1; size <= each.bytes.size(); ++size) {
            CAPTURE(each.bytes);
            CAPTURE(size);
            CHECK(gather(each.bytes, size, each.line.size()) == each.line);
            if (!each.line.empty())
                CHECK_FALSE(gather(each.bytes, size, each.line.size() - 1));
        }
}

TEST_CASE("imap: a gathered line leaves nothing behind for the next")
{
    imap::GatheredLine line(10);
    const imap::Piece half{.kind = imap::Piece::Kind::text, .bytes = "secret\r"};
    const imap::Piece end{.kind = imap::Piece::Kind::line_end, .bytes = "\n"};
    REQUIRE(line.add(half));
    SUBCASE("released")
    {
        CHECK(line.release() == "secret\r");
    }
    SUBCASE("cleared")
    {
        line.clear();
    }
    SUBCASE("wiped")
    {
        line.wipe();
    }
    CHECK(line.text().empty());
    CHECK(line.end(end)); // no CR of before is taken off
    CHECK(line.text().empty());
}
