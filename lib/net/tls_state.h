// SPDX-License-Identifier: Apache-2.0
// net/tls_state.h - the inside of a TlsContext: OpenSSL contexts, names and cached
// sessions.
#pragma once

#include "net/tls.h"

#include <openssl/ssl.h>

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace net {

template <auto free>
struct FreeWith {
    template <class T>
    void operator()(T* object) const
    {
        free(object);
    }
};
using SslContext = std::unique_ptr<SSL_CTX, FreeWith<SSL_CTX_free>>;
using SslSession = std::unique_ptr<SSL_SESSION, FreeWith<SSL_SESSION_free>>;
using SslCertificate = std::unique_ptr<X509, FreeWith<X509_free>>;

struct TlsContext::State {
    std::vector<SslContext> contexts; // the first is what a session begins with

    // Servers: which context has a certificate for this name; "*.example.org" too.
    std::map<std::string, SSL_CTX*, std::less<>> by_name;

    // Clients.
    TlsVerify verify = TlsVerify::none;
    std::set<std::string, std::less<>> fingerprints; // lower case, no colons
    std::map<std::string, SslSession, std::less<>> sessions;

    [[nodiscard]] SSL_CTX* find(std::string_view server_name) const;
    // One of those whose fingerprints are known.
    [[nodiscard]] bool expects(X509* certificate) const;
};

// Both kinds of context: versions, ciphers, memory, no renegotiation.
[[nodiscard]] SslContext new_context(const SSL_METHOD* method,
                                     const std::string& min_version);
void set_ciphers(SSL_CTX* context, const std::string& ciphers);
void use_certificate(SSL_CTX* context, const Certificate& certificate);
// DNS names a certificate is for, in lower case.
[[nodiscard]] std::vector<std::string> names_of(X509* certificate);
[[nodiscard]] std::string fingerprint_of(X509* certificate);
[[nodiscard]] std::string key_fingerprint_of(X509* certificate);
// The oldest reason in OpenSSL's error queue, which is emptied.
[[nodiscard]] std::string openssl_reason();
// Where a session belongs in the client's cache; the string lives as long as the SSL.
void remember_name(SSL* ssl, const std::string* server_name);

} // namespace net
