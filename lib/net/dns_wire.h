// SPDX-License-Identifier: Apache-2.0
// net/dns_wire.h - the data of DNS records as they come from the wire; pure.
//
// A name that is no host name in the wide sense (control bytes, spaces, dots or backslashes
// within a label, bytes outside ASCII) is not taken: it would go into logs, headers and
// commands.
#pragma once

#include "net/address.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace net {

// Without trailing dot, in lower case; "" is the root.  The data must end with the name.
[[nodiscard]] std::optional<std::string> name_from_wire(std::string_view data);

struct WireMx {
    std::uint16_t preference = 0;
    std::string name;
};
[[nodiscard]] std::optional<WireMx> mx_from_wire(std::string_view data);
[[nodiscard]] std::optional<Address> address_from_wire(std::string_view data,
                                                       std::uint16_t port);
// The strings of a TXT record put together.
[[nodiscard]] std::optional<std::string> txt_from_wire(std::string_view data);

// Can this be asked for?  Labels of 1 to 63 printable bytes, 253 in all.
[[nodiscard]] bool is_dns_name(std::string_view name);
// "1.2.0.192.in-addr.arpa" or the ip6.arpa form; "" for what has none.
[[nodiscard]] std::string reverse_name(const Address& address);

} // namespace net
