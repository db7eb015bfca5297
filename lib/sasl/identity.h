// SPDX-License-Identifier: Apache-2.0
// sasl/identity.h - whom a client's first SASL message names, for a proxy that relays the
// rest unread.
//
// So the mailbox's host is known before anybody is asked there.  Verifies nothing: what the
// message says is believed only after the host has accepted all of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sasl {

struct Identity {
    std::string user; // who logs in; empty: the message does not say (OAUTHBEARER may not)
    std::string acts_as; // whose mailbox it shall be, if another's was asked for

    [[nodiscard]] const std::string& mailbox() const
    {
        return acts_as.empty() ? user : acts_as;
    }
    bool operator==(const Identity&) const = default;
};

// Mechanisms (upper case) whose first message identify() understands: PLAIN, LOGIN,
// XOAUTH2, OAUTHBEARER and SCRAM-* without channel binding (-PLUS: its answers are bound to
// the TLS of one leg).
[[nodiscard]] bool can_identify(std::string_view mechanism);

enum class First : std::uint8_t {
    client,         // without an initial response it is asked for by an empty challenge
    user_on_prompt, // LOGIN: the server asks for the name, then for the password
};
[[nodiscard]] First who_begins(std::string_view mechanism);

// `message`: decoded; of LOGIN the answer to the first question.  Nothing: malformed, or a
// mechanism that is not known.
[[nodiscard]] std::optional<Identity> identify(std::string_view mechanism,
                                               std::string_view message);

// A login that is refused unread, for the log: whom an initial response names (base64, as a
// command has it), as far as it says that.
struct Attempt {
    Identity who;
    std::string mechanism;
    std::string_view why; // it is refused
};
inline constexpr std::string_view tls_missing = "TLS is required";
inline constexpr std::string_view password_refused = "passwords are not taken";
[[nodiscard]] Attempt attempt_by(std::string mechanism, std::string_view initial,
                                 std::string_view why);

} // namespace sasl
