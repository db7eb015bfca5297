// SPDX-License-Identifier: Apache-2.0
// Lines, cut at every byte; limits; stray CR and LF; memory.
#include "net/line_buffer.h"

#include <algorithm>
#include <cstring>
#include <doctest/doctest.h>
#include <string>
#include <vector>

using namespace net;

namespace {

void feed(LineBuffer& buffer, std::string_view bytes)
{
    while (!bytes.empty()) {
        const std::span<char> space = buffer.space();
        const std::size_t size = std::min(space.size(), bytes.size());
        std::memcpy(space.data(), bytes.data(), size);
        buffer.filled(size);
        bytes.remove_prefix(size);
    }
}

std::string shown(const Line& line)
{
    std::string text(line.too_long ? "<long>" : line.text);
    if (line.stray)
        text += "<stray>";
    return text;
}

void collect(LineBuffer& buffer, std::size_t limit, std::vector<std::string>& lines)
{
    for (auto line = buffer.next_line(limit); line; line = buffer.next_line(limit))
        lines.push_back(shown(*line));
}

const std::string dialogue =
    "EHLO a\r\n\r\nMAIL\rFROM\r\nbare\nline\r\n\r\r\n123456789\r\n1234567890\r\n"
    "this one is too long\r\nso\r is this one here\r\nQUIT\r\nrest";
const std::vector<std::string> expected = {
    "EHLO a",        "",          "MAIL\rFROM<stray>", "bare\nline<stray>",
    "\r<stray>",     "123456789", "1234567890",        "<long>",
    "<long><stray>", "QUIT"};

} // namespace

TEST_CASE("net: only CRLF ends a line, wherever the bytes are cut")
{
    for (std::size_t cut = 0; cut <= dialogue.size(); ++cut) {
        CAPTURE(cut);
        LineBuffer buffer;
        std::vector<std::string> lines;
        feed(buffer, std::string_view(dialogue).substr(0, cut));
        collect(buffer, 10, lines);
        feed(buffer, std::string_view(dialogue).substr(cut));
        collect(buffer, 10, lines);
        // Whether a swallowed line had a stray CR is only known as far as it was kept.
        for (std::string& line : lines)
            if (line.starts_with("<long>"))
                line = line.substr(0, 6);
        std::vector<std::string> wanted = expected;
        wanted[8] = "<long>";
        CHECK(lines == wanted);
        CHECK(buffer.available() == "rest");
    }
}

TEST_CASE("net: lines arrive the same byte by byte")
{
    LineBuffer buffer;
    std::vector<std::string> lines;
    for (const char c : dialogue) {
        feed(buffer, {&c, 1});
        collect(buffer, 10, lines);
    }
    REQUIRE(lines.size() == expected.size());
    CHECK(lines[6] == "1234567890");
    CHECK(lines[7] == "<long>");
    CHECK(lines.back() == "QUIT");
}

