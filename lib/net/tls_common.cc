// SPDX-License-Identifier: Apache-2.0
// net/tls_common.cc - what server and client contexts have in common.
#include "net/tls_state.h"
#include "text/base64.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <cctype>
#include <cstring>
#include <span>

namespace net {

namespace {

// Forward secrecy and AEAD only; RSA certificates work, RSA key exchange does not.
constexpr const char* default_ciphers = "ECDHE+AESGCM:ECDHE+CHACHA20";
constexpr const char* groups = "X25519:P-256:P-384";

std::string hex(std::span<const unsigned char> octets)
{
    return text::hex({reinterpret_cast<const char*>(octets.data()), octets.size()});
}

[[noreturn]] void fail(const std::string& what)
{
    throw base::Failure(base::Remedy::fix_config, what + ": " + openssl_reason());
}

int version_number(const std::string& name)
{
    if (name == "TLSv1.2")
        return TLS1_2_VERSION;
    if (name == "TLSv1.3")
        return TLS1_3_VERSION;
    throw base::Failure(base::Remedy::fix_config,
                        "TLS version " + name + ": must be TLSv1.2 or TLSv1.3");
}

// A daemon cannot be asked for a passphrase.
int no_passphrase(char*, int, int, void*)
{
    return -1;
}

std::string lower(std::string_view text)
{
    std::string result(text);
    std::ranges::transform(result, result.begin(), [](unsigned char c) {
        return static_cast<char>(std::tolower(c));
    });
    return result;
}

std::string common_name(X509* certificate)
{
    char name[256];
    const int length = X509_NAME_get_text_by_NID(X509_get_subject_name(certificate),
                                                 NID_commonName, name, sizeof name);
    return length > 0 ? lower({name, static_cast<std::size_t>(length)}) : std::string();
}

} // namespace

std::string openssl_reason()
{
    const unsigned long code = ERR_get_error();
    ERR_clear_error();
    if (code == 0)
        return "unknown reason";
    if (ERR_SYSTEM_ERROR(code))
        return std::strerror(ERR_GET_REASON(code));
    const char* const reason = ERR_reason_error_string(code);
    return reason ? reason : fmt::format("OpenSSL error {:x}", code);
}

SslContext new_context(const SSL_METHOD* method, const std::string& min_version)
{
    ERR_clear_error();
    SslContext context(SSL_CTX_new(method));
    if (!context)
        fail("TLS");
    SSL_CTX_set_min_proto_version(context.get(), version_number(min_version));
    SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                           SSL_OP_CIPHER_SERVER_PREFERENCE |
                                           SSL_OP_PRIORITIZE_CHACHA);
    // Idle sessions hold no buffers; a record is read with one system call.
    SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_read_ahead(context.get(), 1);
    SSL_CTX_set_default_passwd_cb(context.get(), no_passphrase);
    if (SSL_CTX_set1_groups_list(context.get(), groups) != 1)
        fail("TLS groups");
    return context;
}

void set_ciphers(SSL_CTX* context, const std::string& ciphers)
{
    const char* const list = ciphers.empty() ? default_ciphers : ciphers.c_str();
    if (SSL_CTX_set_cipher_list(context, list) != 1)
        fail(fmt::format("TLS ciphers {}", list));
}

void use_certificate(SSL_CTX* context, const Certificate& certificate)
{
    ERR_clear_error();
    if (SSL_CTX_use_certificate_chain_file(context, certificate.chain_file.c_str()) != 1)
        fail("read certificate " + certificate.chain_file);
    if (SSL_CTX_use_PrivateKey_file(context, certificate.key_file.c_str(),
                                    SSL_FILETYPE_PEM) != 1)
        fail("read key " + certificate.key_file);
    if (SSL_CTX_check_private_key(context) != 1)
        fail("key " + certificate.key_file + " for " + certificate.chain_file);
}

std::vector<std::string> names_of(X509* certificate)
{
    std::vector<std::string> names;
    const std::unique_ptr<GENERAL_NAMES, FreeWith<GENERAL_NAMES_free>> alternatives(
        static_cast<GENERAL_NAMES*>(
            X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
    const int count = alternatives ? sk_GENERAL_NAME_num(alternatives.get()) : 0;
    for (int i = 0; i < count; ++i) {
        const GENERAL_NAME* const name = sk_GENERAL_NAME_value(alternatives.get(), i);
        if (name->type != GEN_DNS)
            continue;
        const auto* const text =
            reinterpret_cast<const char*>(ASN1_STRING_get0_data(name->d.dNSName));
        const auto length = static_cast<std::size_t>(ASN1_STRING_length(name->d.dNSName));
        names.push_back(lower({text, length}));
    }
    if (names.empty()) // a home-made certificate
        names.push_back(common_name(certificate));
    return names;
}

std::string fingerprint_of(X509* certificate)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int length = 0;
    if (!certificate || X509_digest(certificate, EVP_sha256(), digest, &length) != 1)
        return {};
    return hex({digest, length});
}

std::string key_fingerprint_of(X509* certificate)
{
    unsigned char* der = nullptr;
    const int size =
        certificate ? i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der) : -1;
    if (size <= 0)
        return {};
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int length = 0;
    const int done = EVP_Digest(der, static_cast<std::size_t>(size), digest, &length,
                                EVP_sha256(), nullptr);
    OPENSSL_free(der);
    return done == 1 ? hex({digest, length}) : std::string();
}

TlsContext::~TlsContext() = default;

} // namespace net
