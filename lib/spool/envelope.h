// SPDX-License-Identifier: Apache-2.0
// spool/envelope.h - what is known of a message besides its bytes.
//
// The envelope is written once, in front of the message, as readable "key value" lines
// (sponts-spool(5)).  It says who sent what for whom, and what RFC 3461 asks to be kept; it
// never says how to deliver: routes are decided afresh at each attempt, also one that is
// given by its name.
#pragma once

#include "spool/id.h"

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace spool {

// RFC 3461 section 4.1; default_ is "no NOTIFY parameter was given".
enum Notify : std::uint8_t {
    notify_default = 0,
    notify_never = 1,
    notify_success = 2,
    notify_failure = 4,
    notify_delay = 8,
};

struct Recipient {
    std::string address; // as in RCPT TO without <>; local part kept byte for byte
    std::uint8_t notify = notify_default;
    std::string orcpt; // ORCPT as received, "rfc822;xtext", or empty
    // Addresses that became this one, from the one that was mailed to; of a forward only.
    // Several ways stand one after the other, each but the last with this address at its
    // end.
    std::vector<std::string> via{};
    bool operator==(const Recipient&) const = default;
};

enum class Body : std::uint8_t { seven_bit, eight_bit_mime, binary_mime }; // RFC 6152, 3030
enum class Ret : std::uint8_t { unset, full, headers };                    // RFC 3461 4.3

// Why this message exists.
enum class Origin : std::uint8_t {
    client,
    bounce,
    delay_notice,
    success_notice,
    forward,
    replay
};

// Who spoke to us; empty strings are "unknown".  Passed on by XCLIENT, XFORWARD or PROXY.
struct Client {
    std::string address; // "192.0.2.1" or "2001:db8::1"
    std::uint16_t port = 0;
    std::string name;     // verified reverse name, or empty
    std::string helo;     // as said, printable ASCII only
    std::string protocol; // RFC 3848: SMTP, ESMTP, ESMTPS, ESMTPA, ESMTPSA, UTF8SMTPSA ...
    std::string login;    // authenticated user, or empty
    std::string listener; // [listener NAME]
    bool operator==(const Client&) const = default;
};

struct Envelope {
    MessageId id;             // given by the writer at the first append
    std::int64_t arrival = 0; // wall clock, microseconds
    std::string sender;       // MAIL FROM without <>; empty: the null sender
    std::vector<Recipient> recipients;
    Body body = Body::seven_bit;
    bool smtputf8 = false; // RFC 6531
    Ret ret = Ret::unset;
    std::string envid; // RFC 3461 ENVID as received (xtext), or empty
    Client client;
    Origin origin = Origin::client;
    MessageId parent;        // bounce, notice, forward, replay: what it is about
    std::uint32_t hops = 0;  // Received fields counted when it was accepted
    bool dot_lines = true;   // false: certainly no line begins with a dot
    std::string tls{};       // the version that the client's session had, or empty
    bool redirected = false; // replay: its client did not name these recipients
    bool replayed = false;   // forward: of a replay
    // Replay: goes where the routes table leads this pattern, whatever its recipients are;
    // empty: by its recipients.
    std::string route{};
    // Of what was made of another message: concerned_domains() of that one.
    std::string concerns{};
    bool operator==(const Envelope&) const = default;
};

// Its sender has nothing to do with it, but that he once sent it.
[[nodiscard]] inline bool is_sent_again(const Envelope& envelope)
{
    return envelope.origin == Origin::replay || envelope.replayed;
}

// Whose mail a message is, for what is made of it (a bounce or notice, a forward, a
// replay): the domains of its login and of all its recipients, also of those before the
// table of addresses, and what it says itself that it concerns.  In lower case, each once,
// with blanks between them; at most most_concerns octets, those of its own recipients last.
inline constexpr std::size_t most_concerns = 1u << 20;
[[nodiscard]] std::string concerned_domains(const Envelope& envelope);

// RFC 3461 section 5.2.7: the original recipient follows a changed address.
[[nodiscard]] std::string original_recipient(const Recipient& recipient,
                                             const std::string& address);

// The text form, without the blank line that ends it.  decode(encode(e)) == e for every
// envelope without control bytes; encode refuses (assert) bytes below 0x20 and 0x7f: they
// never get past the SMTP grammar.
[[nodiscard]] std::string encode(const Envelope& envelope);
void encode_to(std::string& out, const Envelope& envelope);
[[nodiscard]] std::expected<Envelope, std::string> decode(std::string_view text);
// The same into an envelope that is used again and keeps its memory.  What is wrong with
// the text, if anything; then the envelope holds nothing of use.
[[nodiscard]] std::optional<std::string> decode_to(Envelope& envelope,
                                                   std::string_view text);

} // namespace spool
