// SPDX-License-Identifier: Apache-2.0
// conf/table_listener.cc - the keys of [listener NAME].
#include "conf/table.h"

namespace conf {

std::span<const Key<Listener>> listener_keys()
{
    using Row = Rows<Listener>;
    static constexpr Key<Listener> keys[] = {
        Row::of<Endpoint, &Listener::address>(
            "address", "Where it listens; empty: only on a socket that is passed in."),
        Row::of<ProgramName, &Listener::program>("program", "Which program serves it."),
        Row::of<Choice<ListenerTls>, &Listener::tls>(
            "tls",
            "none, starttls (offered), required (nothing before STARTTLS) or implicit "
            "(TLS from the first byte)."),
        Row::certificates<&Listener::certificates>(
            "Its own certificate chain and key; may be repeated; without: those of [tls]."),
        Row::of<NetworkList, &Listener::trust_xclient>(
            "trust-xclient", "Networks that may say by XCLIENT whom they speak for."),
        Row::of<NetworkList, &Listener::trust_xforward>(
            "trust-xforward",
            "Networks that may say by XFORWARD where a message comes from."),
        Row::of<NetworkList, &Listener::trust_proxy>(
            "trust-proxy", "Networks whose connections begin with a PROXY header."),
        Row::of<NetworkList, &Listener::relay_from>(
            "relay-from", "Networks that may send to any domain without login."),
        Row::of<Choice<AuthSource>, &Listener::auth>(
            "auth", "Who checks passwords: none, backend, dovecot or users."),
        Row::of<YesNo, &Listener::auth_required>(
            "auth-required", "Whether MAIL is refused before login (submission)."),
        Row::of<YesNo, &Listener::auth_without_tls>(
            "auth-without-tls", "Whether a login may come over a plaintext connection."),
        Row::of<HostPort, &Listener::auth_backend>(
            "auth-backend", "The server that checks passwords when auth is backend."),
        Row::of<YesNo, &Listener::auth_backend_tls>(
            "auth-backend-tls", "Whether passwords go to it over TLS only."),
        Row::of<Path, &Listener::auth_backend_ca>(
            "auth-backend-ca",
            "CA file its certificate must lead to; empty: any certificate will do."),
        Row::of<Path, &Listener::auth_socket>(
            "auth-socket", "The Dovecot auth client socket when auth is dovecot."),
        Row::of<HostPort, &Listener::backend>(
            "backend", "Where mail, or a user, without a route of its own goes."),
        Row::of<Choice<OwnSender>, &Listener::own_sender>(
            "own-sender", "A sender in a served domain, from outside: accept or refuse."),
        Row::of<Choice<OnRelay>, &Listener::on_relay>(
            "on-relay", "A recipient we do not serve: refuse at once, or delay first."),
        Row::of<YesNo, &Listener::etrn>("etrn", "Whether ETRN is answered."),
        Row::of<Choice<BackendTls>, &Listener::backend_tls>(
            "backend-tls",
            "Proxies: how the backend is spoken to: none, starttls or implicit."),
        Row::of<Choice<BackendVerify>, &Listener::backend_verify>(
            "backend-verify",
            "Proxies: what its certificate must show: none, name or fingerprint."),
        Row::of<Path, &Listener::backend_ca>(
            "backend-ca",
            "Proxies: CA file its certificate must lead to; empty: the system's."),
        Row::of<Host, &Listener::backend_name>(
            "backend-name",
            "Proxies: the name its certificate must be for; empty: that of backend."),
        Row::of<Fingerprint, &Listener::backend_fingerprint>(
            "backend-fingerprint",
            "Proxies: SHA-256 of its certificate when backend-verify is fingerprint."),
        Row::of<YesNo, &Listener::backend_compress>(
            "backend-compress",
            "imap-proxy: whether the leg to the backend is compressed, if it can be."),
        Row::of<Choice<db::ClientInfo>, &Listener::client_info>(
            "client-info",
            "Proxies: how the backend learns of the client: none, proxy, id or xclient."),
        Row::of<MechanismList, &Listener::login_mechanisms>(
            "login-mechanisms",
            "Proxies: SASL mechanisms that are offered if the backend offers them."),
        Row::of<YesNo, &Listener::apop>(
            "apop", "pop-proxy: whether APOP is offered, with the backend's challenge."),
        Row::of<YesNo, &Listener::compress>(
            "compress", "imap-proxy: whether clients may compress their leg."),
        Row::of<Host, &Listener::user_domain>(
            "user-domain",
            "Proxies: domain of login names without one, when routes are looked up."),
    };
    return keys;
}

} // namespace conf
