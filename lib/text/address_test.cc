// SPDX-License-Identifier: Apache-2.0
#include "text/address.h"

#include <chrono>
#include <doctest/doctest.h>
#include <string>

using namespace std::literals;
using text::AddressError;
using text::Detour;

TEST_CASE("text: mailboxes that are fine")
{
    struct Row {
        std::string_view input;
        std::string_view mailbox;
        std::string_view local;
        std::string_view domain;
    };
    static constexpr Row rows[] = {
        {"a@b", "a@b", "a", "b"},
        {"Anna.Blume@Example.ORG", "Anna.Blume@example.org", "Anna.Blume", "example.org"},
        {"o'neil+tag=x@a-b.example", "o'neil+tag=x@a-b.example", "o'neil+tag=x",
         "a-b.example"},
        {"!#$%&'*+-/=?^_`{|}~@b.c", "!#$%&'*+-/=?^_`{|}~@b.c", "!#$%&'*+-/=?^_`{|}~",
         "b.c"},
        {"\"a b\"@c.d", "\"a b\"@c.d", "\"a b\"", "c.d"},
        {"\"a@b\"@c.d", "\"a@b\"@c.d", "\"a@b\"", "c.d"},
        {"\"a\\\"b\"@c.d", "\"a\\\"b\"@c.d", "\"a\\\"b\"", "c.d"},
        {"\"a>b\"@c.d", "\"a>b\"@c.d", "\"a>b\"", "c.d"},
        {"a@[192.0.2.1]", "a@[192.0.2.1]", "a", "[192.0.2.1]"},
        {"a@[IPv6:2001:DB8::1]", "a@[IPv6:2001:db8::1]", "a", "[IPv6:2001:db8::1]"},
        {"PostMaster", "PostMaster", "PostMaster", ""},
    };
    for (const Row& row : rows) {
        CAPTURE(row.input);
        const auto found = text::parse_mailbox(row.input);
        REQUIRE(found);
        CHECK(found->mailbox == row.mailbox);
        CHECK(found->local() == row.local);
        CHECK(found->domain() == row.domain);
        CHECK(found->quoted == row.input.starts_with('"'));
        CHECK(found->literal == row.input.ends_with(']'));
        CHECK_FALSE(found->utf8);
        CHECK(text::parse_path('<' + std::string(row.input) + '>') == found);
        // What we wrote is read as the same again.
        CHECK(text::parse_mailbox(found->mailbox) == found);
    }
}

TEST_CASE("text: mailboxes that are refused, and why")
{
    struct Row {
        std::string input;
        AddressError error;
    };
    const Row rows[] = {
        {"", AddressError::empty},
        {"@b", AddressError::empty},
        {"\"\"@b", AddressError::empty},
        {"a", AddressError::no_domain},
        {"\"postmaster\"", AddressError::no_domain},
        {"a@", AddressError::bad_domain},
        {"a..b@c", AddressError::bad_local},
        {".a@c", AddressError::bad_local},
        {"a.@c", AddressError::bad_local},
        {"a b@c", AddressError::bad_local},
        {"a,b@c", AddressError::bad_local},
        {"a\"b\"@c", AddressError::bad_local},
        {"a<b@c", AddressError::bad_local},
        {"\"a@c", AddressError::bad_quoting},
        {"\"a\\", AddressError::bad_quoting},
        {"\"a\\\"", AddressError::bad_quoting},
        {"\"a\"b@c", AddressError::bad_quoting},
        {"a@b@c", AddressError::bad_domain},
        {"a@b_c", AddressError::bad_domain},
        {"a@-b", AddressError::bad_domain},
        {"a@b-.c", AddressError::bad_domain},
        {"a@b..c", AddressError::bad_domain},
        {"a@.b", AddressError::bad_domain},
        {"a@b.", AddressError::bad_domain},
        {"a@b%c", AddressError::bad_domain},
        {"a@b c", AddressError::bad_domain},
        {"a@" + std::string(64, 'x'), AddressError::bad_domain},
        {"a@[192.0.2.1", AddressError::bad_literal},
        {"a@[192.0.2.256]", AddressError::bad_literal},
        {"a@[192.0.2]", AddressError::bad_literal},
        {"a@[]", AddressError::bad_literal},
        {"a@[", AddressError::bad_literal},
        {"a@[IPv6:192.0.2.1]", AddressError::bad_literal},
        {"a@[IPv6:2001:db8::1::2]", AddressError::bad_literal},
        {"a@[2001:db8::1]", AddressError::bad_literal},
        {"a@[IPv6:" + std::string(99, '1') + "]", AddressError::bad_literal},
        {"a@[192.0.2.1]x", AddressError::bad_literal},
        {std::string(65, 'a') + "@b", AddressError::too_long},
        {"a@" + std::string(130, 'x') + "." + std::string(130, 'x'),
         AddressError::too_long},
        {std::string(1100, 'a'), AddressError::too_long},
        {"a\r\nRCPT TO:<x>@b", AddressError::control_byte},
        {"a\0@b"s, AddressError::control_byte},
        {"a@b\x7f", AddressError::control_byte},
        {"\"a\tb\"@c", AddressError::control_byte},
        {"gr\xc3\xbcn@b", AddressError::needs_smtputf8},
    };
    for (const Row& row : rows) {
        CAPTURE(row.input);
        const auto found = text::parse_mailbox(row.input);
        REQUIRE_FALSE(found);
        CHECK(found.error() == row.error);
        CHECK_FALSE(text::describe(row.error).empty());
    }
    CHECK(text::parse_mailbox(std::string(64, 'a') + "@b"));
    CHECK(text::parse_mailbox("a@" + std::string(63, 'x')));
}

