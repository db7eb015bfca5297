// SPDX-License-Identifier: Apache-2.0
// smtp/dsn_report.cc - see dsn_report.h.
#include "smtp/dsn_report.h"

#include "smtp/dsn_text.h"
#include "text/lines.h"
#include "text/xtext.h"

#include <algorithm>
#include <string>

namespace smtp {

namespace {

constexpr std::size_t most_diagnostic = 700; // with its name below the 998 of a line

// For a field's value.  UTF-8 is kept where RFC 6533 allows it, control bytes never.
std::string safe(std::string_view value, bool utf8, std::size_t most = most_diagnostic)
{
    if (!utf8 || !text::is_utf8(value) || text::has_control(value) || value.size() > most)
        return text::printable(value, most);
    return std::string(value);
}

void field(std::string& out, std::string_view name, std::string_view value)
{
    if (value.empty())
        return;
    out.append(name).append(": ").append(value).append("\r\n");
}

std::string subject(Action action)
{
    switch (action) {
    case Action::failed:
        return "Undelivered mail / Unzustellbare Nachricht";
    case Action::delayed:
        return "Delayed mail (still being retried) / Nachricht verspaetet";
    case Action::delivered:
    case Action::relayed:
        return "Delivery report / Zustellbericht";
    }
    return {};
}

// "rfc822;xtext" -> "rfc822; text".
std::string original_recipient(const ReportedRecipient& recipient, bool utf8)
{
    const std::size_t semicolon = recipient.orcpt.find(';');
    if (semicolon == std::string::npos)
        return {};
    const std::string type = recipient.orcpt.substr(0, semicolon);
    const std::string coded = recipient.orcpt.substr(semicolon + 1);
    const std::string plain = text::from_xtext(coded).value_or(coded);
    return safe(type, false) + "; " + safe(plain, utf8);
}

std::string address_type(std::string_view address, bool utf8)
{
    return utf8 && !text::is_ascii(address) ? "utf-8; " : "rfc822; ";
}

void append_recipient(std::string& out, const Report& report, const ReportedRecipient& one)
{
    out += "\r\n";
    field(out, "Original-Recipient", original_recipient(one, report.utf8));
    field(out, "Final-Recipient",
          address_type(one.address, report.utf8) + safe(one.address, report.utf8));
    field(out, "Action", to_string(one.action));
    field(out, "Status", safe(one.status, false));
    if (!one.remote_mta.empty())
        field(out, "Remote-MTA", "dns; " + safe(one.remote_mta, false));
    if (!one.diagnostic.empty())
        field(out, "Diagnostic-Code",
              (one.remote_mta.empty() ? "X-sponts; " : "smtp; ") +
                  safe(one.diagnostic, report.utf8));
    field(out, "Last-Attempt-Date", report.last_attempt);
    if (one.action == Action::delayed)
        field(out, "Will-Retry-Until", report.retry_until);
}

void append_part(std::string& out, const Report& report, std::string_view description)
{
    out.append("--").append(report.boundary).append("\r\n");
    field(out, "Content-Description", description);
}

void append_header(std::string& out, const Report& report)
{
    const Action action =
        report.recipients.empty() ? Action::failed : report.recipients.front().action;
    field(out, "Date", report.date);
    field(out, "From", "Mail Delivery System <" + safe(report.from, false) + ">");
    field(out, "To", "<" + safe(report.to, report.utf8) + ">");
    field(out, "Subject", subject(action));
    field(out, "Message-ID", "<" + safe(report.message_id, false) + ">");
    field(out, "Auto-Submitted", "auto-replied");
    field(out, "MIME-Version", "1.0");
    out += "Content-Type: multipart/report; report-type=";
    out += report.utf8 ? "global-delivery-status" : "delivery-status";
    out += ";\r\n\tboundary=\"" + report.boundary + "\"\r\n";
    if (report.eight_bit || report.utf8)
        out += "Content-Transfer-Encoding: 8bit\r\n";
    out += "\r\nThis is a MIME message.\r\n\r\n";
}

void append_text_part(std::string& out, const Report& report)
{
    append_part(out, report, "Notification");
    out += "Content-Type: text/plain; charset=utf-8\r\n"
           "Content-Transfer-Encoding: quoted-printable\r\n\r\n";
    out += quoted_printable(report_text(report));
    out += "\r\n";
}

void append_status_part(std::string& out, const Report& report)
{
    append_part(out, report, "Delivery report");
    out += report.utf8 ? "Content-Type: message/global-delivery-status\r\n"
                         "Content-Transfer-Encoding: 8bit\r\n\r\n"
                       : "Content-Type: message/delivery-status\r\n\r\n";
    if (!report.envid.empty()) {
        const std::string plain = text::from_xtext(report.envid).value_or(report.envid);
        field(out, "Original-Envelope-Id", safe(plain, false));
    }
    field(out, "Reporting-MTA", "dns; " + safe(report.host, false));
    field(out, "X-Sponts-Queue-ID", safe(report.queue_id, false));
    field(out, "Arrival-Date", report.arrival);
    for (const ReportedRecipient& recipient : report.recipients)
        append_recipient(out, report, recipient);
    out += "\r\n";
}

std::string_view returned_type(const Report& report)
{
    if (report.returned == Returned::full)
        return report.utf8 ? "message/global" : "message/rfc822";
    return report.utf8 ? "message/global-headers" : "text/rfc822-headers";
}

} // namespace

std::string_view to_string(Action action)
{
    switch (action) {
    case Action::failed:
        return "failed";
    case Action::delayed:
        return "delayed";
    case Action::delivered:
        return "delivered";
    case Action::relayed:
        return "relayed";
    }
    return {};
}

std::string report_head(const Report& report)
{
    std::string out;
    out.reserve(4096);
    append_header(out, report);
    append_text_part(out, report);
    append_status_part(out, report);
    append_part(out, report,
                report.returned == Returned::full ? "Message" : "Header of the message");
    field(out, "Content-Type", returned_type(report));
    if (report.eight_bit || report.utf8)
        out += "Content-Transfer-Encoding: 8bit\r\n";
    out += "\r\n";
    return out;
}

std::string report_tail(const Report& report, bool missing_newline)
{
    return (missing_newline ? "\r\n\r\n--" : "\r\n--") + report.boundary + "--\r\n";
}

std::string_view header_of(std::string_view message)
{
    if (message.starts_with("\r\n"))
        return message.substr(0, 0);
    const std::size_t end = message.find("\r\n\r\n");
    return end == std::string_view::npos ? message : message.substr(0, end + 2);
}

} // namespace smtp
