// SPDX-License-Identifier: Apache-2.0
// net/dns_wire.cc - record data, RFC 1035 section 3.3, each length checked before its use.
#include "net/dns_wire.h"

#include <algorithm>
#include <cstring>
#include <netinet/in.h>

namespace net {

namespace {

constexpr std::size_t longest_label = 63;
constexpr std::size_t longest_name = 253; // as text; 255 on the wire
constexpr std::string_view hex_digits = "0123456789abcdef";

bool is_label_byte(unsigned char c)
{
    return c > 0x20 && c < 0x7f && c != '.' && c != '\\' && c != '"' && c != '@' &&
           c != '<' && c != '>';
}

char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// The string behind a length byte, taken off the front of `data`.
std::optional<std::string_view> take_counted(std::string_view& data)
{
    if (data.empty())
        return {};
    const std::size_t size = static_cast<unsigned char>(data.front());
    if (data.size() - 1 < size)
        return {};
    const std::string_view counted = data.substr(1, size);
    data.remove_prefix(1 + size);
    return counted;
}

bool is_label(std::string_view label)
{
    return !label.empty() && label.size() <= longest_label &&
           std::ranges::all_of(label, is_label_byte);
}

std::string reverse_ipv6(const Address& address)
{
    std::string name;
    for (std::size_t i = address.bytes().size(); i-- > 0;) {
        const unsigned byte = address.bytes()[i];
        name += hex_digits[byte & 15u];
        name += '.';
        name += hex_digits[byte >> 4u];
        name += '.';
    }
    return name + "ip6.arpa";
}

} // namespace

std::optional<std::string> name_from_wire(std::string_view data)
{
    std::string name;
    for (;;) {
        const auto label = take_counted(data);
        if (!label)
            return {};
        if (label->empty())
            break;
        if (!is_label(*label))
            return {};
        if (!name.empty())
            name += '.';
        name += *label;
    }
    if (!data.empty() || name.size() > longest_name)
        return {};
    std::ranges::transform(name, name.begin(), lower);
    return name;
}

std::optional<WireMx> mx_from_wire(std::string_view data)
{
    if (data.size() < 3)
        return {};
    const auto high = static_cast<unsigned char>(data[0]);
    const auto low = static_cast<unsigned char>(data[1]);
    auto name = name_from_wire(data.substr(2));
    if (!name)
        return {};
    return WireMx{static_cast<std::uint16_t>(high << 8 | low), std::move(*name)};
}

std::optional<Address> address_from_wire(std::string_view data, std::uint16_t port)
{
    if (data.size() == 4) {
        sockaddr_in in{};
        in.sin_family = AF_INET;
        in.sin_port = htons(port);
        std::memcpy(&in.sin_addr, data.data(), data.size());
        return Address::from_sockaddr(reinterpret_cast<const sockaddr*>(&in), sizeof in);
    }
    if (data.size() == 16) {
        sockaddr_in6 in{};
        in.sin6_family = AF_INET6;
        in.sin6_port = htons(port);
        std::memcpy(&in.sin6_addr, data.data(), data.size());
        return Address::from_sockaddr(reinterpret_cast<const sockaddr*>(&in), sizeof in);
    }
    return {};
}

std::optional<std::string> txt_from_wire(std::string_view data)
{
    std::string text;
    while (!data.empty()) {
        const auto part = take_counted(data);
        if (!part)
            return {};
        text += *part;
    }
    return text;
}

bool is_dns_name(std::string_view name)
{
    if (name.ends_with('.'))
        name.remove_suffix(1);
    if (name.empty() || name.size() > longest_name)
        return false;
    for (;;) {
        const std::size_t dot = name.find('.');
        if (!is_label(name.substr(0, dot)))
            return false;
        if (dot == std::string_view::npos)
            return true;
        name.remove_prefix(dot + 1);
    }
}

std::string reverse_name(const Address& address)
{
    if (address.family() == Address::Family::ipv6)
        return reverse_ipv6(address);
    if (address.family() != Address::Family::ipv4)
        return {};
    std::string name;
    for (std::size_t i = 4; i-- > 0;)
        name += std::to_string(address.bytes()[i]) + '.';
    return name + "in-addr.arpa";
}

} // namespace net