TEST_CASE("text: every error and detour has words")
{
    for (int i = 0; i <= static_cast<int>(AddressError::bad_utf8); ++i)
        for (int j = 0; j < i; ++j)
            CHECK(text::describe(static_cast<AddressError>(i)) !=
                  text::describe(static_cast<AddressError>(j)));
    for (int i = 0; i <= static_cast<int>(Detour::colon); ++i)
        CHECK_FALSE(text::describe(static_cast<Detour>(i)).empty());
}

TEST_CASE("text: addresses in UTF-8")
{
    const auto local = text::parse_mailbox("gr\xc3\xbcn@example.org", true);
    REQUIRE(local);
    CHECK(local->utf8);
    CHECK(local->mailbox == "gr\xc3\xbcn@example.org");
    // The domain becomes A-labels: one form for routes, tables and DNS.
    const auto domain = text::parse_mailbox("a@B\xc3\xbc"
                                            "cher.example",
                                            true);
    REQUIRE(domain);
    CHECK(domain->mailbox == "a@xn--bcher-kva.example");
    CHECK_FALSE(domain->utf8);
    CHECK(text::parse_mailbox("\"\xc3\xbc \"@b", true));
    for (const std::string_view bad :
         {"\xc3@b", "\xff@b", "\xc0\xaf@b", "\xed\xa0\x80@b", "\xc3\xbc@\xf5"})
        CHECK(text::parse_mailbox(bad, true).error() == AddressError::bad_utf8);
    CHECK(text::parse_mailbox("a@\xe2\x98\x83\xc2\xad..x", true).error() ==
          AddressError::bad_domain);
    CHECK(text::parse_path("<\xc3\xbc@b>").error() == AddressError::needs_smtputf8);
}

TEST_CASE("text: paths and source routes")
{
    CHECK(text::parse_path("<>")->null());
    CHECK(text::parse_path("<postmaster>")->local() == "postmaster");
    for (const std::string_view route : {"<@a:b@c>", "<@a,@b.example:b@c>",
                                         "<@[192.0.2.1]:b@c>", "<@[IPv6:::1],@x:b@c>"}) {
        CAPTURE(route);
        const auto found = text::parse_path(route);
        REQUIRE(found);
        CHECK(found->source_route);
        CHECK(found->mailbox == "b@c");
    }
    for (const std::string_view bad :
         {"<@a>", "<@>", "<@:b@c>", "<@a,b@c>", "<@a,@:b@c>", "<@a;@b:c@d>", "<@a_:b@c>",
          "<@[192.0.2.1:b@c>", "<@a,"}) {
        CAPTURE(bad);
        CHECK_FALSE(text::parse_path(bad));
    }
    CHECK(text::parse_path("<@a,>").error() == AddressError::bad_route);
    for (const std::string_view open : {"", "<", ">", "a@b", "<a@b", "a@b>"})
        CHECK(text::parse_path(open).error() == AddressError::no_brackets);
    CHECK(text::parse_path("<a@b>>").error() == AddressError::bad_domain);
    CHECK(text::parse_path("<a\n@b>").error() == AddressError::control_byte);
}

TEST_CASE("text: where a path ends")
{
    CHECK(text::path_length("<a@b> SIZE=1") == 5);
    CHECK(text::path_length("<\"a> b\"@c>x") == 10);
    CHECK(text::path_length("<\"a\\\"> b\"@c>x") == 12);
    CHECK(text::path_length("<a@b") == std::string_view::npos);
    CHECK(text::path_length("<\"a@b>") == std::string_view::npos);
    CHECK(text::path_length("<\"a\\") == std::string_view::npos);
    CHECK(text::path_length("<a\\>") == 4);
}

TEST_CASE("text: detours a stranger may not take")
{
    struct Row {
        std::string_view path;
        Detour detour;
    };
    static constexpr Row rows[] = {
        {"<user@relay.example>", Detour::none},
        {"<us-er+x=y.z@relay.example>", Detour::none},
        {"<\"us er\"@relay.example>", Detour::none},
        {"<postmaster>", Detour::none},
        {"<>", Detour::none},
        {"<@relay.example:user@victim.example>", Detour::source_route},
        {"<user%victim.example@relay.example>", Detour::percent},
        {"<\"user%victim.example\"@relay.example>", Detour::percent},
        {"<victim.example!user@relay.example>", Detour::bang},
        {"<\"user@victim.example\"@relay.example>", Detour::at_sign},
        {"<\"user\\@victim.example\"@relay.example>", Detour::at_sign},
        {"<\"relay:user\"@relay.example>", Detour::colon},
    };
    for (const Row& row : rows) {
        CAPTURE(row.path);
        const auto found = text::parse_path(row.path);
        REQUIRE(found);
        CHECK(text::detour(*found) == row.detour);
        CHECK_FALSE(text::describe(row.detour).empty());
    }
}

TEST_CASE("text: forms for look-ups")
{
    CHECK(text::unquote_local("\"a b\\\"c\\\\\"") == "a b\"c\\");
    CHECK(text::unquote_local("plain") == "plain");
    CHECK(text::unquote_local("\"open") == "\"open");
    CHECK(text::fold_case(*text::parse_mailbox("A.B@C.d")) == "a.b@c.d");
}

TEST_CASE("text: cut at every byte an address is refused or whole")
{
    static constexpr std::string_view paths[] = {
        "<@a.example,@[192.0.2.1]:\"q\\\"u> o\"@b.example>", "<user@[IPv6:2001:db8::1]>"};
    for (const std::string_view path : paths) {
        REQUIRE(text::parse_path(path));
        for (std::size_t length = 0; length < path.size(); ++length)
            CHECK_FALSE(text::parse_path(path.substr(0, length)));
    }
}
