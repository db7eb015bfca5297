// SPDX-License-Identifier: Apache-2.0
#include "text/domain.h"

#include <doctest/doctest.h>
#include <string>

TEST_CASE("text: domain names")
{
    const std::string label(63, 'a');
    const std::string longest = label + '.' + label + '.' + label + '.' + label;
    for (const std::string& good :
         {std::string("a"), std::string("a.b"), std::string("A-1.example"),
          std::string("1.2"), std::string("xn--bcher-kva.example"), longest})
        CHECK(text::is_domain(good));
    for (const std::string& bad :
         {std::string(), std::string("."), std::string("a."), std::string(".a"),
          std::string("a..b"), std::string("-a"), std::string("a-"), std::string("a_b"),
          std::string("a b"), std::string("a\0b", 3), std::string("\xc3\xbc"), label + 'a',
          longest + ".a"}) {
        CAPTURE(bad);
        CHECK_FALSE(text::is_domain(bad));
    }
    CHECK(text::is_host_name("_dmarc.my_host"));
}

TEST_CASE("text: one form of every domain name")
{
    CHECK(text::normal_domain("Example.ORG") == "example.org");
    CHECK(text::normal_domain("example.org.") == "example.org");
    CHECK(text::normal_domain("B\xc3\x9c"
                              "CHER.example") == "xn--bcher-kva.example");
    CHECK(text::normal_domain("stra\xc3\x9f"
                              "e.example") == "xn--strae-oqa.example");
    for (const std::string& bad :
         {std::string(), std::string("."), std::string("a b"), std::string("\xc3"),
          std::string("\xc3\xbc\xe2\x80\x8b@"), std::string("\xc3\xbc\r\n"),
          std::string("\xc3\xbc@b"), std::string("a\xef\xbc\xa0\xc3\xbc"),
          std::string("\xef\xbc\x85x"), std::string("\xc3\xbc..b"),
          std::string(2000, '\xc3')}) {
        CAPTURE(bad);
        CHECK_FALSE(text::normal_domain(bad));
    }
    CHECK(text::unicode_domain("xn--bcher-kva.example") == "b\xc3\xbc"
                                                           "cher.example");
    CHECK(text::unicode_domain("example.org") == "example.org");
    CHECK(text::unicode_domain("xn--\x01.example") == "xn--\x01.example");
}

TEST_CASE("text: address literals")
{
    CHECK(text::literal_ip("192.0.2.1") == "192.0.2.1");
    CHECK(text::literal_ip("IPv6:2001:DB8::1") == "2001:db8::1");
    CHECK(text::literal_ip("ipv6:::1") == "::1");
    CHECK(text::literal_ip("IPv6:::ffff:192.0.2.1") == "::ffff:192.0.2.1");
    for (const std::string& bad :
         {std::string(), std::string("192.0.2"), std::string("192.0.2.1 "),
          std::string("::1"), std::string("IPv6:"), std::string("IPv6:192.0.2.1"),
          std::string("IPv6:1::2::3"), std::string("192.0.2.1\0x", 11),
          std::string("IPv6:fe80::1%eth0"), std::string(100, '1')}) {
        CAPTURE(bad);
        CHECK_FALSE(text::literal_ip(bad));
    }
}
