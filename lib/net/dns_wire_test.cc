// SPDX-License-Identifier: Apache-2.0
// Record data: what is taken, and nothing else at any length.
#include "net/dns_wire.h"

#include <doctest/doctest.h>

using namespace net;

namespace {

std::string bytes(std::string_view text)
{
    return std::string(text);
}

} // namespace

TEST_CASE("net: names on the wire")
{
    const std::string good("\4Mail\7example\0", 14);
    CHECK(name_from_wire(good) == "mail.example");
    CHECK(name_from_wire(std::string(1, '\0')) == "");
    for (std::size_t cut = 0; cut < good.size(); ++cut)
        CHECK_FALSE(name_from_wire(std::string_view(good).substr(0, cut)));
    CHECK_FALSE(name_from_wire(good + "x"));
    for (const char c : {'\0', '\n', '\r', ' ', '.', '\\', '"', '@', '<', '\x7f', '\xe4'}) {
        CAPTURE(static_cast<int>(c));
        CHECK_FALSE(name_from_wire(bytes("\2a") + c + std::string(1, '\0')));
    }
    CHECK_FALSE(name_from_wire(bytes("\xc0\x0c"))); // compression has no place here
    std::string long_name;
    for (int i = 0; i < 64; ++i)
        long_name += "\3abc";
    CHECK_FALSE(name_from_wire(long_name + std::string(1, '\0')));
}

TEST_CASE("net: MX, text and address data")
{
    const std::string mx("\x01\x02\2mx\0", 6);
    CHECK(mx_from_wire(mx)->preference == 258);
    CHECK(mx_from_wire(mx)->name == "mx");
    for (std::size_t cut = 0; cut < mx.size(); ++cut)
        CHECK_FALSE(mx_from_wire(std::string_view(mx).substr(0, cut)));
    CHECK(txt_from_wire(bytes("\2ab\1c")) == "abc");
    CHECK_FALSE(txt_from_wire(bytes("\2ab\2c")));
    CHECK(txt_from_wire("") == "");
    CHECK(address_from_wire(std::string("\x7f\0\0\1", 4), 25)->text() == "127.0.0.1:25");
    CHECK_FALSE(address_from_wire("12345", 25));
}

TEST_CASE("net: names that can be asked for")
{
    for (const char* name : {"a", "example.", "_dmarc.example", "xn--bcher-kva.example"})
        CHECK(is_dns_name(name));
    const std::string label(63, 'a');
    CHECK(is_dns_name(label));
    CHECK_FALSE(is_dns_name(label + "a"));
    for (const char* name : {"", ".", "..", "a..b", ".a", "a b", "a\nb", "b\xc3\xbc"})
        CHECK_FALSE(is_dns_name(name));
}

TEST_CASE("net: reverse names")
{
    CHECK(reverse_name(*Address::parse_ip("192.0.2.1")) == "1.2.0.192.in-addr.arpa");
    CHECK(reverse_name(*Address::parse_ip("2001:db8::1")) ==
          "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa");
    CHECK(reverse_name(Address()).empty());
}
