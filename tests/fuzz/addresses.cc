// SPDX-License-Identifier: Apache-2.0
// Endpoints, networks and hosts files as text: what is understood is written the same.
#include "net/address.h"
#include "net/hosts_file.h"

#include <cstdint>
#include <cstdlib>
#include <sstream>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string text(reinterpret_cast<const char*>(data), size);
    if (const auto address = net::Address::parse_endpoint(text))
        if (net::Address::parse_endpoint(address->text()) != address)
            std::abort();
    std::string bad;
    if (const auto networks = net::Networks::parse(text, &bad)) {
        const auto again = net::Networks::parse(networks->text());
        if (!again || again->text() != networks->text())
            std::abort();
    } else if (bad.empty()) {
        std::abort();
    }
    std::istringstream lines(text);
    const net::HostsFile hosts(lines);
    for (const net::Address& address : hosts.addresses("localhost", 25))
        if (hosts.name_of(address).empty())
            std::abort();
    return 0;
}
