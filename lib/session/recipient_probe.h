// SPDX-License-Identifier: Apache-2.0
// session/recipient_probe.h - asks the backend whether it knows a recipient.
//
// For domains with verify = probe: MAIL FROM:<>, RCPT and RSET at the hosts of the
// recipient's route, in their order, until one answers.  Answers are remembered
// (session/probe_cache.h). A backend that is down or says 4xx is no answer; nothing is
// remembered then, and the client hears 451.
#pragma once

#include "db/directory.h"
#include "net/loop.h"
#include "net/resolver.h"
#include "net/task.h"
#include "net/tls.h"
#include "session/probe_cache.h"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace session {

struct ProbeOptions {
    std::string hostname; // for EHLO
    base::seconds keep_known{7200};
    base::seconds keep_unknown{300};
    base::seconds timeout{20};        // of each step with one host
    std::uint32_t most_hosts = 3;     // asked for one recipient
    std::uint32_t most_at_once = 100; // questions under way; beyond: no answer
    std::size_t most_remembered = 100'000;
};

class RecipientProbe {
public:
    // `resolver` may be null: then routes must name addresses.
    RecipientProbe(net::Loop& loop, db::Directory& directory, net::Resolver* resolver,
                   ProbeOptions options);

    [[nodiscard]] net::Task<ProbeAnswer> ask(std::string address);

private:
    [[nodiscard]] net::Task<ProbeAnswer> ask_hosts(std::string address);
    [[nodiscard]] net::Task<ProbeAnswer> ask_host(db::RouteHost host, std::string address);
    [[nodiscard]] net::Task<ProbeAnswer> ask_at(net::Address where, db::RouteHost host,
                                                std::string address);
    [[nodiscard]] net::Task<std::vector<net::Address>> addresses_of(db::RouteHost host);
    [[nodiscard]] std::shared_ptr<net::TlsContext> tls_for(const db::RouteHost& host);

    net::Loop& loop_;
    db::Directory& directory_;
    net::Resolver* resolver_;
    ProbeOptions options_;
    ProbeCache cache_;
    std::map<std::string, std::shared_ptr<net::TlsContext>> contexts_;
    std::uint32_t under_way_ = 0;
};

} // namespace session
