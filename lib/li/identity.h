// SPDX-License-Identifier: Apache-2.0
// li/identity.h - when two spellings are the same Kennung.
//
// Pure.  Header addresses never come here (R1): only envelopes, logins and mailboxes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace li {

enum class Kind : std::uint8_t { address, login, mailbox };

struct Identity {
    Kind kind = Kind::address;
    std::string entered;   // exactly as the order says
    std::string canonical; // what is compared
    bool operator==(const Identity&) const = default;
};

// How local parts are compared; a property of the provider's mail servers.
struct Rules {
    bool fold_case = true;       // Anna@ is anna@
    char detail_separator = '+'; // anna+x@ is anna@; 0: not so
};

// Domain as lower-case A-labels (RFC 5891), local part NFC, by the rules; nothing if it is
// no address.
[[nodiscard]] std::optional<std::string> canonical_address(std::string_view address,
                                                           const Rules& rules);
// A login or mailbox name; one with a domain as an address.
[[nodiscard]] std::string canonical_login(std::string_view login, const Rules& rules);

} // namespace li
