// SPDX-License-Identifier: Apache-2.0
#include "sasl/plain.h"

#include <doctest/doctest.h>
#include <string>

using namespace std::literals;

TEST_CASE("sasl: the message of PLAIN has three parts")
{
    struct {
        std::string message;
        bool whole;
        std::string acts_as, user, password;
        bool for_oneself;
    } const cases[] = {
        {"\0anna\0secret"s, true, "", "anna", "secret", true},
        {"anna\0anna\0secret"s, true, "anna", "anna", "secret", true},
        {"ben\0anna\0secret"s, true, "ben", "anna", "secret", false},
        {"\0anna\0"s, true, "", "anna", "", true},
        {"\0anna\0a\0b"s, true, "", "anna", "a\0b"s, true},
        {"\0\0"s, true, "", "", "", true},
        {"\0anna"s, false, "", "", "", false},
        {"anna", false, "", "", "", false},
        {"", false, "", "", "", false},
    };
    for (const auto& each : cases) {
        CAPTURE(each.message);
        const auto plain = sasl::parse_plain(each.message);
        REQUIRE(plain.has_value() == each.whole);
        if (!plain)
            continue;
        CHECK(plain->acts_as == each.acts_as);
        CHECK(plain->user == each.user);
        CHECK(plain->password == each.password);
        CHECK(plain->for_oneself() == each.for_oneself);
    }
}

TEST_CASE("sasl: what plain_message() writes is read as it was")
{
    const std::string message = sasl::plain_message("anna", "secret");
    CHECK(message == "\0anna\0secret"s);
    const auto plain = sasl::parse_plain(message);
    REQUIRE(plain);
    CHECK(plain->user == "anna");
    CHECK(plain->password == "secret");
}