TEST_CASE("net: an endless line needs no endless memory")
{
    LineBuffer buffer;
    const std::string block(10'000, 'x');
    for (int i = 0; i < 100; ++i) {
        feed(buffer, block);
        CHECK_FALSE(buffer.next_line(512));
        CHECK(buffer.available().size() <= 1);
    }
    feed(buffer, "\r");
    CHECK_FALSE(buffer.next_line(512));
    feed(buffer, "\nNOOP\r\n");
    const auto line = buffer.next_line(512);
    CHECK(line->too_long);
    CHECK(line->text == "xxxxxxxx");
    CHECK(buffer.next_line(512)->text == "NOOP");
}

TEST_CASE("net: what can never become a line is not waited for")
{
    const auto hopeless = [](const std::string& bytes) {
        LineBuffer buffer;
        std::optional<Line> line;
        for (std::size_t i = 0; i < bytes.size() && !line; i += 5000) {
            feed(buffer, std::string_view(bytes).substr(i, 5000));
            CHECK_FALSE(buffer.next_line(4096));
            line = buffer.hopeless_line();
        }
        return line;
    };
    CHECK_FALSE(hopeless("half a line"));
    CHECK_FALSE(hopeless("half an end\r"));
    CHECK_FALSE(hopeless(std::string(60'000, 'x'))); // clumsy
    CHECK(hopeless("EHLO x\n")->stray);
    CHECK(hopeless(std::string("\x16\x03\x01\0", 4))->hopeless);
    const auto endless = hopeless(std::string(100'000, 'x'));
    REQUIRE(endless);
    CHECK(endless->too_long);
    CHECK_FALSE(endless->stray);

    LineBuffer buffer; // and afterwards all is forgotten
    for (int i = 0; i < 7; ++i) {
        feed(buffer, std::string(10'000, 'x'));
        CHECK_FALSE(buffer.next_line(4096));
    }
    CHECK(buffer.hopeless_line());
    feed(buffer, "\r\nNOOP\r\nhalf");
    CHECK(buffer.next_line(4096)->too_long);
    CHECK(buffer.next_line(4096)->text == "NOOP");
    CHECK_FALSE(buffer.next_line(4096));
    CHECK_FALSE(buffer.hopeless_line());
}

TEST_CASE("net: raw bytes and lines share the buffer")
{
    LineBuffer buffer;
    feed(buffer, "DATA\r\nbody of a mail\r\n.\r\nQUIT\r\n");
    CHECK(buffer.next_line(512)->text == "DATA");
    const std::size_t body = buffer.available().find("QUIT");
    buffer.take(body);
    CHECK(buffer.next_line(512)->text == "QUIT");
    CHECK(buffer.empty());
    feed(buffer, "half a li");
    CHECK_FALSE(buffer.next_line(512));
    buffer.drop();
    feed(buffer, "whole\r\n");
    CHECK(buffer.next_line(512)->text == "whole");
}

TEST_CASE("net: half a command costs a small block, a longer one twice its length")
{
    LineBuffer buffer;
    CHECK(buffer.space().size() == LineBuffer::line_block);
    feed(buffer, "MAIL FROM:<half");
    CHECK_FALSE(buffer.next_line(4096));
    CHECK(buffer.space().size() == LineBuffer::line_block - 15);

    std::string line(15, 'x');
    for (std::size_t size = 15; size < LineBuffer::longest_line; size += 1000) {
        feed(buffer, std::string(1000, 'x'));
        line.append(1000, 'x');
        CHECK_FALSE(buffer.next_line(LineBuffer::longest_line));
        const std::size_t held = buffer.available().size() + buffer.space().size();
        CHECK(held <= std::max(2 * line.size(), LineBuffer::line_block));
    }
    buffer.drop();
    buffer.release_if_empty();
    CHECK(buffer.space().size() == LineBuffer::line_block);
}

TEST_CASE("net: a line is the same however far the block had to grow for it")
{
    for (const std::size_t size : {2045u, 2046u, 2047u, 2048u, 4096u, 8191u, 16'382u}) {
        CAPTURE(size);
        LineBuffer buffer;
        const std::string line = std::string(size - 1, 'x') + 'y';
        feed(buffer, line + "\r\nQUIT\r\n");
        const auto heard = buffer.next_line(LineBuffer::longest_line);
        REQUIRE(heard);
        CHECK(heard->text == line);
        CHECK_FALSE(heard->too_long);
        CHECK(buffer.next_line(10)->text == "QUIT");
    }
}

TEST_CASE("net: a block that held a line holds nothing of it for the next one")
{
    for (const std::size_t size : {10u, 3000u, 16'000u}) {
        CAPTURE(size);
        {
            LineBuffer buffer;
            feed(buffer, "PASS secret" + std::string(size, 'x') + "\r\nSTAT\r\n");
            CHECK(buffer.next_line(LineBuffer::longest_line));
            CHECK(buffer.next_line(10)->text == "STAT");
            buffer.release_if_empty();
        }
        LineBuffer next; // all blocks of the sizes that one grew through
        for (std::size_t block = LineBuffer::line_block; block < 2 * size;) {
            const std::span<char> space = next.space();
            block = next.available().size() + space.size();
            const std::string_view left(space.data(), space.size());
            CHECK_FALSE(left.contains("secret"));
            CHECK_FALSE(left.contains("xxx"));
            CHECK_FALSE(left.contains("STAT"));
            std::ranges::fill(space, 'y');
            next.filled(space.size());
        }
    }
}

TEST_CASE("net: the block grows for data and is given back")
{
    LineBuffer buffer;
    CHECK(buffer.space().size() == LineBuffer::line_block);
    feed(buffer, std::string(10, 'a'));
    CHECK(buffer.space(Expect::data).size() == LineBuffer::large_block - 10);
    CHECK(buffer.available() == "aaaaaaaaaa");
    buffer.release_if_empty();
    CHECK(buffer.available().size() == 10);
    buffer.take(10);
    buffer.release_if_empty();
    CHECK(buffer.space(Expect::data).size() == LineBuffer::large_block);
}
