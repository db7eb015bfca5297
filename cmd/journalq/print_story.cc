// SPDX-License-Identifier: Apache-2.0
// All that is filed about one message, for people.
#include "base/clock.h"
#include "db/journal_tenants.h"
#include "print.h"
#include "result.h"
#include "text/visible.h"

#include <fmt/format.h>

namespace journalq {

namespace {

constexpr std::int64_t second = 1'000'000;

void add_line(std::string& out, std::string_view key, std::string_view value)
{
    if (!value.empty())
        out += fmt::format("{:<12} {}\n", fmt::format("{}:", key), text::visible(value));
}

void add_client(std::string& out, const db::JournalPeer& peer)
{
    std::string from = peer.client;
    if (!peer.client_name.empty())
        from += " (" + peer.client_name + ')';
    add_line(out, "client", from);
    add_line(out, "helo", peer.helo);
    add_line(out, "protocol", peer.protocol + (peer.tls.empty() ? "" : " " + peer.tls));
    add_line(out, "login", peer.login);
    add_line(out, "listener", peer.listener);
    add_line(out, "tenant", db::shown_tenants(peer.tenant));
}

void add_attachments(std::string& out, const db::JournalMessage& message)
{
    for (const db::JournalAttachment& one : message.attachments) {
        std::string line = one.name.empty() ? "(no name)" : one.name;
        line += fmt::format(", {}", one.declared.empty() ? "no type" : one.declared);
        if (!one.found.empty() && one.found != one.declared)
            line += fmt::format(" (its content: {})", one.found);
        add_line(out, "attachment", fmt::format("{}, {} bytes", line, one.size));
    }
}

// "<bob@example.org> at 2026-11-23T13:00:01+01:00 after 1.250 s by mail1:25: 250 ok"
std::string told_of(const db::FiledMessage& filed, const db::FiledRecipient& recipient)
{
    const db::JournalResult& result = recipient.result;
    std::string line = fmt::format("<{}>", result.address);
    if (!result.original.empty())
        line += fmt::format(" (said: <{}>)", result.original);
    if (filed.refused)
        return line;
    if (result.time != 0)
        line += " at " + base::rfc3339(result.time / second);
    if (const std::string delay = delay_text(filed, recipient); !delay.empty())
        line += fmt::format(" after {} s", delay);
    if (result.attempts == 0 && result.outcome == db::Outcome::waiting)
        line += ", not tried yet";
    else if (result.outcome == db::Outcome::unknown)
        line += ", what became of it is not filed";
    else if (result.attempts > 1)
        line += fmt::format(", {} attempts", result.attempts);
    if (result.attempts > 1 && recipient.first != 0)
        line += " since " + base::rfc3339(recipient.first / second);
    if (!result.relay.empty())
        line += ", " + result.relay;
    if (!result.tls.empty())
        line += ", " + result.tls;
    if (!result.reply.empty())
        line += ": " + result.reply;
    else if (!result.enhanced.empty())
        line += ": " + result.enhanced;
    return line;
}

void add_refusal(std::string& out, const db::FiledMessage& filed)
{
    add_line(out, "reason", filed.reason);
    add_line(out, "reply",
             fmt::format("{}{}{} {}", filed.code, filed.enhanced.empty() ? "" : " ",
                         filed.enhanced, filed.reply));
}

} // namespace

void append_story(std::string& out, const db::FiledMessage& filed)
{
    const db::JournalMessage& message = filed.message;
    if (!filed.refused)
        add_line(out, "id", message.id.text());
    add_line(out, filed.refused ? "refused" : "accepted",
             base::rfc3339(message.time / second));
    if (!filed.known)
        add_line(out, "note", "only results are filed so far");
    const std::string origin(db::origin_words[static_cast<std::size_t>(message.origin)]);
    if (message.parent)
        add_line(out, "origin", origin + ", of " + message.parent->text());
    else if (message.origin != db::Origin::client)
        add_line(out, "origin", origin);
    add_client(out, message.peer);
    add_line(out, "sender", '<' + message.sender + '>');
    if (message.header_from != message.sender)
        add_line(out, "from", message.header_from);
    add_line(out, "message-id", message.message_id);
    add_line(out, "subject", message.subject);
    add_line(out, "size", std::to_string(message.size));
    add_attachments(out, message);
    if (filed.refused)
        add_refusal(out, filed);
    for (const db::FiledRecipient& one : filed.recipients)
        add_line(out, result_of(one), told_of(filed, one));
}

void append_child(std::string& out, const db::FiledMessage& child)
{
    std::string line = fmt::format("{} {}", child.message.id.text(), worst_result(child));
    for (const db::FiledRecipient& one : child.recipients)
        line += fmt::format("{} <{}>", &one == child.recipients.data() ? ", to" : ",",
                            one.result.address);
    add_line(out, db::origin_words[static_cast<std::size_t>(child.message.origin)], line);
}

} // namespace journalq
