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

std::string host_part(const std::string& host_port)
{
    std::string host = host_port.substr(0, host_port.rfind(':'));
    if (host.starts_with('[') && host.ends_with(']'))
        return host.substr(1, host.size() - 2);
    return host;
}

std::uint16_t port_part(const std::string& host_port)
{
    return static_cast<std::uint16_t>(
        std::stoul(host_port.substr(host_port.rfind(':') + 1)));
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
                                 .host = host_part(listener.auth_backend),
                                 .port = port_part(listener.auth_backend),
                                 .tls = backend_tls(listener),
                                 .tls_required = listener.auth_backend_tls});
    }
    return nullptr;
}

} // namespace relayd
