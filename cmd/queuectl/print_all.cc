// SPDX-License-Identifier: Apache-2.0
// All that is known of one message, for people.
#include "base/clock.h"
#include "print.h"
#include "text/visible.h"

#include <fmt/format.h>

namespace queuectl {

namespace {

std::string next_attempt(const spool::Entry& entry)
{
    if (entry.waits_for_destination())
        return "when the destination is back";
    const std::int64_t when = entry.next_attempt();
    return when <= base::wall_seconds() ? "now" : base::rfc3339(when);
}

void add_line(std::string& text, std::string_view key, std::string_view value)
{
    if (!value.empty())
        text += fmt::format("{:<13}{}\n", fmt::format("{}:", key), text::visible(value));
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
    add_line(text, "route", item.envelope.route);
    add_line(text, "attempts", std::to_string(entry.attempts()));
    add_line(text, "next", next_attempt(entry));
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

} // namespace queuectl
