// SPDX-License-Identifier: Apache-2.0
// li/event.h - what happened to an identity under a measure: the canonical event record.
//
// The single truth from which every hand-over format is made (TS 102 232-2, national XML,
// CD); named after interception events, not after a format.  Made by the programs that talk
// to people, for one hit of one measure each; numbers (CIN, sequence) come later.
#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace li {

// Of a measure, random; says nothing by itself.  What the match list and the records carry.
using Handle = std::array<std::uint8_t, 16>;

enum class Protocol : std::uint8_t { smtp, pop3, imap };
enum class What : std::uint8_t {
    login,
    login_failed,
    login_attempt, // begun, no result
    logout,
    sent,     // from the target
    received, // for the target
    fetched,  // a whole message
    partially_fetched,
    stored,    // IMAP APPEND
    forwarded, // expansion to other addresses, or a leg to a next hop
    gap,       // content that was not kept (TKÜV § 10); `cause` says why
};
enum class Status : std::uint8_t { unknown, failed, succeeded };
enum class Direction : std::uint8_t { none, from_target, to_target };

struct Endpoint {
    std::string address; // text form; empty: unknown
    std::uint16_t port = 0;
    bool operator==(const Endpoint&) const = default;
};

// Why something ended or failed, TKÜV § 7 (1) no. 6.
struct Cause {
    std::string layer;    // "protocol", "policy", "tls", "connection", "limit"
    std::string code;     // "550", "-ERR", "NO"
    std::string enhanced; // "5.1.1", "AUTHENTICATIONFAILED", "IN-USE"
    std::string text;     // as said, without line ends
    bool operator==(const Cause&) const = default;
};

struct Event {
    Handle measure{};
    Protocol protocol = Protocol::smtp;
    What what = What::received;
    Status status = Status::unknown;
    std::int64_t time = 0; // microseconds since 1970 UTC: when it happened
    std::string session;   // id, unique for years: "host-process-..." ; one login session
                           // or one mail transaction gets one CIN by it
    std::int64_t session_begin = 0; // microseconds; 0: does not apply
    std::int64_t session_end = 0;
    std::string leg; // "in" (client and us) or "out" (us and a next hop)
    Endpoint client;
    Endpoint server;
    std::uint64_t client_octets = 0; // of the session so far, without TLS and compression
    std::uint64_t server_octets = 0;
    std::string tls; // "TLSv1.3 TLS_AES_256_GCM_SHA384", empty: none
    std::string mechanism;
    std::string user;    // as the login named it
    std::string mailbox; // another's that is read (I15), or the mailbox matched
    std::string sender;  // MAIL FROM, or of the header for fetched mail
    bool sender_validated = false;
    std::vector<std::string> recipients; // filtered for what comes in
    std::uint32_t total_recipients = 0;  // always the true number
    std::string message_id;              // with <>
    std::string queue_id;
    std::uint64_t size = 0;
    Cause cause;
    std::vector<std::pair<std::string, std::string>> features; // SIZE, folder, uid, ...
    std::vector<std::string> forward_chain;
    std::string duplicate_of;                      // queue id of what is sent again
    std::string matched;                           // identity that hit, canonical
    Direction direction = Direction::none;         // of the content, if there is any
    std::uint64_t content_octets = 0;              // 0: no content belongs to it
    std::array<std::uint8_t, 32> content_digest{}; // SHA-256 of the content
    // Why the content is not there: "full", "disk", "slow", "killed", "certificate" (that
    // of the authority cannot be used).
    std::string content_lost;
    std::uint64_t events_lost = 0; // before this one, for want of memory
    // Of the process that made it, and which of its records; together unique for good.
    std::string tap;
    std::uint64_t tap_number = 0; // from 1
    bool recovered = false;       // by another process: it may have been written before
    bool operator==(const Event&) const = default;
};

// Longer ones than this are not read: a few times what a transaction with the most
// recipients has.
inline constexpr std::size_t event_limit = 16u << 20;

// A stable binary text (RFC 8949 CBOR map); unknown keys are skipped by decode(), so that
// an older program reads what a newer one wrote.
[[nodiscard]] std::string encode(const Event& event);
[[nodiscard]] std::expected<Event, std::string> decode(std::string_view text);

} // namespace li
