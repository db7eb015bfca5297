// SPDX-License-Identifier: Apache-2.0
// net/tls_server.cc - server contexts: a certificate for each name, tickets for all
// workers.
#include "net/ticket_keys.h"
#include "net/tls_state.h"

#include <algorithm>
#include <cctype>

namespace net {

namespace {

constexpr unsigned char session_id[] = "sponts";
constexpr long session_lifetime = 7200; // seconds

// RFC 6066 section 3: an unknown name is served with the first certificate, because mail
// clients often know us by a name that no certificate has.
int choose_certificate(SSL* ssl, int*, void* argument)
{
    const auto* const state = static_cast<const TlsContext::State*>(argument);
    const char* const name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
    if (SSL_CTX* const found = name ? state->find(name) : nullptr)
        SSL_set_SSL_CTX(ssl, found);
    return SSL_TLSEXT_ERR_OK;
}

SslContext context_for(const ServerTlsOptions& options, const Certificate& certificate)
{
    SslContext context = new_context(TLS_server_method(), options.min_version);
    set_ciphers(context.get(), options.ciphers);
    use_certificate(context.get(), certificate);
    // Tickets carry the session; a cache in this process would know only its own clients.
    SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
    SSL_CTX_set_session_id_context(context.get(), session_id, sizeof session_id - 1);
    SSL_CTX_set_timeout(context.get(), session_lifetime);
    SSL_CTX_set_num_tickets(context.get(), 1);
    return context;
}

void share_ticket_keys(const std::vector<SslContext>& contexts, TicketKeys keys)
{
    for (const SslContext& context : contexts)
        SSL_CTX_set_tlsext_ticket_keys(context.get(), keys.data(),
                                       static_cast<long>(keys.size()));
}

} // namespace

SSL_CTX* TlsContext::State::find(std::string_view server_name) const
{
    std::string name(server_name);
    std::ranges::transform(name, name.begin(), [](unsigned char c) {
        return static_cast<char>(std::tolower(c));
    });
    if (name.ends_with('.'))
        name.pop_back();
    auto found = by_name.find(name);
    const std::size_t dot = name.find('.');
    if (found == by_name.end() && dot != std::string::npos)
        found = by_name.find("*" + name.substr(dot)); // one label, RFC 6125 section 6.4.3
    return found == by_name.end() ? nullptr : found->second;
}

TlsContext::TlsContext(const ServerTlsOptions& options) : state_(std::make_unique<State>())
{
    if (options.certificates.empty())
        throw base::Failure(base::Remedy::fix_config, "TLS: no certificate is configured");
    for (const Certificate& certificate : options.certificates) {
        SslContext context = context_for(options, certificate);
        for (const std::string& name : names_of(SSL_CTX_get0_certificate(context.get())))
            state_->by_name.try_emplace(name, context.get());
        state_->contexts.push_back(std::move(context));
    }
    SSL_CTX* const first = state_->contexts.front().get();
    SSL_CTX_set_tlsext_servername_callback(first, choose_certificate);
    SSL_CTX_set_tlsext_servername_arg(first, state_.get());
    share_ticket_keys(state_->contexts, options.ticket_key_file.empty()
                                            ? own_ticket_keys()
                                            : read_ticket_keys(options.ticket_key_file));
}

} // namespace net
