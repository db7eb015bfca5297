// SPDX-License-Identifier: Apache-2.0
// session/client_key.h - whom limits count as one client: an IPv4 address, or an IPv6 /64,
// because that is what one customer gets.
#pragma once

#include "net/address.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace session {

using ClientKey = std::array<std::uint8_t, 17>; // the family, and the address in front

[[nodiscard]] inline ClientKey client_key(const net::Address& client)
{
    constexpr std::size_t ipv6_prefix = 8;
    ClientKey key{};
    key[0] = static_cast<std::uint8_t>(client.family());
    const bool ipv6 = client.family() == net::Address::Family::ipv6;
    const auto& octets = client.bytes();
    std::copy_n(octets.begin(), ipv6 ? ipv6_prefix : octets.size(), key.begin() + 1);
    return key;
}

} // namespace session
