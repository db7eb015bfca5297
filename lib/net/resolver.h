// SPDX-License-Identifier: Apache-2.0
// net/resolver.h - DNS by libunbound, through the host's resolver.
//
// Never talks to the root servers by itself: it forwards to the name servers of
// /etc/resolv.conf, or to those that are named in the configuration.  Answers are cached by
// libunbound as long as their TTL allows; a look-up ends within `timeout`.
#pragma once

#include "base/clock.h"
#include "net/address.h"
#include "net/loop.h"
#include "net/task.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace net {

enum class DnsStatus : std::uint8_t {
    found,
    no_such_name, // NXDOMAIN
    no_data,      // the name exists, not this type
    temporary,    // SERVFAIL, time-out, no resolver
    bogus,        // DNSSEC validation failed
};

struct MxHost {
    std::uint16_t preference = 0;
    std::string name; // without trailing dot; "" for a null MX (RFC 7505)
};

template <class T>
struct DnsAnswer {
    DnsStatus status = DnsStatus::temporary;
    std::vector<T> records;
    bool secure = false; // validated by DNSSEC
    std::string why;     // for log lines when nothing was found
};

struct ResolverOptions {
    std::vector<std::string>
        servers; // "192.0.2.53" or "127.0.0.1@5353"; empty: resolv.conf
    base::milliseconds timeout{10000};
    std::uint32_t cache_bytes = 16u << 20;
    std::string hosts_file = "/etc/hosts"; // asked first for addresses; empty: not at all
    std::string trust_anchor_file;         // empty: no validation
};

class Resolver {
public:
    Resolver(Loop& loop, ResolverOptions options);
    ~Resolver();

    [[nodiscard]] Task<DnsAnswer<MxHost>> mx(std::string domain);
    // A and AAAA together, A first; `port` is put into the results.  IP literals answer
    // themselves.
    [[nodiscard]] Task<DnsAnswer<Address>> addresses(std::string host, std::uint16_t port);
    [[nodiscard]] Task<DnsAnswer<std::string>> txt(std::string name);
    // The PTR name of an address, only if that name leads back to it (FCrDNS); else empty.
    [[nodiscard]] Task<DnsAnswer<std::string>> verified_name(Address address);

    struct State;

private:
    std::shared_ptr<State> state_; // shared with the look-ups under way
};

} // namespace net
