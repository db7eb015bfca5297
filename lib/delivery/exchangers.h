// SPDX-License-Identifier: Apache-2.0
// delivery/exchangers.h - which hosts serve a domain, in the order in which they are tried
// (RFC 5321 section 5.1, RFC 7505).  Pure: the answer and the random numbers are given.
#pragma once

#include "net/resolver.h"
#include "smtp/reply_parser.h"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace delivery {

struct Exchangers {
    std::vector<std::string> hosts; // empty: see below
    bool permanent = false;         // no hosts: fail, else try again later
    std::string why;
    smtp::EnhancedStatus status;
};

// A number below its argument.
using Random = std::function<std::size_t(std::size_t)>;

// Lower preferences first, equal ones in random order.  If one is our own name, it and all
// that are not preferred to it are left out: mail never goes back to where it came from.
// No MX record: the domain itself is its host.
[[nodiscard]] Exchangers exchangers(const std::string& domain,
                                    const net::DnsAnswer<net::MxHost>& answer,
                                    const std::string& own_name, const Random& random);

// Rows of a route: lower priority first, equal ones in random order; returns indexes.
[[nodiscard]] std::vector<std::size_t> shuffled(const std::vector<int>& priorities,
                                                const Random& random);

} // namespace delivery
