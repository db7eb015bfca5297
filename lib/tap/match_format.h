// SPDX-License-Identifier: Apache-2.0
// tap/match_format.h - the octets of the match list; tkuev-spool(5).
#pragma once

#include "seal/digest.h"

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <xxhash.h>

namespace tap::format {

inline constexpr std::string_view magic = "spontsM1";
inline constexpr std::size_t key_size = 32;
inline constexpr std::size_t head_size = 8 + 8 + 8 + key_size; // magic, places, time, key
inline constexpr std::size_t tag_size = 16;
inline constexpr std::size_t payload_size = 64;
inline constexpr std::size_t place_size = tag_size + payload_size;
inline constexpr std::size_t slot_size = 4096;
inline constexpr std::size_t digest_size = 32;

// Of the payload: handle, begin, end, flags, slot, mask of the slot, check.
inline constexpr std::size_t handle_size = 16;
inline constexpr std::size_t mask_size = 16;
inline constexpr std::size_t check_size = 14;
inline constexpr char flag_content = 1;
inline constexpr std::uint8_t no_slot = 0xff;
static_assert(handle_size + 8 + 8 + 1 + 1 + mask_size + check_size == payload_size);

inline void put(std::string& out, std::uint64_t number)
{
    char bytes[8];
    std::memcpy(bytes, &number, sizeof bytes);
    out.append(bytes, sizeof bytes);
}

[[nodiscard]] inline std::uint64_t get(const char* at)
{
    std::uint64_t number = 0;
    std::memcpy(&number, at, sizeof number);
    return number;
}

// Where the n-th measure of an identity stands.  Not a secret: the key is in the file.
[[nodiscard]] inline std::string tag(std::string_view key, std::string_view identity,
                                     std::uint32_t n)
{
    const XXH128_hash_t hash =
        XXH3_128bits_withSeed(identity.data(), identity.size(), get(key.data()) + n);
    const XXH128_canonical_t canonical = [&hash] {
        XXH128_canonical_t bytes;
        XXH128_canonicalFromHash(&bytes, hash);
        return bytes;
    }();
    return {reinterpret_cast<const char*>(canonical.digest), tag_size};
}

// As many octets as wanted that nobody guesses without the secret; their own inverse.
inline void mask(std::string& bytes, std::string_view secret)
{
    for (std::size_t at = 0; at < bytes.size(); at += sizeof(seal::Digest)) {
        std::string counter;
        put(counter, at);
        const seal::Digest block = seal::hmac_sha256(secret, counter);
        for (std::size_t i = 0; i < block.size() && at + i < bytes.size(); ++i)
            bytes[at + i] = static_cast<char>(bytes[at + i] ^ block[i]);
    }
}

// What opens the payload of the n-th measure of an identity.
[[nodiscard]] inline std::string secret(std::string_view key, std::string_view identity,
                                        std::uint32_t n)
{
    std::string text;
    put(text, n);
    text.append(identity);
    const seal::Digest digest = seal::hmac_sha256(key, text);
    return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

} // namespace tap::format
