// SPDX-License-Identifier: Apache-2.0
#include "sasl/password.h"

#include "base/failure.h"
#include "base/random.h"
#include "sasl/scram.h"

#include <argon2.h>
#include <array>
#include <charconv>
#include <gsasl.h>
#include <memory>
#include <optional>

namespace sasl {

namespace {

// OWASP's minimum for argon2id.
constexpr std::uint32_t time_cost = 2;
constexpr std::uint32_t memory_cost = 19456; // KiB
constexpr std::uint32_t lanes = 1;
constexpr std::size_t salt_size = 16;
constexpr std::size_t hash_size = 32;
constexpr std::size_t key_size = 32;
// What a stored string may ask of us.
constexpr std::uint32_t max_time_cost = 16;
constexpr std::uint32_t max_memory_cost = 256 * 1024;
constexpr std::uint32_t max_lanes = 4;
constexpr std::size_t max_encoded = 512;

// The number behind "m=" or another key in "m=19456,t=2,p=1".
std::optional<std::uint32_t> cost(std::string_view costs, std::string_view key)
{
    const std::size_t at = costs.find(key);
    if (at == std::string_view::npos)
        return std::nullopt;
    const std::string_view digits = costs.substr(at + key.size());
    std::uint32_t value = 0;
    const auto parsed =
        std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return parsed.ec == std::errc{} ? std::optional(value) : std::nullopt;
}

bool bearable(std::string_view encoded)
{
    constexpr std::string_view head = "$argon2id$v=19$";
    if (!encoded.starts_with(head) || encoded.size() > max_encoded)
        return false;
    encoded.remove_prefix(head.size());
    const std::string_view costs = encoded.substr(0, encoded.find('$'));
    return cost(costs, "m=").value_or(UINT32_MAX) <= max_memory_cost &&
           cost(costs, "t=").value_or(UINT32_MAX) <= max_time_cost &&
           cost(costs, "p=").value_or(UINT32_MAX) <= max_lanes;
}

struct Free {
    void operator()(char* text) const { gsasl_free(text); }
};

// SASLprep, stored string: no unassigned code points.
std::optional<std::string> prepared(std::string_view password)
{
    if (password.contains('\0'))
        return std::nullopt;
    char* out = nullptr;
    const std::string copy(password);
    const int result = gsasl_saslprep(copy.c_str(), Gsasl_saslprep_flags{}, &out, nullptr);
    const std::unique_ptr<char, Free> owned(out);
    if (result != GSASL_OK || out[0] == '\0')
        return std::nullopt;
    return std::string(out);
}

} // namespace

std::string argon2id_hash(std::string_view password)
{
    const std::string salt = base::random_octets(salt_size);
    std::string encoded(max_encoded, '\0');
    const int result = argon2id_hash_encoded(time_cost, memory_cost, lanes, password.data(),
                                             password.size(), salt.data(), salt.size(),
                                             hash_size, encoded.data(), encoded.size());
    if (result != ARGON2_OK)
        throw base::Failure(base::Remedy::repair_system,
                            std::string("hash password: ") + argon2_error_message(result));
    encoded.resize(encoded.find('\0'));
    return encoded;
}

bool argon2id_verify(std::string_view encoded, std::string_view password)
{
    if (!bearable(encoded) || encoded.contains('\0'))
        return false;
    const std::string copy(encoded);
    const int result = ::argon2id_verify(copy.c_str(), password.data(), password.size());
    if (result == ARGON2_MEMORY_ALLOCATION_ERROR)
        throw base::Failure(base::Remedy::try_later, "check password: not enough memory");
    return result == ARGON2_OK;
}

std::string scram_verifier(std::string_view password, std::uint32_t iterations)
{
    const auto plain = prepared(password);
    if (!plain)
        return {};
    const std::string salt = base::random_octets(salt_size);
    std::array<char, key_size> salted{};
    std::array<char, key_size> client{};
    std::array<char, key_size> server{};
    std::array<char, key_size> stored{};
    const int result = gsasl_scram_secrets_from_password(
        GSASL_HASH_SHA256, plain->c_str(), iterations, salt.data(), salt.size(),
        salted.data(), client.data(), server.data(), stored.data());
    if (result != GSASL_OK)
        throw base::Failure(base::Remedy::repair_system,
                            std::string("derive SCRAM keys: ") + gsasl_strerror(result));
    return format_verifier({iterations, salt, std::string(stored.data(), stored.size()),
                            std::string(server.data(), server.size())});
}

} // namespace sasl
