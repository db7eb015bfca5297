// SPDX-License-Identifier: Apache-2.0
#include "sasl/password.h"

#include "base/failure.h"
#include "text/base64.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <argon2.h>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <gsasl.h>
#include <memory>
#include <optional>
#include <sys/random.h>

namespace sasl {

namespace {

constexpr std::uint32_t passes = 2;
constexpr std::uint32_t memory_kib = 19'456;
constexpr std::uint32_t lanes = 1;
constexpr std::size_t salt_size = 16;
constexpr std::size_t hash_size = 32;

// What a stored hash may cost us: a table filled by a stranger must not stop the machine.
constexpr std::uint32_t most_passes = 16;
constexpr std::uint32_t most_memory_kib = 256U << 10;
constexpr std::uint32_t most_lanes = 4;

using Digest = std::array<unsigned char, 32>; // SHA-256

std::string_view view(const Digest& digest)
{
    return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

std::string random_salt()
{
    std::string salt(salt_size, '\0');
    if (::getrandom(salt.data(), salt.size(), 0) != static_cast<ssize_t>(salt.size()))
        base::fail_errno("getrandom", "", base::Remedy::repair_system);
    return salt;
}

bool bearable(const std::string& encoded)
{
    std::uint32_t m = 0;
    std::uint32_t t = 0;
    std::uint32_t p = 0;
    const char* form = "$argon2id$v=19$m=%9u,t=%9u,p=%9u$";
    return std::sscanf(encoded.c_str(), form, &m, &t, &p) == 3 && m <= most_memory_kib &&
           t <= most_passes && p <= most_lanes;
}

// SASLprep for a stored string: RFC 4013, no unassigned code points.
std::optional<std::string> prepare(std::string_view password)
{
    if (password.empty() || password.find('\0') != std::string_view::npos)
        return std::nullopt;
    char* out = nullptr;
    int why = 0;
    const int result = gsasl_saslprep(std::string(password).c_str(),
                                      static_cast<Gsasl_saslprep_flags>(0), &out, &why);
    const std::unique_ptr<char, void (*)(void*)> owner(out, gsasl_free);
    if (result != GSASL_OK || out == nullptr || *out == '\0')
        return std::nullopt;
    return std::string(out);
}

Digest hmac(const Digest& key, std::string_view text)
{
    Digest digest{};
    HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
         reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(),
         nullptr);
    return digest;
}

Digest salted(std::string_view password, std::string_view salt, std::uint32_t iterations)
{
    Digest digest{};
    PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()),
                      reinterpret_cast<const unsigned char*>(salt.data()),
                      static_cast<int>(salt.size()), static_cast<int>(iterations),
                      EVP_sha256(), static_cast<int>(digest.size()), digest.data());
    return digest;
}

} // namespace

std::string argon2id_hash(std::string_view password)
{
    const std::string salt = random_salt();
    std::string encoded(
        argon2_encodedlen(passes, memory_kib, lanes, salt_size, hash_size, Argon2_id),
        '\0');
    const int result = ::argon2id_hash_encoded(passes, memory_kib, lanes, password.data(),
                                               password.size(), salt.data(), salt.size(),
                                               hash_size, encoded.data(), encoded.size());
    if (result != ARGON2_OK)
        throw base::Failure(base::Remedy::repair_system,
                            std::string("hash password: ") + argon2_error_message(result));
    encoded.pop_back(); // the length counts the final NUL
    return encoded;
}

bool argon2id_verify(std::string_view encoded, std::string_view password)
{
    const std::string text(encoded);
    return text.find('\0') == std::string::npos && bearable(text) &&
           ::argon2id_verify(text.c_str(), password.data(), password.size()) == ARGON2_OK;
}

// RFC 5802 section 3.
std::string scram_verifier(std::string_view password, std::string_view salt,
                           std::uint32_t iterations)
{
    const std::optional<std::string> prepared = prepare(password);
    if (!prepared)
        return {};
    const Digest salted_password = salted(*prepared, salt, iterations);
    const Digest client_key = hmac(salted_password, "Client Key");
    const Digest server_key = hmac(salted_password, "Server Key");
    Digest stored_key{};
    EVP_Digest(client_key.data(), client_key.size(), stored_key.data(), nullptr,
               EVP_sha256(), nullptr);
    return "SCRAM-SHA-256$" + std::to_string(iterations) + ":" + text::base64(salt) + "$" +
           text::base64(view(stored_key)) + ":" + text::base64(view(server_key));
}

std::string scram_verifier(std::string_view password, std::uint32_t iterations)
{
    return scram_verifier(password, random_salt(), iterations);
}

} // namespace sasl
