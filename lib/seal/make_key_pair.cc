// SPDX-License-Identifier: Apache-2.0
// seal/make_key_pair.cc - a new key with a certificate that it has signed itself.
#include "base/failure.h"
#include "base/file.h"
#include "base/random.h"
#include "base/wipe.h"
#include "seal/digest.h"
#include "seal/keys.h"
#include "seal/openssl.h"
#include "seal/secret_file.h"

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <array>
#include <unistd.h>

namespace seal {

namespace {

using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using X509Owner = std::unique_ptr<X509, Freed<X509_free>>;

constexpr std::size_t serial_bytes = 16; // RFC 5280 section 4.1.2.2 allows 20
constexpr long seconds_of_day = 86400;

void set_serial(X509* certificate)
{
    std::array<std::uint8_t, serial_bytes> random{};
    base::fill_random(random);
    random[0] = (random[0] & 0x3f) | 0x40; // positive, and always of the same length
    const std::unique_ptr<BIGNUM, Freed<BN_free>> number(
        BN_bin2bn(random.data(), random.size(), nullptr));
    check(BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr,
          "serial number");
}

void set_names(X509* certificate, std::string_view common_name)
{
    X509_NAME* name = X509_get_subject_name(certificate);
    check(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, bytes_of(common_name),
                                     static_cast<int>(common_name.size()), -1, 0) == 1 &&
              X509_set_issuer_name(certificate, name) == 1,
          "common name " + std::string(common_name));
}

void add_extension(X509* certificate, int kind, const char* value)
{
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
    const std::unique_ptr<X509_EXTENSION, Freed<X509_EXTENSION_free>> extension(
        X509V3_EXT_conf_nid(nullptr, &context, kind, value));
    check(extension && X509_add_ext(certificate, extension.get(), -1) == 1, value);
}

X509Owner make_certificate(EVP_PKEY* key, std::string_view common_name, int days)
{
    X509Owner certificate(X509_new());
    X509* it = certificate.get();
    check(it != nullptr && X509_set_version(it, X509_VERSION_3) == 1 &&
              X509_gmtime_adj(X509_getm_notBefore(it), 0) != nullptr &&
              X509_gmtime_adj(X509_getm_notAfter(it), days * seconds_of_day) != nullptr &&
              X509_set_pubkey(it, key) == 1,
          "make a certificate");
    set_serial(it);
    set_names(it, common_name);
    add_extension(it, NID_basic_constraints, "critical,CA:FALSE");
    add_extension(it, NID_key_usage, "critical,digitalSignature,keyAgreement");
    add_extension(it, NID_subject_key_identifier, "hash");
    check(X509_sign(it, key, EVP_sha256()) > 0, "sign a certificate");
    return certificate;
}

void must_not_exist(const std::string& file)
{
    if (::access(file.c_str(), F_OK) == 0)
        throw base::Failure(base::Remedy::make_room, file + ": exists already");
}

} // namespace

void make_key_pair(const std::string& key_file, const std::string& certificate_file,
                   std::string_view common_name, int days)
{
    must_not_exist(key_file);
    must_not_exist(certificate_file);
    const Key key(EVP_EC_gen("P-256"));
    check(key != nullptr, "make a key");
    const X509Owner certificate = make_certificate(key.get(), common_name, days);
    const Bio key_text = writing();
    const Bio text = writing();
    check(PEM_write_bio_PKCS8PrivateKey(key_text.get(), key.get(), nullptr, nullptr, 0,
                                        nullptr, nullptr) == 1 &&
              PEM_write_bio_X509(text.get(), certificate.get()) == 1,
          "write a key");
    std::string secret = content_of(key_text);
    const base::Wiped wiped(secret);
    base::make_file(key_file, secret, 0600);
    try {
        base::make_file(certificate_file, content_of(text), 0644);
    } catch (...) {
        ::unlink(key_file.c_str());
        throw;
    }
}

} // namespace seal
