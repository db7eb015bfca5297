// SPDX-License-Identifier: Apache-2.0
// seal/sign.cc - the signatures of envelope.h.
#include "base/failure.h"
#include "seal/envelope.h"
#include "seal/openssl.h"

#include <openssl/cms.h>
#include <openssl/err.h>

namespace seal {

namespace {

using Stack =
    std::unique_ptr<STACK_OF(X509), Freed<[](STACK_OF(X509) * it) { sk_X509_free(it); }>>;

std::unexpected<std::string> refuse(std::string_view why)
{
    ERR_clear_error();
    return std::unexpected<std::string>(why);
}

} // namespace

std::string sign(std::string_view bytes, const Certificate& signer, const PrivateKey& key)
{
    ERR_clear_error();
    constexpr unsigned flags = CMS_BINARY | CMS_DETACHED | CMS_NOSMIMECAP;
    const Bio text = reading(bytes);
    const Cms cms(CMS_sign(nullptr, nullptr, nullptr, nullptr, flags | CMS_PARTIAL));
    check(cms != nullptr &&
              CMS_add1_signer(cms.get(), signer.get(), key.get(), EVP_sha256(), flags) !=
                  nullptr &&
              CMS_final(cms.get(), text.get(), nullptr, flags) == 1,
          "sign");
    return der_of(cms.get(), i2d_CMS_ContentInfo);
}

std::expected<void, std::string> verify(std::string_view bytes, std::string_view signature,
                                        const Certificate& signer)
{
    ERR_clear_error();
    const unsigned char* at = bytes_of(signature);
    const Cms cms(d2i_CMS_ContentInfo(nullptr, &at, static_cast<long>(signature.size())));
    if (!cms || at != bytes_of(signature) + signature.size() ||
        CMS_is_detached(cms.get()) != 1)
        return refuse("no detached CMS signature");
    if (sk_CMS_SignerInfo_num(CMS_get0_SignerInfos(cms.get())) != 1)
        return refuse("not the signature of one signer");
    const Stack signers(sk_X509_new_null());
    check(signers && sk_X509_push(signers.get(), signer.get()) > 0, "no memory");
    const Bio text = reading(bytes);
    // NOINTERN: certificates that came with the signature prove nothing.
    constexpr unsigned flags = CMS_BINARY | CMS_NOINTERN | CMS_NO_SIGNER_CERT_VERIFY;
    if (CMS_verify(cms.get(), signers.get(), nullptr, text.get(), nullptr, flags) != 1)
        return refuse("signature does not fit: " + reason());
    return {};
}

std::string sign_raw(std::string_view bytes, const PrivateKey& key)
{
    ERR_clear_error();
    const DigestContext context(EVP_MD_CTX_new());
    std::size_t length = 0;
    check(context &&
              EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr,
                                 key.get()) == 1 &&
              EVP_DigestSign(context.get(), nullptr, &length, bytes_of(bytes),
                             bytes.size()) == 1,
          "sign");
    std::string out(length, '\0');
    check(EVP_DigestSign(context.get(), bytes_of(out), &length, bytes_of(bytes),
                         bytes.size()) == 1,
          "sign");
    out.resize(length);
    return out;
}

bool verify_raw(std::string_view bytes, std::string_view signature,
                const Certificate& signer)
{
    const DigestContext context(EVP_MD_CTX_new());
    const bool fine = context &&
                      EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr,
                                           X509_get0_pubkey(signer.get())) == 1 &&
                      EVP_DigestVerify(context.get(), bytes_of(signature), signature.size(),
                                       bytes_of(bytes), bytes.size()) == 1;
    ERR_clear_error();
    return fine;
}

} // namespace seal
