// SPDX-License-Identifier: Apache-2.0
// session/tls_contexts.cc - see tls_contexts.h.
#include "session/tls_contexts.h"

namespace session {

namespace {

net::TlsVerify verification(db::TlsPolicy policy)
{
    switch (policy) {
    case db::TlsPolicy::verify:
        return net::TlsVerify::name;
    case db::TlsPolicy::fingerprint:
        return net::TlsVerify::fingerprint;
    case db::TlsPolicy::none:
    case db::TlsPolicy::may:
    case db::TlsPolicy::encrypt:
        break;
    }
    return net::TlsVerify::none;
}

} // namespace

std::shared_ptr<net::TlsContext> TlsContexts::of(const db::RouteHost& host)
{
    net::ClientTlsOptions options;
    options.verify = verification(host.tls);
    if (options.verify == net::TlsVerify::name)
        options.ca_file = host.ca_file;
    if (options.verify == net::TlsVerify::fingerprint)
        options.fingerprints = {host.fingerprint};
    const std::string key = std::to_string(static_cast<int>(options.verify)) + " " +
                            options.ca_file + " " + host.fingerprint;
    std::shared_ptr<net::TlsContext>& known = known_[key];
    if (known == nullptr)
        known = std::make_shared<net::TlsContext>(options);
    return known;
}

} // namespace session
