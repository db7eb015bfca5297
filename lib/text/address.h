// SPDX-License-Identifier: Apache-2.0
// text/address.h - mail addresses as SMTP writes them: RFC 5321 section 4.1.2, RFC 6531.
//
// One pass over the bytes, no recursion, no backtracking.  The local part is kept byte for
// byte (it belongs to the host that owns the domain), the domain becomes lower case, and
// A-labels ("xn--...") where it was UTF-8: one form for routes, tables and DNS.  What a
// parsed Address holds is free of control bytes, so it can stand in a command, an envelope
// and a log line.  Header addresses (comments, groups, folding) are not handled here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace text {

inline constexpr std::size_t max_local_part = 64; // RFC 5321 4.5.3.1.1
inline constexpr std::size_t max_domain = 255;    // RFC 5321 4.5.3.1.2
// RFC 5321 4.5.3.1.3 says 256 with the brackets; 64 + "@" + 255 must fit, and a source
// route.
inline constexpr std::size_t max_path = 1024;

enum class AddressError : std::uint8_t {
    no_brackets,    // "<" or ">" missing
    empty,          // "<>" where a mailbox is needed, or nothing before "@"
    no_domain,      // "<user>" (only postmaster may stand alone)
    bad_local,      // a byte that may not stand there, "..", a dot at either end
    bad_quoting,    // quoted string not closed, or followed by something else than "@"
    bad_domain,     // labels, hyphens, two "@", an underscore ...
    bad_literal,    // [192.0.2.1] or [IPv6:2001:db8::1] with something wrong inside
    bad_route,      // source route not well formed
    too_long,       // local part, domain or path
    control_byte,   // below 0x20 or 0x7f
    needs_smtputf8, // bytes above 0x7f without SMTPUTF8
    bad_utf8,       // not UTF-8
};
// A few words for a reply: "local part is malformed".
[[nodiscard]] std::string_view describe(AddressError error);

// A mailbox, or the null path (mailbox empty).
struct Address {
    std::string mailbox;        // "local@domain"; "postmaster" may stand without a domain
    std::size_t local_size = 0; // bytes of the local part, quotes included
    bool source_route = false;  // was written "@a,@b:local@domain"; the route is dropped
    bool quoted = false;        // local part is a quoted string
    bool literal = false;       // domain is an address literal
    bool utf8 = false;          // some byte is above 0x7f

    [[nodiscard]] bool null() const { return mailbox.empty(); }
    [[nodiscard]] std::string_view local() const
    {
        return std::string_view(mailbox).substr(0, local_size);
    }
    [[nodiscard]] std::string_view domain() const // empty for "postmaster" alone
    {
        return local_size < mailbox.size()
                   ? std::string_view(mailbox).substr(local_size + 1)
                   : std::string_view();
    }
    bool operator==(const Address&) const = default;
};

using AddressResult = std::expected<Address, AddressError>;

// "local@domain" without brackets or route.  `smtputf8` permits bytes above 0x7f.
[[nodiscard]] AddressResult parse_mailbox(std::string_view text, bool smtputf8 = false);
// "<>", "<local@domain>", "<@a,@b:local@domain>", "<postmaster>": exactly the whole text.
[[nodiscard]] AddressResult parse_path(std::string_view text, bool smtputf8 = false);
// Bytes of the path at the front of `text` (which begins with "<"), brackets included;
// quoted strings may hold ">" and spaces.  npos: it does not end.
[[nodiscard]] std::size_t path_length(std::string_view text);

// Ways to make a relay send mail where its domain does not say.  A stranger's recipient
// with a detour is refused, whatever its domain: the next hop might follow it.
enum class Detour : std::uint8_t {
    none,
    source_route, // @relay:user@victim
    percent,      // user%victim@relay
    bang,         // victim!user@relay
    at_sign,      // "user@victim"@relay
    colon,        // "relay:user"@relay and DECnet's relay::user
};
[[nodiscard]] Detour detour(const Address& address);
[[nodiscard]] std::string_view describe(Detour detour);

// The local part without quotes and backslashes, for look-ups: "\"a b\"" -> "a b".
[[nodiscard]] std::string unquote_local(std::string_view local);
// local@domain with the local part in lower case too, for look-ups that ignore case.
[[nodiscard]] std::string fold_case(const Address& address);

} // namespace text
