// SPDX-License-Identifier: Apache-2.0
// seal/keys.cc - see the header.
#include "seal/keys.h"

#include "base/failure.h"
#include "base/wipe.h"
#include "seal/digest.h"
#include "seal/openssl.h"
#include "seal/secret_file.h"

#include <openssl/err.h>
#include <openssl/pem.h>

#include <ctime>

namespace seal {

namespace {

using base::Remedy;

constexpr int rsa_bits = 2048;
constexpr int curve_bits = 256;

X509* parse_certificate(std::string_view text)
{
    const Bio pem = reading(text);
    if (X509* certificate = PEM_read_bio_X509(pem.get(), nullptr, nullptr, nullptr))
        return certificate;
    const Bio der = reading(text);
    return d2i_X509_bio(der.get(), nullptr);
}

// Empty: fit for sealing, opening, signing and verifying.
std::string weakness(const EVP_PKEY* key)
{
    if (key == nullptr)
        return "holds a key that OpenSSL does not know";
    const int bits = EVP_PKEY_get_bits(key);
    switch (EVP_PKEY_get_base_id(key)) {
    case EVP_PKEY_RSA:
        return bits >= rsa_bits ? "" : "RSA key of less than 2048 bits";
    case EVP_PKEY_EC:
        return bits >= curve_bits ? "" : "elliptic curve of less than 256 bits";
    default:
        return "neither an RSA key nor one of an elliptic curve";
    }
}

// Encrypted keys are not asked a password for.
int no_password(char*, int, int, void*)
{
    return -1;
}

} // namespace

Certificate::Certificate(std::shared_ptr<x509_st> certificate)
    : certificate_(std::move(certificate))
{
}

Certificate Certificate::read(const std::string& file)
{
    return parse(read_public_file(file), file);
}

Certificate Certificate::parse(std::string_view pem_or_der, std::string_view what)
{
    std::shared_ptr<x509_st> certificate(parse_certificate(pem_or_der), X509_free);
    ERR_clear_error();
    if (!certificate)
        throw base::Failure(Remedy::fix_config, std::string(what) + ": no certificate");
    const std::string weak = weakness(X509_get0_pubkey(certificate.get()));
    ERR_clear_error();
    if (!weak.empty())
        throw base::Failure(Remedy::fix_config, std::string(what) + ": " + weak);
    return Certificate(std::move(certificate));
}

std::string Certificate::der() const
{
    return der_of(get(), i2d_X509);
}

std::string Certificate::pem() const
{
    const Bio out = writing();
    check(PEM_write_bio_X509(out.get(), get()), "write a certificate");
    return content_of(out);
}

std::string Certificate::subject() const
{
    const Bio out = writing();
    check(X509_NAME_print_ex(out.get(), X509_get_subject_name(get()), 0, XN_FLAG_RFC2253) >=
              0,
          "print a name");
    return content_of(out);
}

std::string Certificate::fingerprint() const
{
    return hex(sha256(der()));
}

std::int64_t Certificate::not_after() const
{
    std::tm time{};
    check(ASN1_TIME_to_tm(X509_get0_notAfter(get()), &time) == 1, "validity");
    return ::timegm(&time);
}

PrivateKey::PrivateKey(std::shared_ptr<evp_pkey_st> key) : key_(std::move(key)) {}

PrivateKey PrivateKey::read(const std::string& file)
{
    std::string text = read_secret_file(file);
    const base::Wiped wiped(text);
    return parse(text, file);
}

PrivateKey PrivateKey::parse(std::string_view pem, std::string_view what)
{
    const Bio text = reading(pem);
    std::shared_ptr<evp_pkey_st> key(
        PEM_read_bio_PrivateKey(text.get(), nullptr, no_password, nullptr), EVP_PKEY_free);
    ERR_clear_error();
    if (!key)
        throw base::Failure(Remedy::fix_config,
                            std::string(what) + ": no unencrypted private key");
    const std::string weak = weakness(key.get());
    if (!weak.empty())
        throw base::Failure(Remedy::fix_config, std::string(what) + ": " + weak);
    return PrivateKey(std::move(key));
}

} // namespace seal
