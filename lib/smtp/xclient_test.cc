// SPDX-License-Identifier: Apache-2.0
#include "smtp/xclient.h"

#include <doctest/doctest.h>
#include <string>

TEST_CASE("smtp: XCLIENT attributes")
{
    const auto found = smtp::parse_xclient("NAME=spike.example ADDR=192.0.2.1 port=4711 "
                                           "PROTO=esmtp HELO=spike+2Bx LOGIN=an+20na "
                                           "DESTADDR=IPV6:2001:DB8::1  DESTPORT=25");
    REQUIRE(found);
    CHECK(found->name == "spike.example");
    CHECK(found->address == "192.0.2.1");
    CHECK(found->port == 4711);
    CHECK(found->protocol == "ESMTP");
    CHECK(found->helo == "spike+x");
    CHECK(found->login == "an na");
    CHECK(found->destination_address == "2001:db8::1");
    CHECK(found->destination_port == 25);
    CHECK_FALSE(found->ident);
    CHECK(smtp::parse_xclient("ADDR=2001:db8::1")->address == "2001:db8::1");
}

TEST_CASE("smtp: XFORWARD attributes")
{
    const auto found = smtp::parse_xforward("NAME=[UNAVAILABLE] ADDR=192.0.2.1 PORT=4711 "
                                            "PROTO=ESMTP HELO=a.example IDENT=3F2A1 "
                                            "source=remote");
    REQUIRE(found);
    CHECK(found->name == "");
    CHECK(found->address == "192.0.2.1");
    CHECK(found->ident == "3F2A1");
    CHECK(found->source == "REMOTE");
    for (const char* bad : {"", "LOGIN=anna", "DESTADDR=192.0.2.1", "SOURCE=MOON",
                            "IDENT=a+0Ab", "ADDR=host"})
        CHECK_FALSE(smtp::parse_xforward(bad));
    CHECK_FALSE(smtp::parse_xclient("IDENT=3F2A1"));

    smtp::ClientAttributes client = *found;
    smtp::merge(client, *smtp::parse_xforward("HELO=b.example"));
    CHECK(client.helo == "b.example");
    CHECK(client.address == "192.0.2.1");
}

TEST_CASE("smtp: XCLIENT values that are not known")
{
    const auto found = smtp::parse_xclient("NAME=[UNAVAILABLE] ADDR=[unavailable] "
                                           "PORT=[TEMPUNAVAIL] LOGIN=[UNAVAILABLE] PROTO=");
    REQUIRE(found);
    CHECK(found->name == "");
    CHECK(found->address == "");
    CHECK(found->port == 0);
    CHECK(found->login == "");
    CHECK(found->protocol == "");
    CHECK_FALSE(found->helo);
}

TEST_CASE("smtp: XCLIENT, malformed")
{
    for (const std::string& bad :
         {std::string(), std::string(" "), std::string("NAME"), std::string("=x"),
          std::string("NAME=a+0D+0ARSET"), std::string("NAME=a+20b"),
          std::string("HELO=a+00"), std::string("HELO=a+F"), std::string("NAME=+C3+BC"),
          std::string("LOGIN=+FF"), std::string("ADDR=host"),
          std::string("ADDR=192.0.2.1.5"), std::string("ADDR=IPV6:x"),
          std::string("PORT=65536"), std::string("PORT=x"), std::string("PROTO=HTTP"),
          std::string("FOO=1"), "NAME=" + std::string(256, 'a')}) {
        CAPTURE(bad);
        CHECK_FALSE(smtp::parse_xclient(bad));
    }
}

TEST_CASE("smtp: XCLIENT and XFORWARD lines")
{
    smtp::ClientAttributes client;
    client.name = "";
    client.address = "2001:db8::1";
    client.port = 4711;
    client.helo = "a b";
    client.login = "anna";
    client.protocol = "ESMTP";
    client.ident = "3f2a";
    client.source = "REMOTE";
    const auto lines = smtp::write_xclient(client, "NAME ADDR port HELO PROTO");
    REQUIRE(lines.size() == 1);
    CHECK(lines[0] ==
          "XCLIENT NAME=[UNAVAILABLE] ADDR=IPV6:2001:db8::1 PORT=4711 PROTO=ESMTP "
          "HELO=a+20b");
    const auto forward = smtp::write_xforward(client, "NAME ADDR IDENT SOURCE");
    REQUIRE(forward.size() == 1);
    CHECK(forward[0] ==
          "XFORWARD NAME=[UNAVAILABLE] ADDR=IPV6:2001:db8::1 IDENT=3f2a SOURCE=REMOTE");
    CHECK(smtp::write_xclient(client, "").empty());
    client.port = 0;
    CHECK(smtp::write_xclient(client, "PORT")[0] == "XCLIENT PORT=[UNAVAILABLE]");
}

TEST_CASE("smtp: what XCLIENT writes it reads, in lines that fit")
{
    smtp::ClientAttributes client;
    client.name = std::string(250, 'n');
    client.address = "192.0.2.1";
    client.port = 1;
    client.helo = std::string(250, 'h');
    client.login = std::string(100, '\x7e') + "+=";
    client.destination_address = "::1";
    client.destination_port = 25;
    smtp::ClientAttributes read;
    for (const std::string& line : smtp::write_xclient(client, smtp::xclient_offer)) {
        CHECK(line.size() <= 510);
        const auto part = smtp::parse_xclient(line.substr(8));
        REQUIRE(part);
        const auto take = [](auto& to, const auto& from) {
            if (from)
                to = from;
        };
        take(read.name, part->name);
        take(read.address, part->address);
        take(read.port, part->port);
        take(read.helo, part->helo);
        take(read.login, part->login);
        take(read.destination_address, part->destination_address);
        take(read.destination_port, part->destination_port);
    }
    CHECK(read == client);
    // A value that would not fit a line even alone is unknown, not cut.
    client = {};
    client.login = std::string(200, ' ');
    CHECK(smtp::write_xclient(client, "LOGIN")[0] == "XCLIENT LOGIN=[UNAVAILABLE]");
}
