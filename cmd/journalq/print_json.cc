// SPDX-License-Identifier: Apache-2.0
// Messages and logins as lines of JSON; members are called as the columns of journal-db(5),
// and what is not known or was not there is left out.
#include "print.h"
#include "result.h"
#include "text/json.h"

namespace journalq {

namespace {

void member(text::JsonWriter& json, std::string_view name, const std::string& value)
{
    if (!value.empty())
        json.member(name, value);
}

void time_member(text::JsonWriter& json, std::string_view name, std::int64_t time)
{
    if (time != 0)
        json.member(name, utc_time(time));
}

void write_peer(text::JsonWriter& json, const db::JournalPeer& peer)
{
    member(json, "tenant", peer.tenant);
    member(json, "listener", peer.listener);
    member(json, "protocol", peer.protocol);
    member(json, "tls", peer.tls);
    member(json, "client", peer.client);
    member(json, "client_name", peer.client_name);
    member(json, "helo", peer.helo);
    member(json, "login", peer.login);
}

void write_recipient(text::JsonWriter& json, const db::FiledMessage& filed,
                     const db::FiledRecipient& recipient)
{
    const db::JournalResult& result = recipient.result;
    json.begin_object().member("address", result.address);
    member(json, "original", result.original);
    json.member("result", result_of(recipient));
    member(json, "enhanced", result.enhanced);
    member(json, "reply", result.reply);
    member(json, "relay", result.relay);
    member(json, "tls", result.tls);
    time_member(json, "first_attempt", recipient.first);
    time_member(json, "last_attempt", result.time);
    json.member("attempts", result.attempts);
    if (const auto delay = delay_of(filed, recipient))
        json.member("delay_ms", *delay);
    json.end_object();
}

void write_attachment(text::JsonWriter& json, const db::JournalAttachment& attachment)
{
    json.begin_object();
    member(json, "name", attachment.name);
    member(json, "declared_type", attachment.declared);
    member(json, "found_type", attachment.found);
    json.member("size", attachment.size).end_object();
}

void write_lists(text::JsonWriter& json, const db::FiledMessage& filed)
{
    json.key("recipients").begin_array();
    for (const db::FiledRecipient& one : filed.recipients)
        write_recipient(json, filed, one);
    json.end_array().key("attachments").begin_array();
    for (const db::JournalAttachment& one : filed.message.attachments)
        write_attachment(json, one);
    json.end_array();
    if (filed.children.empty())
        return;
    json.key("children").begin_array();
    for (const db::FiledChild& child : filed.children)
        json.value(child.id.text());
    json.end_array();
}

void write_kind(text::JsonWriter& json, const db::FiledMessage& filed)
{
    if (filed.refused) {
        json.member("state", "refused").member("code", filed.code);
        member(json, "enhanced", filed.enhanced);
        member(json, "reason", filed.reason);
        member(json, "reply", filed.reply);
        return;
    }
    const db::JournalMessage& message = filed.message;
    json.member("id", message.id.text())
        .member("state", state_of(filed))
        .member("origin", db::origin_words[static_cast<std::size_t>(message.origin)]);
    if (message.parent)
        json.member("parent", message.parent->text());
}

} // namespace

void append_json(std::string& out, const db::FiledMessage& filed)
{
    const db::JournalMessage& message = filed.message;
    text::JsonWriter json(out);
    json.begin_object().member("key", filed.key).member("time", utc_time(message.time));
    write_kind(json, filed);
    write_peer(json, message.peer);
    json.member("sender", message.sender).member("size", message.size);
    member(json, "subject", message.subject);
    member(json, "message_id", message.message_id);
    member(json, "header_from", message.header_from);
    write_lists(json, filed);
    json.end_object();
    out += '\n';
}

void append_json(std::string& out, const db::FiledLogin& filed)
{
    const db::JournalLogin& login = filed.login;
    text::JsonWriter json(out);
    json.begin_object().member("key", filed.key).member("time", utc_time(login.time));
    member(json, "service", login.service);
    json.member("result", db::login_outcome_words[static_cast<std::size_t>(login.outcome)]);
    write_peer(json, login.peer);
    member(json, "reason", login.reason);
    member(json, "mechanism", login.mechanism);
    member(json, "backend", login.backend);
    json.end_object();
    out += '\n';
}

} // namespace journalq
