// SPDX-License-Identifier: Apache-2.0
// smtp-relayd/authenticators.cc - who checks the logins of which listener.

#include "daemon/listeners.h"
#include "relay_service.h"
#include "session/auth_backend.h"
#include "session/auth_dovecot.h"
#include "session/auth_users.h"

namespace relayd {

namespace {

// auth-backend-ca.  Without a CA the connection is encrypted, but
// whoever answers is believed: for backends in one's own network.
std::shared_ptr<net::TlsContext> backend_tls(const conf::Listener& listener)
{
    net::ClientTlsOptions options;
    if (!listener.auth_backend_ca.empty())
        options.verify = net::TlsVerify::name;
    options.ca_file = listener.auth_backend_ca;
    return std::make_shared<net::TlsContext>(options);
}

} // namespace

std::shared_ptr<session::Authenticator>
RelayService::make_authenticator(const conf::Listener& listener)
{
    switch (listener.auth) {
    case conf::AuthSource::none:
        break;
    case conf::AuthSource::users:
        return std::make_shared<session::UsersAuthenticator>(loop_, *directory_, workers());
    case conf::AuthSource::dovecot:
        return std::make_shared<session::DovecotAuthenticator>(loop_, listener.auth_socket);
    case conf::AuthSource::backend:
        return std::make_shared<session::BackendAuthenticator>(
            loop_, resolver_.get(),
            session::AuthBackend{.hostname = daemons::own_hostname(settings_),
                                 .host = daemons::host_part(listener.auth_backend),
                                 .port = daemons::port_part(listener.auth_backend),
                                 .tls = backend_tls(listener),
                                 .tls_required = listener.auth_backend_tls});
    }
    return nullptr;
}

} // namespace relayd
