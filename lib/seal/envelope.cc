// SPDX-License-Identifier: Apache-2.0
// seal/envelope.cc - see the header.
#include "seal/envelope.h"

#include "base/failure.h"
#include "seal/openssl.h"
#include "seal/strict.h"

#include <openssl/cms.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/rsa.h>

namespace seal {

namespace {

std::unexpected<std::string> refuse(std::string_view why)
{
    ERR_clear_error();
    return std::unexpected<std::string>(why);
}

bool use_sha256_with_curve(EVP_PKEY_CTX* context)
{
    return EVP_PKEY_CTX_set_ecdh_kdf_md(context, EVP_sha256()) > 0;
}

// RFC 4055 section 4.1; the older padding lets who may ask often read (RFC 3218).
bool use_oaep(EVP_PKEY_CTX* context)
{
    return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_OAEP_PADDING) > 0 &&
           EVP_PKEY_CTX_set_rsa_oaep_md(context, EVP_sha256()) > 0 &&
           EVP_PKEY_CTX_set_rsa_mgf1_md(context, EVP_sha256()) > 0;
}

void add_recipient(CMS_ContentInfo* cms, const Certificate& certificate, bool compatible)
{
    const unsigned flags = compatible ? 0 : CMS_KEY_PARAM;
    CMS_RecipientInfo* info = CMS_add1_recipient_cert(cms, certificate.get(), flags);
    check(info != nullptr, "seal for " + certificate.subject());
    if (compatible)
        return;
    EVP_PKEY_CTX* context = CMS_RecipientInfo_get0_pkey_ctx(info);
    check(context != nullptr && (CMS_RecipientInfo_type(info) == CMS_RECIPINFO_TRANS
                                     ? use_oaep(context)
                                     : use_sha256_with_curve(context)),
          "seal for " + certificate.subject());
}

Cms parse(std::string_view der)
{
    const unsigned char* at = bytes_of(der);
    Cms cms(d2i_CMS_ContentInfo(nullptr, &at, static_cast<long>(der.size())));
    if (cms && at != bytes_of(der) + der.size())
        cms.reset();
    ERR_clear_error();
    return cms;
}

bool is_for(CMS_RecipientInfo* info, X509* certificate)
{
    if (CMS_RecipientInfo_type(info) == CMS_RECIPINFO_TRANS)
        return CMS_RecipientInfo_ktri_cert_cmp(info, certificate) == 0;
    if (CMS_RecipientInfo_type(info) != CMS_RECIPINFO_AGREE)
        return false;
    STACK_OF(CMS_RecipientEncryptedKey)* keys = CMS_RecipientInfo_kari_get0_reks(info);
    for (int i = 0; i < sk_CMS_RecipientEncryptedKey_num(keys); ++i)
        if (CMS_RecipientEncryptedKey_cert_cmp(sk_CMS_RecipientEncryptedKey_value(keys, i),
                                               certificate) == 0)
            return true;
    return false;
}

// What names nobody is no envelope at all; who is named may still have another key than it
// was sealed with.
bool is_for_another(const Cms& cms, const Certificate& recipient)
{
    STACK_OF(CMS_RecipientInfo)* infos = CMS_get0_RecipientInfos(cms.get());
    const int count = sk_CMS_RecipientInfo_num(infos);
    for (int i = 0; i < count; ++i)
        if (is_for(sk_CMS_RecipientInfo_value(infos, i), recipient.get()))
            return false;
    return count > 0;
}

std::string encode(const Cms& cms)
{
    return der_of(cms.get(), i2d_CMS_ContentInfo);
}

} // namespace

std::string envelop(std::string_view bytes, std::span<const Certificate> recipients,
                    bool compatible)
{
    ERR_clear_error();
    check(!recipients.empty(), "seal for nobody");
    constexpr unsigned flags = CMS_BINARY | CMS_PARTIAL;
    const Cms cms(CMS_encrypt(nullptr, nullptr,
                              compatible ? EVP_aes_256_cbc() : EVP_aes_256_gcm(), flags));
    check(cms != nullptr, "seal");
    for (const Certificate& recipient : recipients)
        add_recipient(cms.get(), recipient, compatible);
    const Bio text = reading(bytes);
    check(CMS_final(cms.get(), text.get(), nullptr, flags) == 1, "seal");
    return encode(cms);
}

std::expected<std::string, std::string>
open(std::string_view der, const Certificate& recipient, const PrivateKey& key)
{
    ERR_clear_error();
    const Cms cms = parse(der);
    if (!cms)
        return refuse("damaged: no CMS in DER");
    if (is_for_another(cms, recipient))
        return refuse("not sealed for " + recipient.subject() +
                      ": another certificate is named");
    if (encode(cms) != der || !is_plain_envelope(der, recipient))
        return refuse("damaged: not as it was sealed");
    if (X509_check_private_key(recipient.get(), key.get()) != 1)
        return refuse("certificate and key do not belong together");
    const Bio out = writing();
    if (CMS_decrypt(cms.get(), key.get(), recipient.get(), nullptr, out.get(),
                    CMS_BINARY) != 1)
        return refuse("damaged, or not sealed for this key: " + reason());
    return content_of(out);
}

} // namespace seal
