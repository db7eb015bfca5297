// SPDX-License-Identifier: Apache-2.0
// Record data from hostile name servers: what is taken can be asked for, logged and sent.
#include "net/dns_wire.h"

#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const auto name = net::name_from_wire(bytes);
    if (name && !name->empty() && !net::is_dns_name(*name))
        std::abort();
    const auto mx = net::mx_from_wire(bytes);
    if (mx && !mx->name.empty() && !net::is_dns_name(mx->name))
        std::abort();
    const auto text = net::txt_from_wire(bytes);
    if (text && text->size() > size)
        std::abort();
    const auto address = net::address_from_wire(bytes, 25);
    if (address && net::Address::parse_endpoint(address->text()) != address)
        std::abort();
    return 0;
}
