// SPDX-License-Identifier: Apache-2.0
#include "conf/document.h"

#include <doctest/doctest.h>

using conf::Document;
using conf::parse_document;

namespace {

std::string problem_of(std::string_view text)
{
    const Document document = parse_document(text);
    if (document.problems.empty())
        return {};
    return std::to_string(document.problems[0].line) + ": " + document.problems[0].text;
}

} // namespace

TEST_CASE("conf: sections, keys and lines of a document")
{
    const Document document = parse_document("\xEF\xBB\xBF# comment\n"
                                             "[general]\r\n"
                                             "hostname = mx.example  ; why\r\n"
                                             "\n"
                                             "[listener smtp]\n"
                                             "address=*:25\n"
                                             "relay-from = 192.0.2.0/24\n"
                                             "   198.51.100.0/24 ; and these\n"
                                             "\t2001:db8::/32\n"
                                             "# in between\n"
                                             "  203.0.113.7\n"
                                             "etrn = no");
    CHECK(document.problems.empty());
    REQUIRE(document.sections.size() == 2);
    CHECK(document.sections[1].name == "listener smtp");
    CHECK(document.sections[1].line == 5);
    REQUIRE(document.entries.size() == 4);
    CHECK(document.entries[0].value == "mx.example");
    CHECK(document.entries[1].value == "*:25");
    CHECK(document.entries[2].value ==
          "192.0.2.0/24 198.51.100.0/24 2001:db8::/32 203.0.113.7");
    CHECK(document.entries[2].line == 7);
    CHECK(document.entries[3].key == "etrn");
    CHECK(document.line_of("listener smtp", "etrn") == 12);
    CHECK(document.line_of("listener smtp", "tls") == 5);
    CHECK(document.line_of("tls", "ciphers") == 0);
}

TEST_CASE("conf: what inih would swallow is a problem with its line")
{
    const std::string long_line = "[general]\nhostname = " + std::string(300, 'x') + "\n";
    CHECK(problem_of(long_line).starts_with("2: line is longer than 198 bytes: continue"));
    CHECK(problem_of("[general]\nhostname = a\n  spool = /b\n") ==
          "3: an indented line continues the value above: do not indent keys");
    CHECK(problem_of("[general]\nhostname = a\n  [tls]\n") ==
          "3: an indented line continues the value above: do not indent keys");
    CHECK(problem_of("[tls]\n[general]\n[tls]\n") ==
          "3: section [tls] again, first in line 1");
    CHECK(problem_of("[" + std::string(60, 'x') + "]\n") ==
          "1: section name is longer than 49 bytes");
    CHECK(problem_of("[a]\n" + std::string(60, 'x') + " = 1\n") ==
          "2: key is longer than 49 bytes");
    CHECK(problem_of("[a]\nhostname = mx # main\n") ==
          "2: a comment begins a line, or follows a value after \" ;\"");
    CHECK(problem_of("[a]\nhost\001name = mx\n") == "2: control byte in the line");
    CHECK(problem_of(std::string_view("[a]\nx = \0\n", 9)) ==
          "2: control byte in the line");
    CHECK(problem_of("[a]\nword\n") == "2: neither [section] nor key = value");
    CHECK(problem_of("[a\n") == "1: neither [section] nor key = value");
    CHECK(problem_of(std::string(2u << 20, '\n')) == "0: file is larger than 1 MiB");
}

TEST_CASE("conf: every line that is broken is a problem, in two languages")
{
    const Document document =
        parse_document("[a]\nword\nb = 1\n[c\nother word\n[d ; e]\nf = 2\n");
    std::vector<int> lines;
    for (const conf::Problem& problem : document.problems) {
        lines.push_back(problem.line);
        CHECK(problem.german == "weder [Abschnitt] noch Schlüssel = Wert");
    }
    CHECK(lines == std::vector{2, 4, 5, 6});
    CHECK(parse_document("[d ; e]\n").problems.size() == 1);
    for (const std::string_view lost :
         {"second-person ; was: yes", "word ; see http://x", "word\t; a = 1"}) {
        CAPTURE(lost);
        CHECK(problem_of("[a]\n" + std::string(lost) + "\nb = 1\n") ==
              "2: neither [section] nor key = value");
    }
    CHECK(problem_of("[a]\nb;c = 1 ; why: not\n").empty());
    CHECK(problem_of("[a]\n= 1\n  word\n") == "3: neither [section] nor key = value");
}

TEST_CASE("conf: the longest line that is allowed is read whole")
{
    const std::string value(198 - 4, 'x');
    const Document document = parse_document("[a]\nb = " + value + "\n");
    REQUIRE(document.entries.size() == 1);
    CHECK(document.entries[0].value == value);
    CHECK(document.problems.empty());
}

TEST_CASE("conf: a document cut anywhere gives no key that was not there")
{
    const std::string text = "[general]\nhostname = mx.example\n[tls]\nciphers = A\n  B\n";
    for (std::size_t size = 0; size <= text.size(); ++size) {
        const Document document = parse_document(std::string_view(text).substr(0, size));
        CHECK(document.entries.size() <= 2);
        for (const conf::Entry& entry : document.entries)
            CHECK((entry.key == "hostname" || entry.key == "ciphers"));
    }
}
