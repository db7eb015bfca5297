// SPDX-License-Identifier: Apache-2.0
// daemon/proxy_listeners.cc - see the header.
#include "daemon/proxy_listeners.h"

#include "daemon/listeners.h"
#include "session/tls_contexts.h"

#include <algorithm>
#include <memory>

namespace daemons {

namespace {

using base::seconds;

db::Protocol protocol_of(db::Service service, conf::BackendTls tls)
{
    const bool at_once = tls == conf::BackendTls::implicit;
    if (service == db::Service::pop3)
        return at_once ? db::Protocol::pop3s : db::Protocol::pop3;
    return at_once ? db::Protocol::imaps : db::Protocol::imap;
}

db::TlsPolicy policy_of(const conf::Listener& listener)
{
    if (listener.backend_tls == conf::BackendTls::none)
        return db::TlsPolicy::none;
    switch (listener.backend_verify) {
    case conf::BackendVerify::none:
        break;
    case conf::BackendVerify::name:
        return db::TlsPolicy::verify;
    case conf::BackendVerify::fingerprint:
        return db::TlsPolicy::fingerprint;
    }
    return db::TlsPolicy::encrypt;
}

std::optional<db::RouteHost> backend_of(const conf::Listener& listener, db::Service service)
{
    if (listener.backend.empty())
        return std::nullopt;
    db::RouteHost host;
    host.host = host_part(listener.backend);
    host.port = port_part(listener.backend);
    host.protocol = protocol_of(service, listener.backend_tls);
    host.tls = policy_of(listener);
    host.tls_name = listener.backend_name;
    host.fingerprint = listener.backend_fingerprint;
    host.ca_file = listener.backend_ca;
    host.client_info = listener.client_info;
    (void)session::TlsContexts().of(host); // can its files be used?
    return host;
}

// Whoever offers neither wants no password to pass, by whatever command.
bool takes_passwords(const std::vector<std::string>& mechanisms)
{
    return std::ranges::any_of(mechanisms, [](const std::string& mechanism) {
        return mechanism == "PLAIN" || mechanism == "LOGIN";
    });
}

proxy::Times times_of(const conf::Proxy& settings)
{
    return {.greeting = seconds{settings.greeting_timeout},
            .login = seconds{settings.login_timeout},
            .idle = seconds{settings.idle_timeout},
            .connect = seconds{settings.connect_timeout},
            .backend = seconds{settings.backend_timeout},
            .login_delay = seconds{settings.login_delay}};
}

std::shared_ptr<proxy::Listener> make_listener(const conf::Settings& settings,
                                               const conf::Listener& listener,
                                               db::Service service)
{
    auto made = std::make_shared<proxy::Listener>();
    made->name = listener.name;
    made->tls = make_tls(settings, listener);
    made->tls_at_once = listener.tls == conf::ListenerTls::implicit;
    made->trust_proxy = listener.trust_proxy;
    made->trust_xclient = listener.trust_xclient;
    made->backend = backend_of(listener, service);
    made->user_domain = listener.user_domain;
    made->mechanisms = listener.login_mechanisms;
    made->passwords = takes_passwords(listener.login_mechanisms);
    made->login_without_tls = listener.auth_without_tls;
    made->apop = listener.apop;
    made->compress = listener.compress;
    made->backend_compress = listener.backend_compress;
    made->connections_per_user = proxy_settings(settings, service).connections_per_user;
    made->times = times_of(proxy_settings(settings, service));
    made->pop3 = settings.pop_proxy.limits;
    made->imap = settings.imap_proxy.limits;
    return made;
}

} // namespace

std::string_view proxy_program(db::Service service)
{
    return service == db::Service::pop3 ? "pop-proxy" : "imap-proxy";
}

const conf::Proxy& proxy_settings(const conf::Settings& settings, db::Service service)
{
    return service == db::Service::pop3 ? settings.pop_proxy.common
                                        : settings.imap_proxy.common;
}

ProxyListeners make_proxy_listeners(const conf::Settings& settings, db::Service service)
{
    ProxyListeners listeners;
    for (const conf::Listener* one : some_listeners(settings, proxy_program(service)))
        listeners[one->name] = make_listener(settings, *one, service);
    return listeners;
}

db::RouteHost queue_behind(const std::string& door)
{
    db::RouteHost queue;
    queue.host = door;
    queue.protocol = db::Protocol::pop3;
    queue.tls = db::TlsPolicy::none;
    queue.client_info = db::ClientInfo::xclient;
    return queue;
}

ProxyListeners make_queue_listeners(const conf::Settings& settings, const std::string& door)
{
    ProxyListeners listeners;
    for (const conf::Listener* one : own_listeners(settings, "ums-popd")) {
        auto made = make_listener(settings, *one, db::Service::pop3);
        made->backend = queue_behind(door);
        listeners[one->name] = std::move(made);
    }
    return listeners;
}

proxy::OutageTimes outage_times(const conf::Ums& ums)
{
    return {.after = ums.after, .steady = ums.steady};
}

session::ClientRates proxy_rates(const conf::Proxy& settings)
{
    return {.connections = settings.connections,
            .connections_per_client = settings.connections_per_client,
            .connections_per_client_minute = settings.connections_per_client_minute,
            .messages_per_client_minute = 0};
}

} // namespace daemons
