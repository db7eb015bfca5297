// SPDX-License-Identifier: Apache-2.0
// session/tls_contexts.h - one TLS context for each kind of verification, so that sessions
// are resumed across connections.
#pragma once

#include "db/directory.h"
#include "net/tls.h"

#include <map>
#include <memory>
#include <string>

namespace session {

class TlsContexts {
public:
    // Throws Failure when a CA file cannot be used.
    [[nodiscard]] std::shared_ptr<net::TlsContext> of(const db::RouteHost& host);
    // Files may have changed: connections under way keep what they have.
    void forget() { known_.clear(); }

private:
    std::map<std::string, std::shared_ptr<net::TlsContext>> known_;
};

} // namespace session
