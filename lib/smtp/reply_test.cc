// SPDX-License-Identifier: Apache-2.0
#include "smtp/reply.h"

#include <doctest/doctest.h>

TEST_CASE("smtp: replies on the wire")
{
    CHECK(smtp::wire({250, "2.1.0", "ok"}) == "250 2.1.0 ok\r\n");
    CHECK(smtp::wire({354, "", "go on"}) == "354 go on\r\n");
    CHECK(smtp::wire({250, "", "host\nSIZE 1\nHELP"}) ==
          "250-host\r\n250-SIZE 1\r\n250 HELP\r\n");
    CHECK(smtp::wire({550, "5.1.1", "a\nb"}) == "550-5.1.1 a\r\n550 5.1.1 b\r\n");
    CHECK(smtp::wire({250, "", ""}) == "250 \r\n");
}

TEST_CASE("smtp: no text ends a reply early")
{
    const std::string wire = smtp::wire({550, "5.1.1", std::string("a\rb\0c\x1b\x7f", 7)});
    CHECK(wire == "550 5.1.1 a?b?c??\r\n");
    const std::string cut = smtp::wire({550, "5.1.1", std::string(2000, 'x')});
    CHECK(cut.size() == 512);
    CHECK(cut.ends_with("x\r\n"));
}

TEST_CASE("smtp: replies in logs")
{
    CHECK(smtp::one_line({550, "5.1.1", "no\nsuch\ruser"}) == "550 5.1.1 no such?user");
    CHECK(smtp::one_line({354, "", "go"}) == "354 go");
    CHECK(smtp::Reply{250, "", ""}.positive());
    CHECK(smtp::Reply{451, "", ""}.transient());
    CHECK(smtp::Reply{550, "", ""}.permanent());
}
