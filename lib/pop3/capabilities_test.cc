// SPDX-License-Identifier: Apache-2.0
#include "pop3/capabilities.h"

#include <doctest/doctest.h>

namespace {

pop3::Capabilities some()
{
    pop3::Capabilities capabilities;
    for (const char* line :
         {"TOP", "UIDL", "stls", "USER", "SASL PLAIN  SCRAM-SHA-256 ", "UTF8 USER", "", " ",
          "EVIL\x01", "IMPLEMENTATION Some Server"})
        capabilities.add(line);
    return capabilities;
}

} // namespace

TEST_CASE("pop3: capabilities have tags and parameters")
{
    const pop3::Capabilities capabilities = some();
    CHECK(capabilities.lines().size() == 7);
    CHECK(capabilities.has("top"));
    CHECK(capabilities.has("STLS"));
    CHECK_FALSE(capabilities.has("ST"));
    CHECK_FALSE(capabilities.has("LANG"));
    CHECK(capabilities.parameters("IMPLEMENTATION") == "Some Server");
    CHECK(capabilities.parameters("TOP").empty());
    CHECK(capabilities.parameters("LANG").empty());
    CHECK(capabilities.has("SASL", "scram-sha-256"));
    CHECK(capabilities.has("SASL", "PLAIN"));
    CHECK_FALSE(capabilities.has("SASL", "SCRAM"));
    CHECK_FALSE(capabilities.has("TOP", ""));
}

TEST_CASE("pop3: a proxy announces what passes through it, and what it does itself")
{
    CHECK(pop3::announce(some(), {}) ==
          "+OK\r\nTOP\r\nUIDL\r\nUTF8 USER\r\nIMPLEMENTATION Some Server\r\n.\r\n");
    CHECK(pop3::announce({},
                         {.stls = true, .user = true, .mechanisms = {"PLAIN", "LOGIN"}}) ==
          "+OK\r\nSTLS\r\nUSER\r\nSASL PLAIN LOGIN\r\n.\r\n");
    CHECK(pop3::announce({}, {}) == "+OK\r\n.\r\n");
}
