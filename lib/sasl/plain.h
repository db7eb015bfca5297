// SPDX-License-Identifier: Apache-2.0
// sasl/plain.h - the one message of PLAIN (RFC 4616): written, and taken apart.
//
// Judges neither names nor passwords: what they may consist of depends on where they go.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sasl {

// Views into the message.
struct Plain {
    std::string_view acts_as; // whose mailbox it shall be; empty: one's own
    std::string_view user;
    std::string_view password; // may hold anything, NUL too

    [[nodiscard]] bool for_oneself() const { return acts_as.empty() || acts_as == user; }
};

// Nothing: it has not three parts.
[[nodiscard]] std::optional<Plain> parse_plain(std::string_view message);

// For who gave name and password in another way.
[[nodiscard]] std::string plain_message(std::string_view user, std::string_view password);

} // namespace sasl
