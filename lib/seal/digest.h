// SPDX-License-Identifier: Apache-2.0
// seal/digest.h - SHA-256 and what is made of it.
//
// Threads: all functions may be called from any.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace seal {

using Digest = std::array<std::uint8_t, 32>;

[[nodiscard]] Digest sha256(std::string_view bytes);
// RFC 2104 with SHA-256.
[[nodiscard]] Digest hmac_sha256(std::string_view key, std::string_view bytes);
// 64 lower-case hexadecimal digits.
[[nodiscard]] std::string hex(std::span<const std::uint8_t> bytes);

} // namespace seal
