// SPDX-License-Identifier: Apache-2.0
#include "proxy/imap_identity.h"

#include <doctest/doctest.h>

using proxy::ImapFields;

TEST_CASE("proxy: whom a trusted peer speaks for by ID")
{
    const auto claimed = proxy::claimed_client({"name", "x", "X-Originating-IP",
                                                "192.0.2.7", "x-originating-port", "4711",
                                                "x-proxy-ttl", "3", "x-session-id", "abc"},
                                               5);
    REQUIRE(claimed);
    CHECK(claimed->address.text() == "192.0.2.7:4711");
    CHECK(claimed->ttl == 3);
    CHECK(claimed->session == "abc");

    CHECK(proxy::claimed_client({"x-originating-ip", "2001:db8::1"}, 5)->address.ip() ==
          "2001:db8::1");
    CHECK(proxy::claimed_client({"x-originating-ip", "192.0.2.7", "x-proxy-ttl", "99"}, 5)
              ->ttl == 5);
    CHECK(proxy::claimed_client(
              {"x-originating-ip", "192.0.2.7", "x-originating-port", "70000"}, 5)
              ->address.port() == 0);
    CHECK_FALSE(proxy::claimed_client({"x-originating-ip", "nowhere"}, 5));
    CHECK_FALSE(proxy::claimed_client({"name", "x"}, 5));
    CHECK_FALSE(proxy::claimed_client({}, 5));
}

TEST_CASE("proxy: ID that goes on: the client's words, and ours")
{
    proxy::Caller caller;
    caller.id = "abc.1";
    caller.client = *net::Address::parse_ip("192.0.2.7", 4711);
    caller.local = *net::Address::parse_ip("192.0.2.1", 993);
    ImapFields fields =
        proxy::without_claims({"name", "mu\"tt", "os", "", "X-Originating-IP", "10.0.0.1",
                               "x-forward-x", "y", "", "z"});
    CHECK(fields == ImapFields{"name", "mu\"tt", "os", ""});
    CHECK(proxy::id_command("s1", fields) ==
          "s1 ID (\"name\" \"mu\\\"tt\" \"os\" NIL)\r\n");
    proxy::add_claims(fields, caller);
    CHECK(proxy::id_command("s1", fields) ==
          "s1 ID (\"name\" \"mu\\\"tt\" \"os\" NIL \"x-session-id\" \"abc.1\" "
          "\"x-originating-ip\" \"192.0.2.7\" \"x-originating-port\" \"4711\" "
          "\"x-connected-ip\" \"192.0.2.1\" \"x-connected-port\" \"993\" "
          "\"x-proxy-ttl\" \"4\")\r\n");
    CHECK(proxy::id_command("s1", {}).empty());
}

TEST_CASE("proxy: ID holds no line ends and no more than thirty pairs")
{
    proxy::Caller caller;
    caller.id = "abc.1";
    ImapFields fields(60, "a\r\nb LOGOUT");
    proxy::add_claims(fields, caller);
    CHECK(fields.size() <= 60);
    const std::string line = proxy::id_command("s1", fields);
    CHECK(line.find("\r\n") == line.size() - 2);
    CHECK(line.find("\"a??b LOGOUT\"") != std::string::npos);
}
