// SPDX-License-Identifier: Apache-2.0
#include "pop3/command.h"

#include <doctest/doctest.h>
#include <string>

using pop3::Verb;

TEST_CASE("pop3: commands are verbs and what stands behind the first blank")
{
    struct {
        std::string_view line;
        Verb verb;
        std::string_view argument;
        bool has_argument;
    } const cases[] = {
        {"USER anna", Verb::user, "anna", true},
        {"user anna@example.org", Verb::user, "anna@example.org", true},
        {"PASS two words ", Verb::pass, "two words ", true},
        {"PASS  blank first", Verb::pass, " blank first", true},
        {"PASS ", Verb::pass, "", true},
        {"PASS", Verb::pass, "", false},
        {"Apop anna c4c9334bac560ecc979e58001b3e22fb", Verb::apop,
         "anna c4c9334bac560ecc979e58001b3e22fb", true},
        {"AUTH PLAIN AGEAYg==", Verb::auth, "PLAIN AGEAYg==", true},
        {"AUTH", Verb::auth, "", false},
        {"capa", Verb::capa, "", false},
        {"STLS", Verb::stls, "", false},
        {"UTF8", Verb::utf8, "", false},
        {"LANG de", Verb::lang, "de", true},
        {"XCLIENT ADDR=192.0.2.1", Verb::xclient, "ADDR=192.0.2.1", true},
        {"QUIT", Verb::quit, "", false},
        {"RETR 1", Verb::retr, "1", true},
        {"GET / HTTP/1.1", Verb::http, "/ HTTP/1.1", true},
        {"host: mail.example", Verb::http, "mail.example", true},
        {"RETRIEVE 1", Verb::other, "1", true},
        {"", Verb::other, "", false},
        {" USER anna", Verb::other, "USER anna", true},
        {"\tUSER anna", Verb::other, "anna", true},
    };
    for (const auto& c : cases) {
        CAPTURE(c.line);
        const pop3::Command command = pop3::parse_command(c.line);
        CHECK(command.verb == c.verb);
        CHECK(command.argument == c.argument);
        CHECK(command.has_argument == c.has_argument);
    }
}

TEST_CASE("pop3: which message a command is about")
{
    struct {
        std::string_view line;
        std::uint32_t message;
        std::optional<std::uint32_t> lines;
    } const cases[] = {
        {"RETR 7", 7, {}},          {"RETR", 0, {}},      {"RETR x", 0, {}},
        {"RETR -1", 0, {}},         {"TOP 7 10", 7, 10},  {"TOP 7", 7, {}},
        {"TOP 7 0", 7, 0},          {"TOP  7  3 ", 7, 3}, {"TOP 7 x", 7, {}},
        {"DELE 4294967296", 0, {}},
    };
    for (const auto& c : cases) {
        CAPTURE(c.line);
        const pop3::Numbers numbers = pop3::numbers_of(pop3::parse_command(c.line));
        CHECK(numbers.message == c.message);
        CHECK(numbers.lines == c.lines);
    }
}

TEST_CASE("pop3: verbs have names for the log")
{
    CHECK(pop3::name_of(Verb::retr) == "RETR");
    CHECK(pop3::name_of(Verb::http) == "?");
    CHECK(pop3::name_of(Verb::other) == "?");
}
