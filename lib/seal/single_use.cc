// SPDX-License-Identifier: Apache-2.0
#include "seal/single_use.h"

#include "base/failure.h"

#include <openssl/evp.h>

#include <memory>

namespace seal {

namespace {

constexpr std::array<unsigned char, 12> nonce{};

struct Free {
    void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_CIPHER_CTX, Free>;

const unsigned char* bytes_of(std::string_view text)
{
    return reinterpret_cast<const unsigned char*>(text.data());
}

// Made once for each thread: fetching the cipher costs more than a short text.
EVP_CIPHER_CTX* context()
{
    thread_local const Context kept(EVP_CIPHER_CTX_new());
    if (!kept)
        throw base::Failure(base::Remedy::report_bug, "encrypt: no memory");
    return kept.get();
}

const EVP_CIPHER* cipher()
{
    static EVP_CIPHER* const fetched = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
    return fetched;
}

} // namespace

void encrypt_to(std::string& out, std::string_view bytes, const Key& key)
{
    EVP_CIPHER_CTX* const to = context();
    const std::size_t at = out.size();
    out.resize(at + bytes.size() + tag_size);
    auto* const sealed = reinterpret_cast<unsigned char*>(out.data() + at);
    int done = 0;
    int rest = 0;
    if (EVP_EncryptInit_ex2(to, cipher(), key.data(), nonce.data(), nullptr) != 1 ||
        EVP_EncryptUpdate(to, sealed, &done, bytes_of(bytes),
                          static_cast<int>(bytes.size())) != 1 ||
        EVP_EncryptFinal_ex(to, sealed + done, &rest) != 1 ||
        EVP_CIPHER_CTX_ctrl(to, EVP_CTRL_AEAD_GET_TAG, tag_size, sealed + bytes.size()) !=
            1)
        throw base::Failure(base::Remedy::report_bug, "encrypt: AES-256-GCM failed");
}

std::optional<std::string> decrypt(std::string_view sealed, const Key& key)
{
    if (sealed.size() < tag_size)
        return std::nullopt;
    EVP_CIPHER_CTX* const from = context();
    std::string tag(sealed.substr(sealed.size() - tag_size));
    sealed.remove_suffix(tag_size);
    std::string bytes(sealed.size(), '\0');
    auto* const plain = reinterpret_cast<unsigned char*>(bytes.data());
    int done = 0;
    int rest = 0;
    const bool sound =
        EVP_DecryptInit_ex2(from, cipher(), key.data(), nonce.data(), nullptr) == 1 &&
        EVP_DecryptUpdate(from, plain, &done, bytes_of(sealed),
                          static_cast<int>(sealed.size())) == 1 &&
        EVP_CIPHER_CTX_ctrl(from, EVP_CTRL_AEAD_SET_TAG, tag_size, tag.data()) == 1 &&
        EVP_DecryptFinal_ex(from, plain + done, &rest) == 1;
    return sound ? std::optional(std::move(bytes)) : std::nullopt;
}

} // namespace seal
