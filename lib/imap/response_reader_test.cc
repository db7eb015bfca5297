// SPDX-License-Identifier: Apache-2.0
#include "imap/response_reader.h"

#include <doctest/doctest.h>
#include <vector>

namespace {

// All responses in `text`, fed in two parts cut at `cut`.
std::vector<std::string> read(std::string_view text, std::size_t cut)
{
    imap::ResponseReader reader(64);
    std::vector<std::string> found;
    for (std::string_view part : {text.substr(0, cut), text.substr(cut)}) {
        while (!part.empty()) {
            part.remove_prefix(reader.feed(part));
            REQUIRE(!reader.too_long());
            if (reader.complete())
                found.push_back(reader.release());
        }
    }
    return found;
}

} // namespace

TEST_CASE("imap: responses before the login, cut at every byte")
{
    const std::string_view text = "* OK ready {5}\r\n"
                                  "* ID (\"name\" {7}\r\nDov\r\nec NIL)\r\n"
                                  "+ {3}\r\n"
                                  "a NO [X] no such user {9}\n"
                                  "+\r\n"
                                  "* OKAY {2}\r\nx\r\r\n"
                                  "* X\r\r\n"
                                  "* CAPABILITY IMAP4rev1\r\n";
    const std::vector<std::string> expected = {"* OK ready {5}",
                                               "* ID (\"name\" {7}\r\nDov\r\nec NIL)",
                                               "+ {3}",
                                               "a NO [X] no such user {9}",
                                               "+",
                                               "* OKAY {2}\r\nx\r",
                                               "* X\r",
                                               "* CAPABILITY IMAP4rev1"};
    for (std::size_t cut = 0; cut <= text.size(); ++cut) {
        CAPTURE(cut);
        CHECK(read(text, cut) == expected);
    }
}

TEST_CASE("imap: a response before the login has a limit, with its literals")
{
    for (const char* text :
         {"* OK 34567890123456789012345678901234567890123456789012345678901",
          "* ID ({99999999999999999999}\r\n234567890123456789012345678901234"
          "567890123456789"}) {
        CAPTURE(text);
        imap::ResponseReader reader(60);
        (void)reader.feed(text);
        CHECK(reader.too_long());
    }
}

TEST_CASE("imap: a response has the same limit however it is cut")
{
    constexpr std::size_t limit = 50;
    for (const std::string_view end : {"\r\n", "\n", "\r\r\n"})
        for (std::size_t length = 45; length < 55; ++length) {
            std::string line(length, 'x');
            line += end;
            const bool fits = line.size() - (end == "\n" ? 1 : 2) <= limit;
            for (std::size_t size : {std::size_t{1}, length, length + 1, line.size()}) {
                CAPTURE(length);
                CAPTURE(size);
                imap::ResponseReader reader(limit);
                std::string_view bytes = line;
                while (!bytes.empty() && !reader.too_long() && !reader.complete())
                    bytes.remove_prefix(reader.feed(bytes.substr(0, size)));
                CHECK(reader.complete() == fits);
                CHECK(reader.too_long() != fits);
            }
        }
}
