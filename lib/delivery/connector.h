// SPDX-License-Identifier: Apache-2.0
// delivery/connector.h - from a next hop to an open connection: MX records, addresses, one
// host after the other, TLS by the route's policy.
//
// Only `may` ever goes without TLS: after a failed handshake the same address is connected
// anew in plain, and a log line says so ("tls-fallback").  encrypt, verify and fingerprint
// fail closed.
#pragma once

#include "delivery/connection.h"
#include "delivery/exchangers.h"
#include "delivery/options.h"
#include "net/resolver.h"
#include "session/tls_contexts.h"

#include <random>
#include <string>
#include <unordered_map>
#include <vector>

namespace delivery {

class Connector {
public:
    Connector(net::Loop& loop, net::Resolver& resolver, ConnectOptions options);

    // `client`: who a PROXY header or XCLIENT names.  `id` is for log lines.
    [[nodiscard]] net::Task<ConnectResult> connect(NextHopPtr next, spool::Client client,
                                                   std::string id);
    void set_options(ConnectOptions options);

private:
    struct Target {
        std::string host;
        db::RouteHost policy;
    };
    struct Candidate {
        net::Address address;
        Target target;
    };
    struct Search {
        std::vector<Candidate> candidates;
        ConnectFailure failure; // of those that were not found
    };

    [[nodiscard]] net::Task<Search> search(NextHopPtr next);
    [[nodiscard]] net::Task<Search> targets_of(NextHopPtr next, std::vector<Target>& out);
    [[nodiscard]] net::Task<bool> add_mx(std::string domain, db::RouteHost policy,
                                         std::vector<Target>& out, ConnectFailure& failure);
    [[nodiscard]] net::Task<void> add_addresses(Target target, bool by_mx, Search& search);
    [[nodiscard]] net::Task<ConnectResult> try_one(Candidate candidate,
                                                   spool::Client client, std::string id);
    [[nodiscard]] net::Task<ConnectResult> open(Candidate candidate, spool::Client client,
                                                bool with_tls, bool& handshake_failed);
    [[nodiscard]] session::ClientOptions client_options(const Target& target,
                                                        bool with_tls);
    [[nodiscard]] bool is_ourselves(const net::Address& address) const;
    void put_failed_last(std::vector<Candidate>& candidates);

    net::Loop& loop_;
    net::Resolver& resolver_;
    ConnectOptions options_;
    session::TlsContexts contexts_;
    std::unordered_map<std::string, std::int64_t> failed_until_;
    std::mt19937 random_{std::random_device{}()};
};

} // namespace delivery
