// SPDX-License-Identifier: Apache-2.0
// db/journal_rows.h - what the journal is told: messages, results, refusals, logins.
//
// Times are microseconds since 1970.  Texts come as they are; the journal cuts what is too
// long and replaces what is no text (db/journal_policy.h).
#pragma once

#include "spool/id.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace db {

// As they stand in the tables.
enum class Origin : std::uint8_t { client, bounce, notice, forward, replay };
enum class Outcome : std::uint8_t {
    waiting,
    delivered,
    failed,
    expired,
    deleted,
    forwarded,
    refused, // in a JournalRefusal only
    unknown, // it waits no more, and nobody knows what became of it
};
enum class LoginOutcome : std::uint8_t { accepted, refused, unavailable };

inline constexpr std::string_view origin_words[] = {"client", "bounce", "notice", "forward",
                                                    "replay"};
inline constexpr std::string_view outcome_words[] = {"waiting", "delivered", "failed",
                                                     "expired", "deleted",   "forwarded",
                                                     "refused", "unknown"};
inline constexpr std::string_view login_outcome_words[] = {"accepted", "refused",
                                                           "unavailable"};

// Who speaks, and where; empty: none, or not known.
struct JournalPeer {
    std::string tenant; // or several (db/journal_tenants.h)
    std::string listener;
    std::string protocol; // "ESMTPS"
    std::string tls;      // "TLSv1.3"
    std::string client;   // IP address
    std::string client_name;
    std::string helo;
    std::string login; // the user
};

struct JournalAttachment {
    std::string name;
    std::string declared; // media type the sender says
    std::string found;    // by its content
    std::uint64_t size = 0;
};

struct JournalRecipient {
    std::string address;
    std::string original; // what the client said, if it is another
};

struct JournalMessage {
    spool::MessageId id;
    std::int64_t time = 0; // of arrival
    Origin origin = Origin::client;
    std::optional<spool::MessageId> parent;
    JournalPeer peer;
    std::string sender; // empty: the null sender
    std::string header_from;
    std::string message_id;
    std::string subject;
    std::uint64_t size = 0;
    std::vector<JournalRecipient> recipients;
    std::vector<JournalAttachment> attachments;
};

// What an attempt, or the end, of one recipient was.
struct JournalResult {
    spool::MessageId id;
    // Of the message; asked for only where that is not filed: then as JournalPeer's, and
    // when it came, if that is known.
    std::string tenant;
    std::int64_t arrival = 0;
    std::string address;
    std::string original;
    std::int64_t time = 0;
    Outcome outcome = Outcome::waiting;
    std::uint32_t attempts = 0; // up to now; 0: one more than before
    std::string enhanced;       // "2.0.0"
    std::string reply;
    std::string relay;
    std::string tls;
    std::vector<std::string> people; // of the message, whom the reply may name; not stored
    // Of whom nothing but this is known: it counts only for a recipient that waits.
    bool fallback = false;
};

// All recipients of a message that wait are deleted by an operator.
struct JournalDeletion {
    spool::MessageId id;
    std::int64_t time = 0;
};

// A session, sender, recipient or message that was not taken.
struct JournalRefusal {
    std::int64_t time = 0;
    JournalPeer peer;
    std::string sender;
    std::string recipient; // empty: it was not about one
    std::uint64_t size = 0;
    int code = 0;
    std::string enhanced;
    std::string reason; // a short word: "relay-denied"
    std::string reply;
};

struct JournalLogin {
    std::int64_t time = 0;
    std::string service; // "pop3", "imap", "smtp"
    JournalPeer peer;
    LoginOutcome outcome = LoginOutcome::accepted;
    std::string reason;
    std::string mechanism;
    std::string backend;
};

// Events that a program could not write: what they told is missing.
struct JournalLoss {
    std::int64_t time = 0; // when it could again
    std::string program;
    std::uint64_t events = 0;
};

} // namespace db
