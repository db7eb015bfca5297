// SPDX-License-Identifier: Apache-2.0
// net/tls_client.cc - client contexts: whom to believe, and sessions kept per server name.
#include "net/tls_state.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509_vfy.h>

#include <algorithm>
#include <cctype>

namespace net {

namespace {

// Names with a kept session; beyond that some are forgotten, which costs a handshake.
constexpr std::size_t most_sessions = 2000;

constexpr std::string_view key_mark = "key:"; // of a fingerprint: that of the key

int name_index()
{
    static const int index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
    return index;
}

int state_index()
{
    static const int index =
        SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
    return index;
}

// Only called for sessions whose handshake, and so whose verification, went well.
int keep_session(SSL* ssl, SSL_SESSION* session)
{
    auto* const state = static_cast<TlsContext::State*>(
        SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), state_index()));
    const auto* const name =
        static_cast<const std::string*>(SSL_get_ex_data(ssl, name_index()));
    if (!state || !name || name->empty())
        return 0;
    if (state->sessions.size() >= most_sessions && !state->sessions.contains(*name))
        state->sessions.erase(state->sessions.begin());
    state->sessions[*name].reset(session);
    return 1; // ours now
}

int compare_fingerprint(X509_STORE_CTX* chain, void* argument)
{
    const auto* const state = static_cast<const TlsContext::State*>(argument);
    if (state->expects(X509_STORE_CTX_get0_cert(chain)))
        return 1;
    X509_STORE_CTX_set_error(chain, X509_V_ERR_CERT_UNTRUSTED);
    return 0;
}

std::string normal_fingerprint(std::string_view text)
{
    if (text.starts_with(key_mark))
        return std::string(key_mark) + normal_fingerprint(text.substr(key_mark.size()));
    std::string result;
    for (const char c : text)
        if (c != ':')
            result += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    constexpr std::size_t hex_of_sha256 = 64;
    const bool is_hex =
        std::ranges::all_of(result, [](unsigned char c) { return std::isxdigit(c) != 0; });
    if (result.size() != hex_of_sha256 || !is_hex)
        throw base::Failure(base::Remedy::fix_config, "fingerprint " + std::string(text) +
                                                          ": not a SHA-256 in hexadecimal");
    return result;
}

void trust_authorities(SSL_CTX* context, const std::string& file)
{
    ERR_clear_error();
    const int result = file.empty() ? SSL_CTX_set_default_verify_paths(context)
                                    : SSL_CTX_load_verify_file(context, file.c_str());
    if (result != 1)
        throw base::Failure(base::Remedy::fix_config,
                            "read CA certificates " + file + ": " + openssl_reason());
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
}

// Each is an anchor, whether or not it signs itself.
void trust_these(SSL_CTX* context, const std::string& pem)
{
    ERR_clear_error();
    X509_STORE* const store = SSL_CTX_get_cert_store(context);
    const std::unique_ptr<BIO, FreeWith<BIO_free_all>> text(
        BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    int found = 0;
    for (;; ++found) {
        const SslCertificate one(
            text ? PEM_read_bio_X509_AUX(text.get(), nullptr, nullptr, nullptr) : nullptr);
        if (!one || X509_STORE_add_cert(store, one.get()) != 1)
            break;
    }
    // After the last one OpenSSL complains that there is no other.
    const bool at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
    ERR_clear_error();
    if (found == 0 || !at_end)
        throw base::Failure(base::Remedy::fix_config,
                            "read CA certificates: not certificates in PEM");
    X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
}

void trust_fingerprints(SSL_CTX* context, TlsContext::State& state,
                        const std::vector<std::string>& fingerprints)
{
    for (const std::string& fingerprint : fingerprints)
        state.fingerprints.insert(normal_fingerprint(fingerprint));
    if (state.fingerprints.empty())
        throw base::Failure(base::Remedy::fix_config, "TLS by fingerprint: none is given");
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    SSL_CTX_set_cert_verify_callback(context, compare_fingerprint, &state);
}

} // namespace

bool TlsContext::State::expects(X509* certificate) const
{
    if (!certificate)
        return false;
    return fingerprints.contains(fingerprint_of(certificate)) ||
           fingerprints.contains(std::string(key_mark) + key_fingerprint_of(certificate));
}

void remember_name(SSL* ssl, const std::string* server_name)
{
    SSL_set_ex_data(ssl, name_index(), const_cast<std::string*>(server_name));
}

TlsContext::TlsContext(const ClientTlsOptions& options) : state_(std::make_unique<State>())
{
    SslContext context = new_context(TLS_client_method(), options.min_version);
    set_ciphers(context.get(), {});
    state_->verify = options.verify;
    if (options.verify == TlsVerify::name && !options.ca_pem.empty())
        trust_these(context.get(), options.ca_pem);
    else if (options.verify == TlsVerify::name)
        trust_authorities(context.get(), options.ca_file);
    else if (options.verify == TlsVerify::fingerprint)
        trust_fingerprints(context.get(), *state_, options.fingerprints);
    if (!options.certificate.chain_file.empty())
        use_certificate(context.get(), options.certificate);
    SSL_CTX_set_ex_data(context.get(), state_index(), state_.get());
    SSL_CTX_set_session_cache_mode(context.get(),
                                   SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(context.get(), keep_session);
    state_->contexts.push_back(std::move(context));
}

} // namespace net
