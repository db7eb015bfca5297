// SPDX-License-Identifier: Apache-2.0
// smtp/received.h - the Received field we put in front of every message, and the X-UIDL
// field behind it.
//
// RFC 5321 4.4, RFC 8314 4.3 (tls clause), RFC 3848 and 6531 (protocol names).  Folded
// below 78 columns where words allow it, below 998 always.  What came from outside (HELO
// name, reverse name, recipient) cannot end the field or a comment: see clean_word.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace smtp {

struct Trace {
    std::string_view helo;           // as said; empty: unknown
    std::string_view client_name;    // verified reverse name; empty: unknown
    std::string_view client_literal; // "[192.0.2.1]", "[IPv6:2001:db8::1]"; empty: pipe
    std::string_view host;           // our name
    std::string_view program = "sponts";
    std::string_view protocol;    // Transaction::protocol()
    std::string_view tls_version; // "TLSv1.3"; empty: plain
    std::string_view tls_cipher;  // "TLS_AES_256_GCM_SHA384"
    std::string_view login;       // shown only if not empty: "(authenticated ...)"
    std::string_view id;
    std::string_view recipient; // only if the message has a single one, else empty
    std::string_view date;      // base::rfc5322_date
    bool uidl = false;          // "X-UIDL: id": servers with POP3 take it for their UIDL
};

// Whole fields with their CRLF.
struct Received {
    std::string text;
    std::vector<std::size_t> ids; // where an id begins, in ascending order
};
[[nodiscard]] Received received_field(const Trace& trace);

// Printable ASCII without space, parentheses, quotes, backslash and semicolon; everything
// else becomes "?"; at most 255 bytes.
[[nodiscard]] std::string clean_word(std::string_view text);

// Looks like a domain (RFC 5321 4.1.2, underscore tolerated) or an address literal?
[[nodiscard]] bool helo_is_domain(std::string_view name);

} // namespace smtp
