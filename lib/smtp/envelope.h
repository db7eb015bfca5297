// SPDX-License-Identifier: Apache-2.0
// smtp/envelope.h - sender, recipients and parameters of one transaction, as the client
// said.
//
// The spool has its own envelope with more in it; values and names agree (Notify, Body, Ret
// have the same numbers), so a static_cast moves them.
#pragma once

#include "text/address.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace smtp {

enum Notify : std::uint8_t { // RFC 3461 section 4.1
    notify_default = 0,
    notify_never = 1,
    notify_success = 2,
    notify_failure = 4,
    notify_delay = 8,
};
enum class Body : std::uint8_t { seven_bit, eight_bit_mime, binary_mime };
enum class Ret : std::uint8_t { unset, full, headers };

// MAIL FROM with its parameters.
struct Mail {
    text::Address sender;              // null(): "<>"
    std::optional<std::uint64_t> size; // RFC 1870
    Body body = Body::seven_bit;       // RFC 6152, 3030
    bool smtputf8 = false;             // RFC 6531
    Ret ret = Ret::unset;              // RFC 3461 4.3
    std::string envid;                 // RFC 3461 4.4, as received (xtext, checked)
    std::optional<std::string> auth;   // RFC 4954 5, decoded; "<>" is an empty string
};

// RCPT TO with its parameters.
struct Rcpt {
    text::Address recipient;
    std::uint8_t notify = notify_default;
    std::string orcpt; // RFC 3461 4.2, as received: "rfc822;xtext", checked
};

struct Envelope {
    Mail mail;
    std::vector<Rcpt> recipients;
};

} // namespace smtp
