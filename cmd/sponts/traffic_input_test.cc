// SPDX-License-Identifier: Apache-2.0
#include "base/failure.h"
#include "traffic_input.h"

#include <cstdio>
#include <doctest/doctest.h>
#include <memory>
#include <string>
#include <unistd.h>
#include <vector>

namespace {

struct Taken {
    std::vector<std::string> lines;
    int broken = 0;
};

Taken lines_of(const std::string& text)
{
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::tmpfile(), std::fclose);
    const int fd = ::fileno(file.get());
    REQUIRE(::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
    REQUIRE(::lseek(fd, 0, SEEK_SET) == 0);
    Taken taken;
    sponts::read_lines(
        fd, "text",
        {.line = [&](std::string_view line) { taken.lines.emplace_back(line); },
         .broken_line = [&] { ++taken.broken; }});
    return taken;
}

using Lines = std::vector<std::string>;

} // namespace

TEST_CASE("sponts: a file is its lines; what has no end is broken")
{
    CHECK(lines_of("").lines.empty());
    CHECK(lines_of("").broken == 0);
    CHECK(lines_of("a\n\nb\n").lines == Lines{"a", "", "b"});
    const Taken cut = lines_of("a\nb");
    CHECK(cut.lines == Lines{"a"});
    CHECK(cut.broken == 1);
}

TEST_CASE("sponts: lines across the ends of what is read at once stay whole")
{
    std::string text;
    Lines expected;
    for (std::size_t i = 0; i < 2000; ++i) {
        expected.emplace_back(i * 7 % 1000, static_cast<char>('a' + i % 26));
        text += expected.back() + "\n";
    }
    CHECK(lines_of(text).lines == expected);
}

TEST_CASE("sponts: a line that is too long is passed over")
{
    for (const std::size_t size :
         {sponts::longest_line - 1, sponts::longest_line, 3 * sponts::longest_line + 5}) {
        const Taken taken = lines_of("a\n" + std::string(size, 'x') + "\nb\n");
        CHECK(taken.lines.back() == "b");
        CHECK(taken.broken == (size < sponts::longest_line ? 0 : 1));
        CHECK(taken.lines.size() == (size < sponts::longest_line ? 3 : 2));
        CHECK(lines_of(std::string(size, 'x')).broken == 1);
    }
}

TEST_CASE("sponts: a directory is no file to read")
{
    try {
        sponts::read_lines("/", {});
        FAIL("read");
    } catch (const base::Failure& failure) {
        CHECK(failure.exit_status() == 66);
    }
}
