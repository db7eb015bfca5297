// SPDX-License-Identifier: Apache-2.0
#include "imap/framer.h"

#include <doctest/doctest.h>
#include <string>

using imap::Piece;

namespace {

// "text|{5}|octets|.": pieces of the same kind together, whatever the cuts.
std::string frame(std::string_view first, std::string_view second)
{
    imap::Framer framer;
    std::string shape;
    std::string all;
    Piece::Kind last = Piece::Kind::more;
    for (std::string_view bytes : {first, second}) {
        for (;;) {
            const Piece piece = framer.next(bytes);
            if (piece.kind == Piece::Kind::more)
                break;
            all += piece.bytes;
            if (piece.kind != last && !shape.empty() && shape.back() != '|')
                shape += '|';
            last = piece.kind;
            if (piece.kind == Piece::Kind::line_end)
                shape += ".|";
            else if (piece.kind == Piece::Kind::literal)
                shape += (piece.waits ? "?" : "!") + std::to_string(piece.size) + "|";
            else
                for (const char c : piece.bytes)
                    if (c != '\r')
                        shape += c == '\n' ? '/' : c;
        }
    }
    CHECK(all == std::string(first) + std::string(second));
    return shape;
}

void check_everywhere(std::string_view bytes, std::string_view wanted)
{
    CAPTURE(bytes);
    for (std::size_t cut = 0; cut <= bytes.size(); ++cut)
        CHECK(frame(bytes.substr(0, cut), bytes.substr(cut)) == wanted);
}

} // namespace

TEST_CASE("imap: lines and literals, wherever the bytes are cut")
{
    check_everywhere("a NOOP\r\nb IDLE\r\n", "a NOOP|.|b IDLE|.|");
    check_everywhere("a LOGIN {4}\r\nanna {3}\r\na\r\n\r\n",
                     "a LOGIN {4}|?4|anna| {3}|?3|a/|.|");
    check_everywhere("a LOGIN {4+}\r\nanna {0+}\r\n\r\n",
                     "a LOGIN {4+}|!4|anna| {0+}|!0|.|");
    check_everywhere("a APPEND x ~{3}\r\n{9}\r\n", "a APPEND x ~{3}|?3|{9}|.|");
    check_everywhere("a NOOP\nb NOOP\n", "a NOOP|.|b NOOP|.|");
    check_everywhere("\r\n\n", ".|.|");
    check_everywhere("a {2}\nxy\n", "a {2}|?2|xy|.|");
    check_everywhere("a {2}\r\r\nxy\n", "a {2}|.|xy|.|");
    check_everywhere("a {1}{00000000000000000000000000000000002+}\nxy\n",
                     "a {1}{00000000000000000000000000000000002+}|!2|xy|.|");
    check_everywhere("a {}\n{+}\n{1+\n{1}}\n{1+}x\n{1++}\n{1 }\n",
                     "a {}|.|{+}|.|{1+|.|{1}}|.|{1+}x|.|{1++}|.|{1 }|.|");
}

TEST_CASE("imap: what announces a literal and what does not")
{
    struct {
        std::string_view text;
        std::size_t length;
        std::uint64_t size;
        bool waits;
    } const cases[] = {
        {"a {5}", 3, 5, true},
        {"{0}", 3, 0, true},
        {"x ~{12+}", 6, 12, false},
        {"{18446744073709551614}", 22, 18446744073709551614ULL, true},
        {"{18446744073709551616}", 22, 18446744073709551615ULL, true},
        {"{99999999999999999999999}", 25, 18446744073709551615ULL, true},
        {"{5}\r", 0, 0, true},
        {"{5} ", 0, 0, true},
        {"{}", 0, 0, true},
        {"{+}", 0, 0, true},
        {"{-1}", 0, 0, true},
        {"{+5}", 0, 0, true},
        {"{5x}", 0, 0, true},
        {"{0x5}", 0, 0, true},
        {"{5++}", 0, 0, true},
        {"5}", 0, 0, true},
        {"}", 0, 0, true},
        {"", 0, 0, true},
    };
    for (const auto& c : cases) {
        CAPTURE(c.text);
        const imap::Announcement found = imap::announced(c.text);
        CHECK(found.length == c.length);
        if (c.length > 0) {
            CHECK(found.size == c.size);
            CHECK(found.waits == c.waits);
        }
    }
}

TEST_CASE("imap: where no literal can be, braces are text")
{
    imap::Framer framer;
    std::string_view bytes = "* OK {5}\r\nx";
    CHECK(framer.at_start());
    CHECK(framer.next(bytes).kind == Piece::Kind::text);
    CHECK_FALSE(framer.at_start());
    framer.no_literals();
    CHECK(framer.next(bytes).kind == Piece::Kind::line_end);
    CHECK(framer.at_start());
    bytes = "x {1}\r\n";
    (void)framer.next(bytes);
    CHECK(framer.next(bytes).kind == Piece::Kind::literal); // only that line
}

TEST_CASE("imap: a literal that is not wanted does not come")
{
    imap::Framer framer;
    std::string_view bytes = "a APPEND x {5}\r\n";
    (void)framer.next(bytes);
    (void)framer.next(bytes);
    CHECK(framer.expected() == 5);
    framer.cancel_literal();
    CHECK(framer.at_start());
    bytes = "b NOOP\r\n";
    CHECK(framer.next(bytes).bytes == "b NOOP");
}
