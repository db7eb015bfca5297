// SPDX-License-Identifier: Apache-2.0
// One message as a line of JSON.
#include "print.h"
#include "text/json.h"
#include "text/xtext.h"

namespace queuectl {

namespace {

constexpr std::string_view original_prefix = "rfc822;";

// RFC 3461: whom the sender wrote to, if that is another address.
std::string original_of(const spool::Recipient& recipient)
{
    if (!recipient.orcpt.starts_with(original_prefix))
        return {};
    const auto original =
        text::from_xtext(std::string_view(recipient.orcpt).substr(original_prefix.size()));
    return original && *original != recipient.address ? *original : std::string();
}

void write_recipient(text::JsonWriter& json, const Item& item, std::uint32_t i)
{
    json.begin_object().member("address", item.envelope.recipients[i].address);
    if (const std::string original = original_of(item.envelope.recipients[i]);
        !original.empty())
        json.member("orig_address", original);
    if (const std::string_view reason = reason_of(item, i); !reason.empty())
        json.member("delay_reason", reason);
    json.end_object();
}

void write_members(text::JsonWriter& json, const Item& item)
{
    json.member("queue_name", queue_name(item))
        .member("queue_id", item.entry.id().text())
        .member("arrival_time", item.entry.arrival())
        .member("message_size", item.entry.size())
        .member("forced_expire", item.entry.expire_requested())
        .member("sender", item.envelope.sender);
    json.key("recipients").begin_array();
    for (std::uint32_t i = 0; i < recipients(item); ++i)
        if (item.entry.waits(i))
            write_recipient(json, item, i);
    json.end_array()
        .member("attempts", item.entry.attempts())
        .member("next_attempt", item.entry.next_attempt())
        .member("destination", item.view.text(item.entry.destination()))
        .member("hold", to_string(item.entry.hold()));
}

void write_client(text::JsonWriter& json, const spool::Client& client)
{
    json.key("client")
        .begin_object()
        .member("address", client.address)
        .member("port", client.port)
        .member("name", client.name)
        .member("helo", client.helo)
        .member("protocol", client.protocol)
        .member("login", client.login)
        .member("listener", client.listener)
        .end_object();
}

void write_results(text::JsonWriter& json, const Item& item)
{
    json.key("results").begin_array();
    for (std::uint32_t i = 0; i < recipients(item); ++i)
        json.begin_object()
            .member("address", item.envelope.recipients[i].address)
            .member("state", to_string(item.entry.state(i)))
            .member("reason", item.view.text(item.entry.reason(i)))
            .end_object();
    json.end_array();
}

} // namespace

void append_json(std::string& out, const Item& item)
{
    text::JsonWriter json(out);
    json.begin_object();
    write_members(json, item);
    json.end_object();
    out += '\n';
}

std::string json_of_all(const Item& item)
{
    std::string out;
    text::JsonWriter json(out);
    json.begin_object();
    write_members(json, item);
    write_client(json, item.envelope.client);
    json.member("body", body_text(item.envelope.body))
        .member("smtputf8", item.envelope.smtputf8)
        .member("envid", item.envelope.envid)
        .member("route", item.envelope.route);
    write_results(json, item);
    json.end_object();
    out += '\n';
    return out;
}

} // namespace queuectl
