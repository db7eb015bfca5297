// SPDX-License-Identifier: Apache-2.0
// Messages and logins as rows for a spreadsheet (RFC 4180): one for each recipient.
#include "db/journal_tenants.h"
#include "print.h"
#include "result.h"
#include "text/csv.h"
#include "text/visible.h"

#include <string>
#include <vector>

namespace journalq {

namespace {

void append_row(std::string& out, const std::vector<std::string>& cells)
{
    text::append_csv(out, {cells.begin(), cells.end()});
}

// All names, and how many have none.
std::string names_of(const std::vector<db::JournalAttachment>& attachments)
{
    std::string names;
    for (const db::JournalAttachment& one : attachments) {
        names += names.empty() ? "" : "; ";
        names += one.name.empty() ? "(no name)" : one.name;
    }
    return names;
}

void append_row(std::string& out, const db::FiledMessage& filed,
                const db::FiledRecipient* recipient)
{
    static const db::FiledRecipient nobody{};
    const db::JournalMessage& message = filed.message;
    const db::FiledRecipient& to = recipient != nullptr ? *recipient : nobody;
    const std::string_view result =
        recipient != nullptr ? result_of(to) : worst_result(filed);
    append_row(
        out,
        {utc_time(message.time), filed.refused ? "" : message.id.text(),
         text::spreadsheet_text(db::shown_tenants(message.peer.tenant)),
         text::spreadsheet_text(message.peer.client),
         text::spreadsheet_text(message.peer.login), text::spreadsheet_text(message.sender),
         text::spreadsheet_text(to.result.address),
         text::spreadsheet_text(to.result.original), std::string(result),
         text::spreadsheet_text(filed.refused ? filed.enhanced : to.result.enhanced),
         text::spreadsheet_text(filed.refused ? filed.reply : to.result.reply),
         text::spreadsheet_text(filed.reason), text::spreadsheet_text(to.result.relay),
         std::to_string(to.result.attempts), delay_text(filed, to),
         std::to_string(message.size), text::spreadsheet_text(message.subject),
         text::spreadsheet_text(message.message_id),
         text::spreadsheet_text(names_of(message.attachments))});
}

} // namespace

void append_csv_header(std::string& out)
{
    append_row(out, {"time", "id", "tenant", "client", "login", "sender", "recipient",
                     "original", "result", "enhanced", "reply", "reason", "relay",
                     "attempts", "delay", "size", "subject", "message_id", "attachments"});
}

void append_csv_rows(std::string& out, const db::FiledMessage& filed)
{
    if (filed.recipients.empty())
        append_row(out, filed, nullptr);
    for (const db::FiledRecipient& one : filed.recipients)
        append_row(out, filed, &one);
}

void append_login_csv_header(std::string& out)
{
    append_row(out, {"time", "service", "result", "login", "client", "tenant", "listener",
                     "mechanism", "tls", "backend", "reason"});
}

void append_csv_row(std::string& out, const db::FiledLogin& filed)
{
    const db::JournalLogin& login = filed.login;
    std::vector<std::string> cells{
        utc_time(login.time), login.service,
        std::string(db::login_outcome_words[static_cast<std::size_t>(login.outcome)])};
    for (const std::string* cell :
         {&login.peer.login, &login.peer.client, &login.peer.tenant, &login.peer.listener,
          &login.mechanism, &login.peer.tls, &login.backend, &login.reason})
        cells.push_back(text::spreadsheet_text(*cell));
    append_row(out, cells);
}

} // namespace journalq
