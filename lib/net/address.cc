// SPDX-License-Identifier: Apache-2.0
// net/address.cc - endpoints as text and as socket addresses.
#include "net/address.h"

#include "text/words.h"

#include <arpa/inet.h>
#include <cstddef>
#include <cstring>
#include <netinet/in.h>
#include <sys/un.h>

namespace net {

namespace {

constexpr std::array<std::uint8_t, 12> mapped_prefix{0, 0, 0, 0, 0,    0,
                                                     0, 0, 0, 0, 0xff, 0xff};

bool is_mapped(const std::array<std::uint8_t, 16>& bytes)
{
    return std::memcmp(bytes.data(), mapped_prefix.data(), mapped_prefix.size()) == 0;
}

// inet_pton(3) wants a terminated string; no address is longer than this.
bool to_bytes(int family, std::string_view text, void* bytes)
{
    char buffer[INET6_ADDRSTRLEN];
    if (text.size() >= sizeof buffer || text.find('\0') != std::string_view::npos)
        return false;
    text.copy(buffer, text.size());
    buffer[text.size()] = '\0';
    return ::inet_pton(family, buffer, bytes) == 1;
}

} // namespace

Address Address::from_sockaddr(const sockaddr* address, socklen_t length)
{
    Address result;
    if (address->sa_family == AF_INET && length >= sizeof(sockaddr_in)) {
        sockaddr_in in{};
        std::memcpy(&in, address, sizeof in);
        result.family_ = Family::ipv4;
        result.port_ = ntohs(in.sin_port);
        std::memcpy(result.bytes_.data(), &in.sin_addr, 4);
    } else if (address->sa_family == AF_INET6 && length >= sizeof(sockaddr_in6)) {
        sockaddr_in6 in{};
        std::memcpy(&in, address, sizeof in);
        result.family_ = Family::ipv6;
        result.port_ = ntohs(in.sin6_port);
        std::memcpy(result.bytes_.data(), &in.sin6_addr, 16);
        result.unmap();
    } else if (address->sa_family == AF_UNIX) {
        result.family_ = Family::unix_path;
        sockaddr_un un{};
        std::memcpy(&un, address, std::min<std::size_t>(length, sizeof un));
        constexpr std::size_t before_path = offsetof(sockaddr_un, sun_path);
        if (length > before_path)
            result.path_.assign(un.sun_path, ::strnlen(un.sun_path, length - before_path));
    }
    return result;
}

void Address::unmap()
{
    if (family_ != Family::ipv6 || !is_mapped(bytes_))
        return;
    std::array<std::uint8_t, 16> bytes{};
    std::memcpy(bytes.data(), bytes_.data() + mapped_prefix.size(), 4);
    bytes_ = bytes;
    family_ = Family::ipv4;
}

std::optional<Address> Address::parse_ip(std::string_view text, std::uint16_t port)
{
    if (text.size() > 2 && text.front() == '[' && text.back() == ']')
        text = text.substr(1, text.size() - 2);
    Address result;
    result.port_ = port;
    if (to_bytes(AF_INET, text, result.bytes_.data())) {
        result.family_ = Family::ipv4;
    } else if (to_bytes(AF_INET6, text, result.bytes_.data())) {
        result.family_ = Family::ipv6;
        result.unmap();
    } else {
        return {};
    }
    return result;
}

std::optional<Address> Address::parse_endpoint(std::string_view text)
{
    if (text.starts_with("unix:"))
        text.remove_prefix(5);
    if (text.starts_with('/')) {
        if (text.size() >= sizeof(sockaddr_un::sun_path))
            return {};
        Address result;
        result.family_ = Family::unix_path;
        result.path_ = text;
        return result;
    }
    const std::size_t colon = text.rfind(':');
    const std::string_view host =
        colon == std::string_view::npos ? std::string_view("*") : text.substr(0, colon);
    const auto port = text::number_in<std::uint16_t>(
        colon == std::string_view::npos ? text : text.substr(colon + 1));
    if (!port)
        return {};
    if (host == "*") // dual stack, see listen_on()
        return parse_ip("::", *port);
    const bool bare_ipv6 =
        host.find(':') != std::string_view::npos && !host.starts_with('[');
    return bare_ipv6 ? std::nullopt : parse_ip(host, *port);
}

std::string Address::ip() const
{
    char buffer[INET6_ADDRSTRLEN] = "";
    if (family_ == Family::ipv4)
        ::inet_ntop(AF_INET, bytes_.data(), buffer, sizeof buffer);
    else if (family_ == Family::ipv6)
        ::inet_ntop(AF_INET6, bytes_.data(), buffer, sizeof buffer);
    return buffer;
}

std::string Address::text() const
{
    switch (family_) {
    case Family::none:
        return "-";
    case Family::ipv4:
        return ip() + ':' + std::to_string(port_);
    case Family::ipv6:
        return '[' + ip() + "]:" + std::to_string(port_);
    case Family::unix_path:
        return path_.empty() ? "unix" : path_;
    }
    return "-";
}

std::string Address::literal() const
{
    if (family_ == Family::ipv4)
        return '[' + ip() + ']';
    if (family_ == Family::ipv6)
        return "[IPv6:" + ip() + ']';
    return "[127.0.0.1]"; // RFC 5321 has no literal for a local connection
}

socklen_t Address::to_sockaddr(sockaddr_storage& storage) const
{
    storage = {};
    if (family_ == Family::ipv4) {
        sockaddr_in in{};
        in.sin_family = AF_INET;
        in.sin_port = htons(port_);
        std::memcpy(&in.sin_addr, bytes_.data(), 4);
        std::memcpy(&storage, &in, sizeof in);
        return sizeof in;
    }
    if (family_ == Family::ipv6) {
        sockaddr_in6 in{};
        in.sin6_family = AF_INET6;
        in.sin6_port = htons(port_);
        std::memcpy(&in.sin6_addr, bytes_.data(), 16);
        std::memcpy(&storage, &in, sizeof in);
        return sizeof in;
    }
    if (family_ == Family::unix_path) {
        sockaddr_un un{};
        un.sun_family = AF_UNIX;
        path_.copy(un.sun_path, sizeof un.sun_path - 1);
        std::memcpy(&storage, &un, sizeof un);
        return sizeof un;
    }
    return 0;
}

bool Address::is_loopback() const
{
    if (family_ == Family::ipv4)
        return bytes_[0] == 127;
    if (family_ == Family::ipv6)
        return std::memcmp(bytes_.data(), &in6addr_loopback, 16) == 0;
    return family_ == Family::unix_path;
}

} // namespace net
