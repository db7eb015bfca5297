// SPDX-License-Identifier: Apache-2.0
#include "imap/value.h"

#include <doctest/doctest.h>
#include <string>

using imap::Value;

namespace {

std::string show(const std::vector<Value>& values)
{
    std::string text;
    for (const Value& value : values) {
        if (!text.empty())
            text += ' ';
        if (value.kind == Value::Kind::list)
            text += "(" + show(value.list) + ")";
        else
            text += value.kind == Value::Kind::string ? "'" + value.text + "'" : value.text;
    }
    return text;
}

std::string parsed(std::string_view line)
{
    const auto values = imap::parse_values(line, 4);
    return values ? show(*values) : "! " + values.error();
}

} // namespace

TEST_CASE("imap: arguments are words, quoted texts, literals and lists")
{
    struct {
        std::string_view line;
        std::string_view wanted;
    } const cases[] = {
        {"", ""},
        {" anna secret", "anna secret"},
        {"anna@example.org \"a \\\"b\\\\\"", "anna@example.org 'a \"b\\'"},
        {"{4}\r\nanna {3+}\r\na b ~{0}\r\n", "'anna' 'a b' ''"},
        {"(\"name\" \"x\" \"os\" NIL) ()", "('name' 'x' 'os' NIL) ()"},
        {"((a) (b (c)))", "((a) (b (c)))"},
        {"BODY[HEADER.FIELDS (TO)]<0> x", "BODY[HEADER.FIELDS (TO)]<0> x"},
        {"\"\"", "''"},
        {"a  b ", "a b"},
        {"\"open", "! a quote is not closed"},
        {"\"line\r\n\"", "! a quote is not closed"},
        {"\"end\\", "! a quote is not closed"},
        {"\"a\"b", "! a blank is missing"},
        {"(a)(b)", "! a blank is missing"},
        {"(a", "! a parenthesis is not closed"},
        {"a)", "! a parenthesis is closed that was not open"},
        {"(((((a)))))", "! lists are too deep"},
        {"{5}\r\nabc", "! a literal is not complete"},
        {"{5}", "! a literal is not complete"},
        {"{99999999999999999999}\r\nabc", "! a literal is not complete"},
        {"{x}\r\nabc", "! a literal is not complete"},
        {"BODY[open", "! a word cannot begin or end like this"},
        {"\rx", "! a word cannot begin or end like this"},
    };
    for (const auto& c : cases) {
        CAPTURE(c.line);
        CHECK(parsed(c.line) == c.wanted);
    }
}

TEST_CASE("imap: there is a limit to how many arguments there are")
{
    CHECK(imap::parse_values("a (b c) d", 4, 5));
    for (const std::string_view line : {"a (b c) d e", "a (b c d e)", "() () () () () ()"})
        CHECK(imap::parse_values(line, 4, 5).error() == "too many arguments");
    CHECK(imap::parse_values("a a a a a (never closed", 4, 4).error() ==
          "too many arguments");
}

TEST_CASE("imap: deep lists cost no stack")
{
    const std::string deep(1 << 20, '(');
    CHECK_FALSE(imap::parse_values(deep, 8));
    CHECK_FALSE(imap::parse_values(deep, SIZE_MAX)); // closed nowhere
}

TEST_CASE("imap: texts are written so that every server reads the same")
{
    struct {
        std::string_view text;
        std::string_view wanted;
    } const cases[] = {
        {"anna", "anna"},
        {"anna@example.org", "anna@example.org"},
        {"two words", "\"two words\""},
        {"", "\"\""},
        {"NIL", "\"NIL\""},
        {"a\"b\\", "\"a\\\"b\\\\\""},
        {"a%b*", "\"a%b*\""},
        {"a\r\nb LOGOUT", "{11+}\r\na\r\nb LOGOUT"},
        {"\xc3\xa4", "{2+}\r\n\xc3\xa4"},
    };
    for (const auto& c : cases) {
        CAPTURE(c.text);
        CHECK(imap::astring(c.text, true) == c.wanted);
        const auto back = imap::parse_values(imap::astring(c.text, false), 1);
        REQUIRE(back);
        REQUIRE(back->size() == 1);
        CHECK(back->front().text == c.text);
    }
    CHECK(imap::quoted("a\r\n\"b") == "\"a??\\\"b\"");
    CHECK(imap::astring(std::string(600, 'x'), true).starts_with("{600+}\r\n"));
}
