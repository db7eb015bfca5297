// SPDX-License-Identifier: Apache-2.0
// etsi/ip_address.h - IPAddress of TS 102 232-1: one host, in binary form.
#pragma once

#include "etsi/der_writer.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace etsi {

enum class IpAssignment : std::uint8_t { fixed = 1, dynamic = 2, unknown = 3 };

struct IpAddress {
    std::array<char, 16> octets{}; // the first four for IPv4
    bool v6 = false;
    IpAssignment assignment = IpAssignment::unknown;
    std::optional<bool> nat_translated; // sent as of e-mail version 20

    // "192.0.2.1", "2001:db8::1"; an IPv4 address mapped into IPv6 becomes IPv4.
    [[nodiscard]] static std::optional<IpAddress> parse(std::string_view text);
    [[nodiscard]] std::string_view bytes() const { return {octets.data(), v6 ? 16U : 4U}; }
    bool operator==(const IpAddress&) const = default;
};

// A whole address has its full prefix beside it: /128 (mandatory in the standard) or the
// mask 255.255.255.255.
void put(DerWriter& out, Identifier id, const IpAddress& address, unsigned email_version);

} // namespace etsi
