// SPDX-License-Identifier: Apache-2.0
#include "pop3/xclient.h"

#include <doctest/doctest.h>
#include <string>

using pop3::Xclient;

TEST_CASE("pop3: XCLIENT names a client")
{
    struct {
        std::string_view text;
        std::optional<Xclient> expected;
    } const cases[] = {
        {"ADDR=192.0.2.1 PORT=40000 SESSION=65d1f.1a TTL=4",
         Xclient{"192.0.2.1", 40000, "65d1f.1a", 4}},
        {"addr=2001:db8::1", Xclient{"2001:db8::1", {}, "", {}}},
        {"  ADDR=192.0.2.1  LOGIN=anna ", Xclient{"192.0.2.1", {}, "", {}}},
        {"", Xclient{}},
        {"TTL=0", Xclient{{}, {}, "", 0}},
        {"ADDR=", std::nullopt},
        {"ADDR=mail.example.org", std::nullopt},
        {"ADDR=192.0.2.256", std::nullopt},
        {"PORT=65536", std::nullopt},
        {"PORT=x", std::nullopt},
        {"TTL=-1", std::nullopt},
        {"ADDR", std::nullopt},
        {"SESSION=\x01", std::nullopt},
    };
    for (const auto& c : cases) {
        INFO(c.text);
        const auto client = pop3::parse_xclient(c.text);
        CHECK(client.has_value() == c.expected.has_value());
        if (client && c.expected)
            CHECK(*client == *c.expected);
    }
    CHECK_FALSE(pop3::parse_xclient("SESSION=" + std::string(65, 'a')));
}

TEST_CASE("pop3: XCLIENT is written as it is read")
{
    const Xclient all{"192.0.2.1", 40000, "65d1f.1a", 4};
    const std::string command = pop3::write_xclient(all);
    CHECK(command == "XCLIENT ADDR=192.0.2.1 PORT=40000 SESSION=65d1f.1a TTL=4");
    CHECK(pop3::parse_xclient(command.substr(8)) == all);
    CHECK(pop3::write_xclient({{}, {}, "", 4}) == "XCLIENT TTL=4");
    CHECK(pop3::write_xclient({}).empty());
}
