// SPDX-License-Identifier: Apache-2.0
// seal/single_use.h - AES-256-GCM under a key that is used for one text and never again.
//
// Because of that the nonce is zero, and nobody has to keep count of them.
// Threads: any.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace seal {

using Key = std::array<std::uint8_t, 32>;

// How much longer the sealed text is.
inline constexpr std::size_t tag_size = 16;

void encrypt_to(std::string& out, std::string_view bytes, const Key& key);
// Nothing: damaged, or another key.
[[nodiscard]] std::optional<std::string> decrypt(std::string_view sealed, const Key& key);

} // namespace seal
