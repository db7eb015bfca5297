// SPDX-License-Identifier: Apache-2.0
// smtp/dsn_report.h - the text of a delivery status notification.
//
// RFC 3462 multipart/report of three parts: a text for people (German and English), the
// status for programs (RFC 3464; RFC 6533 when addresses are not ASCII), and the message or
// its header.  The third part is not given here: the caller writes head, what is returned,
// tail.  Everything that came from outside is made printable, so no reply and no address
// can end a field or a part.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace smtp {

enum class Action : std::uint8_t { failed, delayed, delivered, relayed };
[[nodiscard]] std::string_view to_string(Action action);

struct ReportedRecipient {
    std::string address; // as it was given to us
    std::string orcpt;   // as received, "rfc822;xtext", or empty
    Action action = Action::failed;
    std::string status;     // "5.1.1"
    std::string remote_mta; // who said so; empty: we did
    std::string diagnostic; // its reply, or our own words
};

enum class Returned : std::uint8_t { full, headers };

struct Report {
    std::string host; // Reporting-MTA
    std::string from; // "MAILER-DAEMON@host", shown only: the envelope sender is null
    std::string to;
    std::string message_id;   // without <>
    std::string boundary;     // must not occur in what is returned
    std::string date;         // RFC 5322
    std::string arrival;      // RFC 5322, of the message reported on
    std::string last_attempt; // RFC 5322
    std::string retry_until;  // RFC 5322; only for delayed
    std::string queue_id;     // of the message reported on
    std::string envid;        // xtext as received, or empty
    Returned returned = Returned::headers;
    bool eight_bit = false; // what is returned has bytes above 0x7f
    bool utf8 = false;      // addresses may hold UTF-8: RFC 6533 types
    std::vector<ReportedRecipient> recipients;
};

// Up to and including the empty line before what is returned.
[[nodiscard]] std::string report_head(const Report& report);
// Closes the parts; what is returned ended with CRLF (else give true).
[[nodiscard]] std::string report_tail(const Report& report, bool missing_newline = false);

// The header of a message, up to and including its last line; not the empty line.
[[nodiscard]] std::string_view header_of(std::string_view message);

} // namespace smtp
