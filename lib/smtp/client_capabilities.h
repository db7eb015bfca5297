// SPDX-License-Identifier: Apache-2.0
// smtp/client_capabilities.h - what the server offered in its answer to EHLO or LHLO.
//
// Unknown keywords are passed over.  What is said before TLS is never used after it: the
// dialogue asks again and makes a new object.
#pragma once

#include "smtp/reply_parser.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace smtp {

struct Capabilities {
    bool pipelining = false;     // RFC 2920
    bool eight_bit_mime = false; // RFC 6152
    bool smtputf8 = false;       // RFC 6531
    bool dsn = false;            // RFC 3461
    bool chunking = false;       // RFC 3030
    bool binary_mime = false;    // RFC 3030
    bool starttls = false;       // RFC 3207
    bool enhanced_codes = false; // RFC 2034
    bool has_size = false;       // RFC 1870
    std::uint64_t size = 0;      // 0: no limit said
    std::uint32_t rcpt_max = 0;  // RFC 9422 LIMITS; 0: not said
    std::uint32_t mail_max = 0;
    std::vector<std::string> auth;    // RFC 4954, upper case
    std::vector<std::string> xclient; // attribute names, upper case
    std::vector<std::string> xforward;

    [[nodiscard]] bool offers_auth(std::string_view mechanism) const;
    bool operator==(const Capabilities&) const = default;
};

[[nodiscard]] Capabilities parse_capabilities(const PeerReply& ehlo);

} // namespace smtp
