// SPDX-License-Identifier: Apache-2.0
// seal/openssl.h - what owns OpenSSL's objects here, and what its errors become.
//
// For the files of this folder only.
#pragma once

#include <openssl/bio.h>
#include <openssl/cms.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>
#include <string>
#include <string_view>

namespace seal {

template <auto Free>
struct Freed {
    void operator()(auto* it) const { Free(it); }
};

using Bio = std::unique_ptr<BIO, Freed<BIO_free_all>>;
using Cms = std::unique_ptr<CMS_ContentInfo, Freed<CMS_ContentInfo_free>>;
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, Freed<EVP_CIPHER_CTX_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, Freed<EVP_MD_CTX_free>>;

// OpenSSL's oldest reason in this thread, in its words; the queue is empty afterwards.
[[nodiscard]] std::string reason();
// Throws Failure(report_bug) "action: reason".
[[noreturn]] void fail(std::string_view action);
inline void check(bool fine, std::string_view action)
{
    if (!fine)
        fail(action);
}

// Reads the bytes where they lie.
[[nodiscard]] Bio reading(std::string_view bytes);
[[nodiscard]] Bio writing();
[[nodiscard]] std::string content_of(const Bio& bio);

[[nodiscard]] inline const unsigned char* bytes_of(std::string_view text)
{
    return reinterpret_cast<const unsigned char*>(text.data());
}
[[nodiscard]] inline unsigned char* bytes_of(std::string& text)
{
    return reinterpret_cast<unsigned char*>(text.data());
}

// DER of `object` by one of the i2d functions.
template <class Object, class Encode>
[[nodiscard]] std::string der_of(const Object* object, Encode encode)
{
    const int length = encode(object, nullptr);
    check(length > 0, "encode");
    std::string out(static_cast<std::size_t>(length), '\0');
    unsigned char* at = bytes_of(out);
    check(encode(object, &at) == length, "encode");
    return out;
}

} // namespace seal
