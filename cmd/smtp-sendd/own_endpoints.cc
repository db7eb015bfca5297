// SPDX-License-Identifier: Apache-2.0
// smtp-sendd/own_endpoints.cc - see own_endpoints.h.
#include "own_endpoints.h"

#include <ifaddrs.h>
#include <memory>
#include <netinet/in.h>
#include <string>

namespace sendd {

namespace {

std::vector<std::string> interface_addresses()
{
    std::vector<std::string> out;
    ifaddrs* list = nullptr;
    if (::getifaddrs(&list) != 0)
        return out; // then loops are only found by our name and by counting hops
    const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> owner(list, &::freeifaddrs);
    for (const ifaddrs* one = list; one != nullptr; one = one->ifa_next) {
        if (one->ifa_addr == nullptr)
            continue;
        const int family = one->ifa_addr->sa_family;
        if (family != AF_INET && family != AF_INET6)
            continue;
        const socklen_t length =
            family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6);
        out.push_back(net::Address::from_sockaddr(one->ifa_addr, length).ip());
    }
    return out;
}

bool is_any(const net::Address& address)
{
    const std::string ip = address.ip();
    return ip == "0.0.0.0" || ip == "::";
}

} // namespace

std::vector<net::Address> own_endpoints(const conf::Settings& settings)
{
    std::vector<net::Address> out;
    const std::vector<std::string> interfaces = interface_addresses();
    for (const conf::Listener& listener : settings.listeners) {
        const auto endpoint = net::Address::parse_endpoint(listener.address);
        if (!endpoint || endpoint->port() == 0)
            continue;
        if (!is_any(*endpoint)) {
            out.push_back(*endpoint);
            continue;
        }
        for (const std::string& ip : interfaces)
            if (const auto own = net::Address::parse_ip(ip, endpoint->port()))
                out.push_back(*own);
    }
    return out;
}

} // namespace sendd
