// SPDX-License-Identifier: Apache-2.0
// etsi/email.h - EmailIRI and EmailCC of TS 102 232-2: an event of somebody's mail, and the
// mail itself.
//
// Values are sent as they are or refused (check); nothing is cut silently.  Who has names
// from a client that may be longer than the standard's fields calls fit() first (fit.h).
#pragma once

#include "etsi/der_writer.h"
#include "etsi/fault.h"
#include "etsi/ip_address.h"
#include "etsi/versions.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace etsi {

inline constexpr std::size_t most_address = 255; // characters
inline constexpr std::size_t most_recipients = 1023;
inline constexpr std::size_t most_username = 64;      // characters
inline constexpr std::size_t most_national = 1 << 20; // octets; ours, the standard has none

enum class EmailEvent : std::uint8_t {
    send = 1,
    receive = 2,
    download = 3,
    logon_attempt = 4,
    logon = 5,
    logon_failure = 6,
    logoff = 7,
    partial_download = 8,
    upload = 9,
};
enum class EmailProtocol : std::uint8_t {
    smtp = 1,
    pop3 = 2,
    imap4 = 3,
    webmail = 4,
    undefined = 255,
};
enum class EmailStatus : std::uint8_t { unknown = 1, failed = 2, succeeded = 3 };
enum class SenderValidity : std::uint8_t { validated = 0, nonvalidated = 1 };

enum class AaaKind : std::uint8_t { pop3 = 0, smtp = 1, imap = 2 };
enum class AaaResult : std::uint8_t { unknown = 1, failed = 2, succeeded = 3 };
enum class AaaMethod : std::uint8_t { undefined = 1, cram_md5 = 2, digest_md5 = 3 };

// aAAInformation.  IMAP's is left out below e-mail version 20.
struct AaaInformation {
    AaaKind kind = AaaKind::smtp;
    std::string username;                // to 64 characters
    std::optional<std::string> password; // POP3, IMAP; the law does not ask: never by us
    std::optional<AaaMethod> method;     // SMTP
    std::optional<std::string> challenge, response; // SMTP; base64 as on the wire
    std::optional<AaaResult> result;
    bool operator==(const AaaInformation&) const = default;
};

struct EmailIri {
    unsigned version = newest_email; // oldest_email..newest_email
    EmailEvent event = EmailEvent::send;
    std::optional<IpAddress> client, server;
    std::optional<std::uint16_t> client_port, server_port;
    std::uint64_t server_octets = 0, client_octets = 0; // so far in the session
    EmailProtocol protocol = EmailProtocol::smtp;
    std::optional<std::string> sender; // empty for "<>"
    std::optional<std::vector<std::string>> recipients;
    EmailStatus status = EmailStatus::unknown;
    std::optional<std::uint32_t> total_recipients;
    std::optional<std::string> message_id;       // octets of the field's body, with "<>"
    std::optional<std::string> national;         // national.h
    std::optional<std::string> national_country; // national-EM-ASN1parameters, only this
    std::optional<AaaInformation> aaa;
    std::optional<SenderValidity> validity;
    bool operator==(const EmailIri&) const = default;
};

enum class EmailFormat : std::uint8_t { ip_packet = 1, application = 2 };

struct EmailCc {
    unsigned version = newest_email;
    EmailFormat format = EmailFormat::application;
    std::string_view content; // the caller keeps the octets until the PDU is written
    bool operator==(const EmailCc&) const = default;
};

[[nodiscard]] Checked check(const EmailIri& iri);
[[nodiscard]] Checked check(const EmailCc& cc);
// emailIRI [1] and emailCC [1] with their tags.  The value has been checked.
void put(DerWriter& out, const EmailIri& iri);
void put(DerWriter& out, const EmailCc& cc);

// How many characters a string has; npos if it is not UTF-8.
[[nodiscard]] std::size_t utf8_characters(std::string_view text);

} // namespace etsi
