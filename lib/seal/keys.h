// SPDX-License-Identifier: Apache-2.0
// seal/keys.h - certificates and private keys from files.
//
// Whoever has only certificates can seal and verify; opening and signing take the key.
// Threads: made by one, used by any.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

struct x509_st;
struct evp_pkey_st;

namespace seal {

// An X.509 certificate: RSA of 2048 bits at least, or an elliptic curve.
class Certificate {
public:
    // PEM or DER.  Throws base::Failure(fix_config) naming the file and what is wrong:
    // unreadable, no certificate, a key too weak.  Its validity in time is not looked at:
    // who seals for a recipient whose certificate has run out is told by not_after().
    [[nodiscard]] static Certificate read(const std::string& file);
    [[nodiscard]] static Certificate parse(std::string_view pem_or_der,
                                           std::string_view what);

    [[nodiscard]] std::string der() const;
    [[nodiscard]] std::string pem() const;
    [[nodiscard]] std::string subject() const;     // RFC 2253, for people
    [[nodiscard]] std::string fingerprint() const; // SHA-256 of the DER, hexadecimal
    [[nodiscard]] std::int64_t not_after() const;  // seconds since 1970
    [[nodiscard]] x509_st* get() const { return certificate_.get(); }

private:
    explicit Certificate(std::shared_ptr<x509_st> certificate);
    std::shared_ptr<x509_st> certificate_;
};

class PrivateKey {
public:
    // PEM, unencrypted, RSA or elliptic curve; readable by its owner only (or given by
    // systemd as a credential), else Failure(fix_config).
    [[nodiscard]] static PrivateKey read(const std::string& file);
    // The same of a text that somebody has read; `what` names it in a failure.
    [[nodiscard]] static PrivateKey parse(std::string_view pem, std::string_view what);
    [[nodiscard]] evp_pkey_st* get() const { return key_.get(); }

private:
    explicit PrivateKey(std::shared_ptr<evp_pkey_st> key);
    std::shared_ptr<evp_pkey_st> key_;
};

// A new EC P-256 key (mode 0600) and a self-signed certificate (mode 0644) for it, for
// `sponts init` and tests.  Neither file may exist.  `days` of validity.
void make_key_pair(const std::string& key_file, const std::string& certificate_file,
                   std::string_view common_name, int days);

} // namespace seal
