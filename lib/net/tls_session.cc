// SPDX-License-Identifier: Apache-2.0
// net/tls_session.cc - the session: handshake, records, and what the peer turned out to be.
#include "net/tls_session.h"

#include "net/tls_state.h"
#include "net/tls_transport.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <cassert>
#include <cctype>
#include <cstring>

namespace net {

namespace {

// What goes into logs and Received fields must be a name, whatever the client sent.
bool is_host_name(std::string_view name)
{
    return name.size() <= 255 && std::ranges::all_of(name, [](unsigned char c) {
               return std::isalnum(c) != 0 || c == '.' || c == '-' || c == '_';
           });
}

// A certificate must be for `name`: a host name or an IP address.
void expect_name(SSL* ssl, const std::string& name)
{
    SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    const auto address = Address::parse_ip(name);
    const bool set = address ? X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl),
                                                             address->ip().c_str()) == 1
                             : !name.empty() && SSL_set1_host(ssl, name.c_str()) == 1;
    if (!set)
        throw TlsFailure("TLS: no name to verify"); // never: verify nothing instead
}

} // namespace

void TlsSession::FreeSsl::operator()(ssl_st* ssl) const
{
    SSL_free(ssl);
}

TlsSession::TlsSession(int fd, ssl_st* ssl, const TlsContext& context)
    : transport_(std::make_unique<Transport>(fd)), ssl_(ssl), context_(context)
{
    BIO* const bio = ssl ? transport_->new_bio() : nullptr;
    if (!bio)
        throw TlsFailure("TLS: " + openssl_reason());
    SSL_set_bio(ssl, bio, bio);
}

TlsSession::~TlsSession()
{
    // Without this OpenSSL takes a missing close_notify for an attack and never resumes the
    // session; SMTP servers and clients often just hang up.
    if (ssl_ && !broken_)
        SSL_set_shutdown(ssl_.get(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
}

std::unique_ptr<TlsSession> TlsSession::accept(int fd, const TlsContext& context)
{
    SSL* const ssl = SSL_new(context.state().contexts.front().get());
    std::unique_ptr<TlsSession> session(new TlsSession(fd, ssl, context));
    SSL_set_accept_state(ssl);
    return session;
}

std::unique_ptr<TlsSession> TlsSession::connect(int fd, const TlsContext& context,
                                                const std::string& server_name)
{
    TlsContext::State& state = context.state();
    SSL* const ssl = SSL_new(state.contexts.front().get());
    std::unique_ptr<TlsSession> session(new TlsSession(fd, ssl, context));
    session->facts_.server_name = server_name;
    SSL_set_connect_state(ssl);
    if (!server_name.empty() && !Address::parse_ip(server_name)) // RFC 6066: names only
        SSL_set_tlsext_host_name(ssl, server_name.c_str());
    if (state.verify == TlsVerify::name)
        expect_name(ssl, server_name);
    remember_name(ssl, &session->facts_.server_name);
    const auto kept = state.sessions.find(server_name);
    if (kept != state.sessions.end())
        SSL_set_session(ssl, kept->second.get());
    return session;
}

void TlsSession::fail(const char* action, int result)
{
    const int kind = SSL_get_error(ssl_.get(), result);
    const long verdict = SSL_get_verify_result(ssl_.get());
    const bool distrusted = !SSL_is_server(ssl_.get()) && verdict != X509_V_OK &&
                            context_.state().verify != TlsVerify::none;
    const bool gone = transport_->ended() || transport_->error() != 0;
    const std::string reason = openssl_reason();
    broken_ = !gone;
    try {
        (void)flush(); // the alert that tells the peer why
    } catch (const PeerGone&) {
        // It does not want to know.
    }
    if (distrusted && context_.state().verify == TlsVerify::fingerprint)
        throw TlsFailure(std::string(action) + ": certificate has another fingerprint");
    if (distrusted)
        throw TlsFailure(std::string(action) + ": " +
                         X509_verify_cert_error_string(verdict));
    if (gone)
        throw PeerGone(std::string(action) + ": " +
                       (transport_->error() != 0 ? std::strerror(transport_->error())
                                                 : "connection closed"));
    if (kind == SSL_ERROR_SYSCALL)
        throw TlsFailure(std::string(action) + ": session is broken");
    throw TlsFailure(std::string(action) + ": " + reason);
}

void TlsSession::learn_facts()
{
    SSL* const ssl = ssl_.get();
    facts_.version = SSL_get_version(ssl);
    facts_.cipher = SSL_get_cipher_name(ssl);
    facts_.bits = SSL_get_cipher_bits(ssl, nullptr);
    facts_.resumed = SSL_session_reused(ssl) == 1;
    facts_.peer_fingerprint = fingerprint_of(SSL_get0_peer_certificate(ssl));
    if (SSL_is_server(ssl)) {
        const char* const name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
        if (name && is_host_name(name))
            facts_.server_name = name;
        return;
    }
    // Verified by the handshake, or by an earlier one if resumed.  Looked at once more so
    // that no slip in the settings above can make a session that nobody verified.
    const TlsContext::State& state = context_.state();
    if (state.verify == TlsVerify::none)
        return;
    facts_.verified =
        state.verify == TlsVerify::fingerprint
            ? state.expects(SSL_get0_peer_certificate(ssl))
            : !facts_.peer_fingerprint.empty() && SSL_get_verify_result(ssl) == X509_V_OK;
    if (!facts_.verified)
        throw TlsFailure("TLS handshake: certificate is not verified");
}

bool TlsSession::handshake()
{
    ERR_clear_error();
    const int result = SSL_do_handshake(ssl_.get());
    if (result == 1) {
        learn_facts();
        return true;
    }
    if (SSL_get_error(ssl_.get(), result) != SSL_ERROR_WANT_READ)
        fail("TLS handshake", result);
    return false;
}

std::ptrdiff_t TlsSession::read(std::span<char> buffer)
{
    ERR_clear_error();
    std::size_t got = 0;
    const int result = SSL_read_ex(ssl_.get(), buffer.data(), buffer.size(), &got);
    if (result == 1)
        return static_cast<std::ptrdiff_t>(got);
    const int kind = SSL_get_error(ssl_.get(), result);
    if (kind == SSL_ERROR_WANT_READ)
        return -1;
    if (kind == SSL_ERROR_ZERO_RETURN)
        return 0;
    fail("TLS read", result);
}

bool TlsSession::drained() const
{
    return transport_->drained() && SSL_has_pending(ssl_.get()) == 0;
}

void TlsSession::write(std::string_view bytes)
{
    assert(bytes.size() <= record_size);
    if (bytes.empty())
        return;
    ERR_clear_error();
    std::size_t written = 0;
    const int result = SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &written);
    if (result != 1)
        fail("TLS write", result);
    assert(written == bytes.size()); // the transport takes everything
}

void TlsSession::close_notify()
{
    ERR_clear_error();
    if (SSL_is_init_finished(ssl_.get()))
        (void)SSL_shutdown(ssl_.get()); // 0: sent, the peer's has not come; fine
    ERR_clear_error();
}

std::size_t TlsSession::unsent() const
{
    return transport_->unsent();
}

bool TlsSession::flush()
{
    return transport_->flush();
}

} // namespace net
