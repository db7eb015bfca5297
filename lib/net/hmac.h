// SPDX-License-Identifier: Apache-2.0
// net/hmac.h - HMAC-SHA256 (RFC 2104), here because all use of OpenSSL is here.
#pragma once

#include <string>
#include <string_view>

namespace net {

// 32 bytes.
[[nodiscard]] std::string hmac_sha256(std::string_view key, std::string_view text);

} // namespace net
