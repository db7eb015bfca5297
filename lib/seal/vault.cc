// SPDX-License-Identifier: Apache-2.0
// seal/vault.cc - see the header.
#include "seal/vault.h"

#include "base/failure.h"
#include "base/file.h"
#include "base/random.h"
#include "base/wipe.h"
#include "seal/digest.h"
#include "seal/openssl.h"
#include "seal/secret_file.h"
#include "text/base64.h"
#include "text/lines.h"

#include <climits>

#include <array>
#include <optional>

namespace seal {

namespace {

constexpr std::size_t key_bytes = 32;
constexpr std::size_t nonce_bytes = 12; // SP 800-38D section 8.2.2: random ones
constexpr std::size_t tag_bytes = 16;

std::unexpected<std::string> refuse(const char* why)
{
    return std::unexpected<std::string>(why);
}

const EVP_CIPHER* cipher()
{
    static const EVP_CIPHER* const it = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
    check(it != nullptr, "AES-256-GCM");
    return it;
}

int length_of(std::string_view text)
{
    check(text.size() < INT_MAX, "secret of more than 2 GB");
    return static_cast<int>(text.size());
}

// Ready for the text; nonce in front of the box.
CipherContext begin(bool sealing, const std::string& key, std::string_view nonce,
                    std::string_view label)
{
    CipherContext context(EVP_CIPHER_CTX_new());
    int length = 0;
    check(context != nullptr &&
              EVP_CipherInit_ex2(context.get(), cipher(), bytes_of(std::string_view(key)),
                                 bytes_of(nonce), sealing ? 1 : 0, nullptr) == 1 &&
              EVP_CipherUpdate(context.get(), nullptr, &length, bytes_of(label),
                               length_of(label)) == 1,
          "AES-256-GCM");
    return context;
}

// Writes as many bytes as it is given.
bool run(EVP_CIPHER_CTX* context, std::string_view from, unsigned char* to)
{
    int length = 0;
    int rest = 0;
    return EVP_CipherUpdate(context, to, &length, bytes_of(from), length_of(from)) == 1 &&
           EVP_CipherFinal_ex(context, to + length, &rest) == 1;
}

} // namespace

Vault::Vault(const std::string& key_file)
{
    const std::string file = credential_path(key_file);
    std::string text = read_secret_file(file);
    const base::Wiped wiped(text);
    std::string_view digits = text;
    while (digits.ends_with('\n') || digits.ends_with('\r'))
        digits.remove_suffix(1);
    std::optional<std::string> key = text::from_hex(digits);
    if (!key || key->size() != key_bytes)
        throw base::Failure(base::Remedy::fix_config,
                            file + ": not a key of 64 hexadecimal digits");
    key_ = *key;
    base::wipe(*key);
}

Vault::~Vault()
{
    base::wipe(key_);
}

std::string Vault::lock(std::string_view secret, std::string_view label) const
{
    std::array<std::uint8_t, nonce_bytes> nonce{};
    base::fill_random(nonce);
    std::string box(reinterpret_cast<const char*>(nonce.data()), nonce.size());
    const CipherContext context = begin(true, key_, box, label);
    box.resize(nonce_bytes + secret.size() + tag_bytes);
    unsigned char* text = bytes_of(box) + nonce_bytes;
    check(run(context.get(), secret, text) &&
              EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, tag_bytes,
                                  text + secret.size()) == 1,
          "AES-256-GCM");
    return text::base64(box);
}

std::expected<std::string, std::string> Vault::unlock(std::string_view box,
                                                      std::string_view label) const
{
    const std::optional<std::string> bytes = text::from_base64(box);
    if (!bytes || bytes->size() < nonce_bytes + tag_bytes)
        return refuse("damaged");
    std::string_view rest = *bytes;
    const CipherContext context = begin(false, key_, rest.substr(0, nonce_bytes), label);
    rest.remove_prefix(nonce_bytes);
    std::string tag(rest.substr(rest.size() - tag_bytes));
    rest.remove_suffix(tag_bytes);
    std::string secret(rest.size(), '\0');
    if (EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, tag_bytes, tag.data()) ==
            1 &&
        run(context.get(), rest, bytes_of(secret)))
        return secret;
    base::wipe(secret); // of another key it is nobody's business
    (void)reason();
    return refuse("damaged, or locked with another key or for another place");
}

void Vault::make_key(const std::string& key_file)
{
    std::array<std::uint8_t, key_bytes> random{};
    base::fill_random(random);
    std::string text = hex(random) + '\n';
    const base::Wiped wiped(text);
    base::make_file(key_file, text, 0600);
}

} // namespace seal
