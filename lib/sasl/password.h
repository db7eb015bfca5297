// SPDX-License-Identifier: Apache-2.0
// sasl/password.h - stored forms of passwords: argon2id and SCRAM-SHA-256 verifiers.
//
// argon2 takes tens of milliseconds and 19 MiB by intention: call it on a worker thread.
// Comparisons take the same time whatever the bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace sasl {

// "$argon2id$v=19$m=19456,t=2,p=1$salt$hash" with a fresh random salt (OWASP's minimum).
// Throws base::Failure if there is no memory or no randomness.
[[nodiscard]] std::string argon2id_hash(std::string_view password);
// False for a wrong password and for anything that is not an argon2id string with bearable
// costs (m at most 256 MiB, t at most 16, p at most 4).
[[nodiscard]] bool argon2id_verify(std::string_view encoded, std::string_view password);

inline constexpr std::uint32_t scram_iterations = 4096; // RFC 7677 section 4: at least that
// "SCRAM-SHA-256$4096:salt$StoredKey:ServerKey", base64, with a fresh random salt.
// Empty if the password cannot be prepared (SASLprep, RFC 4013).
[[nodiscard]] std::string scram_verifier(std::string_view password,
                                         std::uint32_t iterations = scram_iterations);
// With a salt of the caller's: for known answers.
[[nodiscard]] std::string scram_verifier(std::string_view password, std::string_view salt,
                                         std::uint32_t iterations);

} // namespace sasl
