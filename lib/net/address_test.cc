// SPDX-License-Identifier: Apache-2.0
#include "net/address.h"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>

using namespace net;

TEST_CASE("net: endpoints are read and written")
{
    struct {
        const char* text;
        const char* shown; // null: refused
    } const cases[] = {
        {"192.0.2.1:25", "192.0.2.1:25"},
        {"[2001:DB8::1]:465", "[2001:db8::1]:465"},
        {"[::ffff:192.0.2.1]:25", "192.0.2.1:25"},
        {"*:2525", "[::]:2525"},
        {"2525", "[::]:2525"},
        {"0", "[::]:0"},
        {"unix:/run/x", "/run/x"},
        {"/run/x", "/run/x"},
        {"", nullptr},
        {":25", nullptr},
        {"192.0.2.1", nullptr},
        {"192.0.2.1:", nullptr},
        {"192.0.2.1:65536", nullptr},
        {"192.0.2.1:-1", nullptr},
        {"192.0.2.1:25x", nullptr},
        {"192.0.2.256:25", nullptr},
        {"2001:db8::1:25", nullptr},
        {"[2001:db8::1:25", nullptr},
        {"host.example:25", nullptr},
    };
    for (const auto& c : cases) {
        CAPTURE(c.text);
        const auto address = Address::parse_endpoint(c.text);
        CHECK(address.has_value() == (c.shown != nullptr));
        if (address && c.shown)
            CHECK(address->text() == c.shown);
    }
    CHECK_FALSE(Address::parse_endpoint("/" + std::string(200, 'x')));
    CHECK_FALSE(Address::parse_ip(std::string_view("192.0.2.1\0x", 11)));
    CHECK(Address().text() == "-");
}

TEST_CASE("net: addresses pass through socket addresses")
{
    for (const char* text : {"192.0.2.1:25", "[2001:db8::1]:25", "/run/x"}) {
        const Address address = *Address::parse_endpoint(text);
        sockaddr_storage storage{};
        const socklen_t length = address.to_sockaddr(storage);
        const auto* const plain = reinterpret_cast<const sockaddr*>(&storage);
        CHECK(Address::from_sockaddr(plain, length) == address);
        CHECK(Address::from_sockaddr(plain, 2) != address); // cut short
    }
}

TEST_CASE("net: address literals")
{
    CHECK(Address::parse_ip("192.0.2.1")->literal() == "[192.0.2.1]");
    CHECK(Address::parse_ip("::1")->literal() == "[IPv6:::1]");
    CHECK(Address::parse_ip("127.9.9.9")->is_loopback());
    CHECK(Address::parse_ip("::1")->is_loopback());
    CHECK(Address::parse_ip("::ffff:127.0.0.1")->is_loopback());
    CHECK_FALSE(Address::parse_ip("192.0.2.1")->is_loopback());
}

TEST_CASE("net: networks contain what they should")
{
    const auto networks =
        Networks::parse("192.0.2.0/24, 10.1.2.3\t2001:db8::/33 198.51.100.8/29");
    REQUIRE(networks);
    CHECK(networks->text() == "192.0.2.0/24 10.1.2.3 2001:db8::/33 198.51.100.8/29");
    struct {
        const char* address;
        bool inside;
    } const cases[] = {
        {"192.0.2.0", true},         {"192.0.2.255", true},      {"192.0.3.0", false},
        {"10.1.2.3", true},          {"10.1.2.4", false},        {"2001:db8:7fff::1", true},
        {"2001:db8:8000::1", false}, {"198.51.100.8", true},     {"198.51.100.15", true},
        {"198.51.100.16", false},    {"::ffff:192.0.2.9", true}, {"::", false},
    };
    for (const auto& c : cases) {
        CAPTURE(c.address);
        CHECK(networks->contains(*Address::parse_ip(c.address)) == c.inside);
    }
    CHECK(Networks::parse("0.0.0.0/0")->contains(*Address::parse_ip("1.2.3.4")));
    CHECK_FALSE(Networks::parse("0.0.0.0/0")->contains(*Address::parse_ip("::1")));
    CHECK(Networks::parse("")->empty());
}

TEST_CASE("net: the word that is no network is named")
{
    for (const char* word :
         {"192.0.2.0/33", "192.0.2.0/", "::/129", "x", "1.2.3.4/-1", "/8"}) {
        CAPTURE(word);
        std::string bad;
        CHECK_FALSE(Networks::parse("10.0.0.1 " + std::string(word), &bad));
        CHECK(bad == word);
    }
}
