// SPDX-License-Identifier: Apache-2.0
// net/address.h - IP addresses, endpoints and networks as text and bytes.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <vector>

namespace net {

// An IPv4 or IPv6 endpoint, a Unix socket path, or nothing (pipes).  IPv4-mapped IPv6
// addresses are always turned into IPv4.
class Address {
public:
    enum class Family : std::uint8_t { none, ipv4, ipv6, unix_path };

    Address() = default;
    static Address from_sockaddr(const sockaddr* address, socklen_t length);
    // "192.0.2.1", "2001:db8::1", "[2001:db8::1]"; port apart.
    static std::optional<Address> parse_ip(std::string_view text, std::uint16_t port = 0);
    // "192.0.2.1:25", "[::1]:25", "*:25", "25" (any address: "::", which listens
    // for both families), "unix:/path" or "/path".
    static std::optional<Address> parse_endpoint(std::string_view text);

    [[nodiscard]] Family family() const { return family_; }
    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] std::string ip() const;   // without port; "" for none and unix
    [[nodiscard]] std::string text() const; // "192.0.2.1:25", "[::1]:25", "/path", "-"
    [[nodiscard]] std::string
    literal() const; // RFC 5321 4.1.3: "[192.0.2.1]", "[IPv6:::1]"
    [[nodiscard]] const std::array<std::uint8_t, 16>& bytes() const { return bytes_; }
    // Fills storage, returns its length.
    socklen_t to_sockaddr(sockaddr_storage& storage) const;
    [[nodiscard]] bool is_loopback() const; // Unix sockets too
    bool operator==(const Address&) const = default;

private:
    void unmap(); // ::ffff:192.0.2.1 becomes 192.0.2.1

    Family family_ = Family::none;
    std::uint16_t port_ = 0;
    std::array<std::uint8_t, 16> bytes_{}; // IPv4 in the first four
    std::string path_;
};

// "192.0.2.0/24", "2001:db8::/32", a single address; a list is separated by space or comma.
class Networks {
public:
    // Nothing if a word is no network; `bad` then holds the word.
    static std::optional<Networks> parse(std::string_view list, std::string* bad = nullptr);
    [[nodiscard]] bool contains(const Address& address) const;
    [[nodiscard]] bool empty() const { return entries_.empty(); }
    [[nodiscard]] std::string text() const;

private:
    struct Entry {
        Address address;
        int bits;
    };
    std::vector<Entry> entries_;
};

} // namespace net
