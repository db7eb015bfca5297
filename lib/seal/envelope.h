// SPDX-License-Identifier: Apache-2.0
// seal/envelope.h - CMS for recipients and from signers (RFC 5652, RFC 5083, RFC 5084).
//
// Sealing needs certificates only: a program that seals cannot read what it has sealed.
// Threads: any.
#pragma once

#include "seal/keys.h"

#include <expected>
#include <span>
#include <string>
#include <string_view>

namespace seal {

// DER of a CMS AuthEnvelopedData, AES-256-GCM, one recipient info per certificate.  For
// receivers that only know EnvelopedData: compatible = true, AES-256-CBC; what has been
// changed on the way is then not always noticed.
// Throws base::Failure(report_bug) only if OpenSSL has no memory or was given no recipient.
[[nodiscard]] std::string envelop(std::string_view bytes,
                                  std::span<const Certificate> recipients,
                                  bool compatible = false);

// What envelop() was given, or why it cannot be had: damaged, or not for this key.  Takes
// DER only, nothing behind it: one text, one meaning.
[[nodiscard]] std::expected<std::string, std::string>
open(std::string_view der, const Certificate& recipient, const PrivateKey& key);

// DER of a detached CMS SignedData over the bytes (SHA-256); the certificate goes along.
[[nodiscard]] std::string sign(std::string_view bytes, const Certificate& signer,
                               const PrivateKey& key);
// Nothing, or why not.  The signer's certificate must be this one.
[[nodiscard]] std::expected<void, std::string>
verify(std::string_view bytes, std::string_view signature, const Certificate& signer);

// A bare ECDSA (or RSA) signature over a SHA-256 digest's input, DER; for TS 102 232-1.
[[nodiscard]] std::string sign_raw(std::string_view bytes, const PrivateKey& key);
[[nodiscard]] bool verify_raw(std::string_view bytes, std::string_view signature,
                              const Certificate& signer);

} // namespace seal
