// SPDX-License-Identifier: Apache-2.0
// etsi/ip_address.cc - addresses from text and into DER.
#include "etsi/ip_address.h"

#include "etsi/versions.h"

#include <algorithm>
#include <arpa/inet.h>
#include <string>

namespace etsi {

namespace {

constexpr std::string_view host_mask = "\xff\xff\xff\xff";
constexpr std::string_view mapped = {"\0\0\0\0\0\0\0\0\0\0\xff\xff", 12};

IpAddress v4(std::string_view bytes)
{
    IpAddress address;
    std::ranges::copy(bytes, address.octets.begin());
    return address;
}

} // namespace

std::optional<IpAddress> IpAddress::parse(std::string_view text)
{
    if (text.find('\0') != std::string_view::npos)
        return std::nullopt;
    const std::string name(text);
    IpAddress address;
    if (::inet_pton(AF_INET, name.c_str(), address.octets.data()) == 1)
        return address;
    if (::inet_pton(AF_INET6, name.c_str(), address.octets.data()) != 1)
        return std::nullopt;
    address.v6 = true;
    if (address.bytes().starts_with(mapped))
        return v4(address.bytes().substr(mapped.size()));
    return address;
}

void put(DerWriter& out, Identifier id, const IpAddress& address, unsigned email_version)
{
    out.inside(id, [&] {
        if (address.nat_translated && email_version >= email_with_imap_login)
            out.boolean(field(6), *address.nat_translated);
        if (address.v6)
            out.integer(field(4), 128);
        else
            out.octets(field(5), host_mask);
        out.integer(field(3), static_cast<std::uint64_t>(address.assignment));
        // IP-value is a CHOICE: its tag is explicit.
        out.inside(group(2), [&] { out.octets(field(1), address.bytes()); });
        out.integer(field(1), address.v6 ? 1 : 0);
    });
}

} // namespace etsi
