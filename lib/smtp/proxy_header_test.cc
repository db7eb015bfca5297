// SPDX-License-Identifier: Apache-2.0
#include "smtp/proxy_header.h"

#include <doctest/doctest.h>
#include <string>

using namespace std::literals;
using smtp::ProxyHeader;
using Kind = ProxyHeader::Kind;
using State = smtp::ProxyResult::State;

namespace {

const std::string v2_start = "\r\n\r\n\0\r\nQUIT\n"s;

// Whole it is complete; cut anywhere it needs more; what follows is not touched.
void check_good(const std::string& bytes, const ProxyHeader& expected)
{
    CAPTURE(bytes);
    for (std::size_t length = 0; length < bytes.size(); ++length)
        CHECK(smtp::parse_proxy_header(bytes.substr(0, length)).state == State::more);
    const auto found = smtp::parse_proxy_header(bytes + "EHLO x\r\n");
    CHECK(found.state == State::complete);
    CHECK(found.consumed == bytes.size());
    CHECK(found.header == expected);
}

} // namespace

TEST_CASE("smtp: PROXY version 1")
{
    check_good("PROXY TCP4 192.0.2.1 198.51.100.7 56324 25\r\n",
               {Kind::ipv4, "192.0.2.1", 56324, "198.51.100.7", 25});
    check_good("PROXY TCP6 2001:db8::1 ::1 65535 0\r\n",
               {Kind::ipv6, "2001:db8::1", 65535, "::1", 0});
    check_good("PROXY UNKNOWN\r\n", {});
    check_good("PROXY UNKNOWN ffff:f...f:ffff what ever\r\n", {});
}

TEST_CASE("smtp: PROXY version 1, malformed")
{
    for (const std::string& bad :
         {"EHLO x"s, "PROXy"s, " PROXY"s, "\r\n\r\nx"s,
          "PROXY TCP4 192.0.2.1 198.51.100.7 1 2\n"s, "PROXY \n"s,
          "PROXY TCP5 192.0.2.1 198.51.100.7 1 2\r\n"s, "PROXY\tTCP4"s,
          "PROXY TCP4 192.0.2.1 198.51.100.7 1\r\n"s,
          "PROXY TCP4 192.0.2.1 198.51.100.7 1 2 3\r\n"s,
          "PROXY TCP4 192.0.2.1  198.51.100.7 1 2\r\n"s,
          "PROXY TCP4 192.0.2.1 198.51.100.7 1 65536\r\n"s,
          "PROXY TCP4 192.0.2.1 198.51.100.7 01 2\r\n"s,
          "PROXY TCP4 192.0.2.1 198.51.100.7 -1 2\r\n"s,
          "PROXY TCP4 192.0.2.256 198.51.100.7 1 2\r\n"s, "PROXY TCP4 ::1 ::1 1 2\r\n"s,
          "PROXY TCP6 192.0.2.1 ::1 1 2\r\n"s, "PROXY UNKNOWN "s + std::string(100, 'x')}) {
        CAPTURE(bad);
        CHECK(smtp::parse_proxy_header(bad).state == State::malformed);
    }
}

TEST_CASE("smtp: PROXY version 2")
{
    const std::string tcp4 = v2_start + "\x21\x11\x00\x0c"s +
                             "\xc0\x00\x02\x01\xc6\x33\x64\x07\xdc\x04\x00\x19"s;
    const ProxyHeader four{Kind::ipv4, "192.0.2.1", 56324, "198.51.100.7", 25};
    check_good(tcp4, four);
    CHECK(smtp::write_proxy_v2(four) == tcp4);

    // The same with two TLVs behind the addresses.
    std::string with_tlv = tcp4 + "\x04\x00\x00\x01\x00\x03xyz"s;
    with_tlv[15] = 0x0c + 9;
    check_good(with_tlv, four);

    const ProxyHeader six{Kind::ipv6, "2001:db8::1", 1, "2001:db8::2", 65535};
    check_good(smtp::write_proxy_v2(six), six);

    const std::string local = v2_start + "\x20\x00\x00\x00"s;
    check_good(local, {});
    CHECK(smtp::write_proxy_v2({}) == local);
    CHECK(smtp::write_proxy_v2({Kind::ipv4, "192.0.2.1", 1, "::1", 2}) == local);
    CHECK(smtp::write_proxy_v2({Kind::ipv6, "nonsense", 1, "::1", 2}) == local);
    // UNSPEC, UDP and Unix sockets: nothing we could use, but sound.
    check_good(v2_start + "\x21\x00\x00\x02xx"s, {});
    check_good(v2_start + "\x21\x12\x00\x00"s, {});
    check_good(v2_start + "\x21\x31\x00\x01x"s, {});
    check_good(v2_start + "\x20\x11\x00\x01x"s, {});
}

TEST_CASE("smtp: PROXY version 2, malformed")
{
    for (const std::string& tail :
         {"\x11\x11\x00\x0c"s, "\x22\x11\x00\x0c"s, "\x21\x11\xff\xff"s,
          "\x21\x11\x0f\xf1"s, "\x21\x11\x00\x0bxxxxxxxxxxx"s,
          "\x21\x21\x00\x0c"
          "xxxxxxxxxxxx"s}) {
        CAPTURE(tail);
        CHECK(smtp::parse_proxy_header(v2_start + tail).state == State::malformed);
    }
    CHECK(smtp::parse_proxy_header("\r\n\r\n\0\r\nQUIT\r"s).state == State::malformed);
    CHECK(smtp::parse_proxy_header(v2_start + "\x21\x11\x0f\xf0"s).state == State::more);
}
