// SPDX-License-Identifier: Apache-2.0
// seal/digest.cc - see the header.
#include "seal/digest.h"

#include "seal/openssl.h"
#include "text/base64.h"

#include <climits>
#include <openssl/hmac.h>

namespace seal {

namespace {

// Fetched once: looking for it costs more than a short digest.
const EVP_MD* sha256_method()
{
    static const EVP_MD* const method = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    check(method != nullptr, "SHA-256");
    return method;
}

} // namespace

Digest sha256(std::string_view bytes)
{
    Digest out;
    check(EVP_Digest(bytes.data(), bytes.size(), out.data(), nullptr, sha256_method(),
                     nullptr) == 1,
          "SHA-256");
    return out;
}

Digest hmac_sha256(std::string_view key, std::string_view bytes)
{
    check(key.size() <= INT_MAX, "key of HMAC-SHA256");
    // HMAC() takes a null key for "the one of before".
    const char* at = key.empty() ? "" : key.data();
    Digest out;
    check(HMAC(EVP_sha256(), at, static_cast<int>(key.size()), bytes_of(bytes),
               bytes.size(), out.data(), nullptr) != nullptr,
          "HMAC-SHA256");
    return out;
}

std::string hex(std::span<const std::uint8_t> bytes)
{
    return text::hex({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

} // namespace seal
