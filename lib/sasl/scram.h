// SPDX-License-Identifier: Apache-2.0
// sasl/scram.h - SCRAM-SHA-256 (RFC 5802, 7677), server side, on libgsasl.
//
// Without channel binding.  Used by server.h's begin(); the verifier's text form is shared
// with password.h.
#pragma once

#include "sasl/server.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace sasl {

// "SCRAM-SHA-256$iterations:salt$StoredKey:ServerKey" taken apart; the keys are 32 bytes.
struct Verifier {
    std::uint32_t iterations = 0;
    std::string salt;
    std::string stored_key;
    std::string server_key;
};
[[nodiscard]] std::optional<Verifier> parse_verifier(std::string_view text);
[[nodiscard]] std::string format_verifier(const Verifier& verifier);
// What a user who does not exist is asked with: the same salt each time for the same name.
[[nodiscard]] Verifier invented_verifier(std::string_view user, std::string_view secret);

[[nodiscard]] std::unique_ptr<Exchange> begin_scram(std::string_view secret);

} // namespace sasl
