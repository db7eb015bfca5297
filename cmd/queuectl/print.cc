// SPDX-License-Identifier: Apache-2.0
#include "print.h"

#include "base/clock.h"
#include "text/xtext.h"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>

namespace queuectl {

namespace {

constexpr int id_width = 14; // 13 digits and the mark
constexpr int recipient_indent = 45;
constexpr int line_width = 78;
constexpr std::string_view original_prefix = "rfc822;";

// "Sat Nov 21 22:10:04" in the local zone.
std::string arrival_text(std::int64_t seconds)
{
    const std::time_t time = seconds;
    std::tm local{};
    ::localtime_r(&time, &local);
    char text[32];
    const std::size_t length =
        std::strftime(text, sizeof text, "%a %b %e %H:%M:%S", &local);
    return {text, length};
}

char mark(const Item& item)
{
    if (item.active)
        return '*';
    return item.entry.held() ? '!' : ' ';
}

std::string_view queue_name(const Item& item)
{
    if (item.active)
        return "active";
    if (item.entry.held())
        return "hold";
    return item.entry.attempts() == 0 ? "incoming" : "deferred";
}

std::string address_text(std::string_view address)
{
    return address.empty() ? "MAILER-DAEMON" : printable(address);
}

// The recipients of envelope and entry are the same by construction; a damaged file is not.
std::uint32_t recipients(const Item& item)
{
    return static_cast<std::uint32_t>(
        std::min<std::size_t>(item.entry.recipients(), item.envelope.recipients.size()));
}

// Why this recipient waits: the latest answer, or why the whole message does.
std::string_view reason_of(const Item& item, std::uint32_t recipient)
{
    const std::string_view own = item.view.text(item.entry.reason(recipient));
    if (item.entry.held() || own.empty())
        return item.view.text(item.entry.reason());
    return own;
}

std::string reason_line(std::string_view reason)
{
    const std::string text = '(' + printable(reason) + ')';
    return fmt::format("{:>{}}\n", text, line_width);
}

// RFC 3461: whom the sender wrote to, if that is another address.
std::string original_of(const spool::Recipient& recipient)
{
    if (!recipient.orcpt.starts_with(original_prefix))
        return {};
    const auto original =
        text::from_xtext(std::string_view(recipient.orcpt).substr(original_prefix.size()));
    return original && *original != recipient.address ? *original : std::string();
}

Json json_of_recipient(const Item& item, std::uint32_t i)
{
    Json json{{"address", item.envelope.recipients[i].address}};
    if (const std::string original = original_of(item.envelope.recipients[i]);
        !original.empty())
        json["orig_address"] = original;
    if (const std::string_view reason = reason_of(item, i);
        item.entry.waits(i) && !reason.empty())
        json["delay_reason"] = reason;
    return json;
}

std::string_view body_text(spool::Body body)
{
    switch (body) {
    case spool::Body::seven_bit:
        return "7BIT";
    case spool::Body::eight_bit_mime:
        return "8BITMIME";
    case spool::Body::binary_mime:
        return "BINARYMIME";
    }
    return "";
}

std::string time_or_now(std::int64_t seconds)
{
    return seconds <= base::wall_seconds() ? "now" : base::rfc3339(seconds);
}

void add_line(std::string& text, std::string_view key, std::string_view value)
{
    if (!value.empty())
        text += fmt::format("{:<13}{}\n", fmt::format("{}:", key), printable(value));
}

void add_client(std::string& text, const spool::Client& client)
{
    std::string from = client.address;
    if (!client.name.empty())
        from += " (" + client.name + ')';
    add_line(text, "client", from);
    add_line(text, "helo", client.helo);
    add_line(text, "protocol", client.protocol);
    add_line(text, "login", client.login);
    add_line(text, "listener", client.listener);
}

} // namespace

std::string printable(std::string_view text)
{
    std::string shown(text);
    std::ranges::replace_if(
        shown, [](unsigned char c) { return c < 0x20 || c == 0x7f; }, '?');
    return shown;
}

std::string mailq_header()
{
    return "-Queue ID-----  --Size-- ---Arrival Time---- -Sender/Recipient------\n";
}

std::string mailq_text(const Item& item)
{
    const std::string id = item.entry.id().text() + mark(item);
    std::string text =
        fmt::format("{:<{}} {:>9} {:<19} {}\n", id, id_width, item.entry.size(),
                    arrival_text(item.entry.arrival()), address_text(item.envelope.sender));
    std::string_view shown;
    for (std::uint32_t i = 0; i < recipients(item); ++i) {
        if (!item.entry.waits(i))
            continue;
        const std::string_view reason = reason_of(item, i);
        if (reason != shown)
            text += reason_line(reason);
        shown = reason;
        text += fmt::format("{:{}}{}\n", "", recipient_indent,
                            printable(item.envelope.recipients[i].address));
    }
    return text;
}

std::string mailq_total(std::uint64_t bytes, std::uint64_t messages)
{
    if (messages == 0)
        return "Mail queue is empty\n";
    return fmt::format("-- {} Kbytes in {} Request{}.\n", (bytes + 1023) / 1024, messages,
                       messages == 1 ? "" : "s");
}

Json json_of(const Item& item)
{
    Json all_recipients = Json::array();
    for (std::uint32_t i = 0; i < recipients(item); ++i)
        if (item.entry.waits(i))
            all_recipients.push_back(json_of_recipient(item, i));
    return {{"queue_name", queue_name(item)},
            {"queue_id", item.entry.id().text()},
            {"arrival_time", item.entry.arrival()},
            {"message_size", item.entry.size()},
            {"forced_expire", item.entry.expire_requested()},
            {"sender", item.envelope.sender},
            {"recipients", all_recipients},
            {"attempts", item.entry.attempts()},
            {"next_attempt", item.entry.next_attempt()},
            {"destination", item.view.text(item.entry.destination())},
            {"hold", to_string(item.entry.hold())}};
}

Json json_of_all(const Item& item)
{
    Json json = json_of(item);
    const spool::Client& client = item.envelope.client;
    json["client"] = {{"address", client.address},   {"port", client.port},
                      {"name", client.name},         {"helo", client.helo},
                      {"protocol", client.protocol}, {"login", client.login},
                      {"listener", client.listener}};
    json["body"] = body_text(item.envelope.body);
    json["smtputf8"] = item.envelope.smtputf8;
    json["envid"] = item.envelope.envid;
    Json results = Json::array();
    for (std::uint32_t i = 0; i < recipients(item); ++i)
        results.push_back({{"address", item.envelope.recipients[i].address},
                           {"state", to_string(item.entry.state(i))},
                           {"reason", item.view.text(item.entry.reason(i))}});
    json["results"] = results;
    return json;
}

std::string text_of_all(const Item& item)
{
    const spool::Entry& entry = item.entry;
    std::string text;
    add_line(text, "id", entry.id().text());
    add_line(text, "queue", queue_name(item));
    add_line(text, "arrival", base::rfc3339(entry.arrival()));
    add_line(text, "size", std::to_string(entry.size()));
    add_line(text, "sender", '<' + item.envelope.sender + '>');
    add_client(text, item.envelope.client);
    add_line(text, "body", body_text(item.envelope.body));
    add_line(text, "envid", item.envelope.envid);
    add_line(text, "attempts", std::to_string(entry.attempts()));
    add_line(text, "next", time_or_now(entry.next_attempt()));
    add_line(text, "destination", item.view.text(entry.destination()));
    add_line(text, "reason", item.view.text(entry.reason()));
    if (entry.held())
        add_line(text, "hold", to_string(entry.hold()));
    if (entry.expire_requested())
        add_line(text, "expire", "requested");
    for (std::uint32_t i = 0; i < recipients(item); ++i) {
        const std::string_view reason = item.view.text(entry.reason(i));
        add_line(text, to_string(entry.state(i)),
                 fmt::format("<{}>{}{}", item.envelope.recipients[i].address,
                             reason.empty() ? "" : " ", reason));
    }
    return text;
}

std::string dump(const Json& json)
{
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

} // namespace queuectl
