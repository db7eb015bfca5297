// SPDX-License-Identifier: Apache-2.0
#include "imap/command.h"

#include <doctest/doctest.h>
#include <string>

using State = imap::CommandReader::State;

namespace {

imap::Limits small()
{
    imap::Limits limits;
    limits.command = 100;
    limits.literal = 20;
    return limits;
}

// Feeds in two parts, saying "+" where it is asked for; the state at the end.
State feed(imap::CommandReader& reader, std::string_view bytes, std::size_t cut, int& asked)
{
    for (std::string_view part : {bytes.substr(0, cut), bytes.substr(cut)})
        while (!part.empty()) {
            part.remove_prefix(reader.feed(part));
            if (reader.state() == State::go_ahead)
                ++asked;
            else if (reader.state() != State::more)
                return reader.state();
        }
    return reader.state();
}

} // namespace

TEST_CASE("imap: a command has the same limit however it is cut")
{
    for (const std::string_view end : {"\r\n", "\n", "\r\r\n"})
        for (std::size_t length = 95; length < 105; ++length) {
            std::string line(length, 'x');
            line += end;
            const bool fits = line.size() - (end == "\n" ? 1 : 2) <= small().command;
            for (std::size_t size : {std::size_t{1}, length, length + 1, line.size()}) {
                CAPTURE(length);
                CAPTURE(size);
                imap::CommandReader reader(small());
                std::string_view bytes = line;
                while (!bytes.empty() && reader.state() == State::more)
                    bytes.remove_prefix(reader.feed(bytes.substr(0, size)));
                CHECK(reader.state() == (fits ? State::complete : State::too_long));
            }
        }
}

TEST_CASE("imap: a command is gathered with its literals")
{
    const std::string_view bytes = "a LOGIN {4}\r\nanna {3+}\r\na \r\r\n";
    for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
        CAPTURE(cut);
        imap::CommandReader reader(small());
        int asked = 0;
        CHECK(feed(reader, bytes, cut, asked) == State::complete);
        CHECK(asked == 1);
        const auto command = imap::parse_command(reader.line(), small());
        REQUIRE(command);
        CHECK(command->tag == "a");
        CHECK(command->name == "LOGIN");
        REQUIRE(command->arguments.size() == 2);
        CHECK(command->arguments[0].text == "anna");
        CHECK(command->arguments[1].text == "a \r");
        reader.clear();
        CHECK_FALSE(reader.begun());
        CHECK(feed(reader, "b noop\r\n", 3, asked) == State::complete);
        CHECK(reader.line() == "b noop");
    }
}

TEST_CASE("imap: what comes before the login has limits")
{
    struct {
        std::string bytes;
        State state;
    } const cases[] = {
        {"a LOGIN {20}\r\n", State::go_ahead},
        {"a LOGIN {21}\r\n", State::refused},
        {"a LOGIN {21+}\r\n", State::too_long},
        {"a LOGIN {99999999999999999999}\r\n", State::refused},
        {"a LOGIN " + std::string(93, 'x'), State::too_long},
        {"a {20+}\r\n" + std::string(20, 'x') + "{20+}\r\n" + std::string(20, 'x') +
             "{20+}\r\n" + std::string(20, 'x') + "{20+}\r\n",
         State::too_long},
    };
    for (const auto& c : cases) {
        CAPTURE(c.bytes);
        imap::CommandReader reader(small());
        (void)reader.feed(c.bytes);
        int asked = 0;
        if (reader.state() != c.state)
            (void)feed(reader, c.bytes, 0, asked);
        CHECK(reader.state() == c.state);
    }
    imap::CommandReader reader(small());
    (void)reader.feed("a LOGIN {21}\r\n");
    reader.clear();
    (void)reader.feed("b NOOP\r\n");
    CHECK(reader.line() == "b NOOP");
}

TEST_CASE("imap: commands have a tag, a name and arguments")
{
    const auto parse = [](std::string_view line) {
        return imap::parse_command(line, small());
    };
    CHECK(parse("a1 noop")->name == "NOOP");
    CHECK(parse("a1 noop")->arguments.empty());
    CHECK(parse("a1 ID (\"name\" \"x\")")->arguments.size() == 1);
    struct {
        std::string_view line;
        std::string_view tag;
    } const bad[] = {
        {"", "*"},          {"NOOP", "NOOP"}, {"* NOOP", "*"},     {"+ NOOP", "*"},
        {"a+ NOOP", "*"},   {"a( NOOP", "*"}, {"a\x01 NOOP", "*"}, {"a", "a"},
        {"a  NOOP", "a"},   {"a NO(P", "a"},  {"a \"NOOP\"", "a"}, {"\xc3\xa4 NOOP", "*"},
        {"a LOGIN (", "a"},
    };
    for (const auto& c : bad) {
        CAPTURE(c.line);
        const auto command = parse(c.line);
        REQUIRE_FALSE(command);
        CHECK(command.error().tag == c.tag);
        CHECK_FALSE(command.error().why.empty());
    }
    const auto long_tag = parse(std::string(200, 'a') + " NOOP");
    REQUIRE_FALSE(long_tag);
    CHECK(long_tag.error().why ==
          "tag is longer than " + std::to_string(small().tag) + " bytes");
}

TEST_CASE("imap: a command has as many arguments as thirty pairs need, and not many more")
{
    const auto pairs = [](int count) {
        std::string line = "a ID (";
        for (int n = 0; n < count; ++n)
            line += " \"name\" NIL";
        return line + ")";
    };
    CHECK(imap::parse_command(pairs(30), {}));
    CHECK_FALSE(imap::parse_command(pairs(40), {}));
    std::string words = "a LOGIN";
    while (words.size() < 16000)
        words += " x";
    const auto command = imap::parse_command(words, {});
    REQUIRE_FALSE(command);
    CHECK(command.error().why == "too many arguments");
}
