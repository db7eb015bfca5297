// SPDX-License-Identifier: Apache-2.0
#include "tap/queue_witness.h"

#include "base/clock.h"
#include "li/mail_view.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace tap {

namespace {

using li::Status;
using li::What;

// "mx.example[192.0.2.1]:25"
li::Endpoint endpoint_of(std::string_view relay)
{
    const std::size_t open = relay.find('[');
    const std::size_t close = relay.rfind("]:");
    if (open == std::string_view::npos || close == std::string_view::npos || close < open)
        return {std::string(relay), 0};
    li::Endpoint end{std::string(relay.substr(open + 1, close - open - 1)), 0};
    const std::string_view port = relay.substr(close + 2);
    (void)std::from_chars(port.data(), port.data() + port.size(), end.port);
    return end;
}

li::Event event_of(const spool::Envelope& envelope, std::string_view id, What what)
{
    li::Event event;
    event.protocol = li::Protocol::smtp;
    event.what = what;
    event.time = base::wall_microseconds();
    event.session = id;
    event.leg = "out";
    event.sender = envelope.sender;
    event.queue_id = id;
    event.total_recipients = static_cast<std::uint32_t>(envelope.recipients.size());
    return event;
}

} // namespace

std::string QueueWitness::canonical(std::string_view address) const
{
    return li::canonical_address(address, tap_.rules()).value_or(std::string());
}

std::vector<std::string> QueueWitness::senders(const spool::Envelope& envelope) const
{
    std::vector<std::string> who;
    if (!envelope.client.login.empty())
        who.push_back(li::canonical_login(envelope.client.login, tap_.rules()));
    if (!envelope.sender.empty())
        who.push_back(canonical(envelope.sender));
    return who;
}

std::vector<Target> QueueWitness::interested(std::string_view address,
                                             std::int64_t time) const
{
    const std::string who = canonical(address);
    return tap_.interested(std::span(&who, 1), time);
}

bool QueueWitness::wants(std::string_view address) const
{
    return !interested(address, base::wall_microseconds()).empty();
}

bool QueueWitness::concerns(const spool::Envelope& envelope) const
{
    const std::int64_t now = base::wall_microseconds();
    return !tap_.interested(senders(envelope), now).empty() ||
           std::ranges::any_of(envelope.recipients, [&](const spool::Recipient& one) {
               return !interested(one.address, now).empty();
           });
}

// A sender's measure hears of all recipients, a recipient's of this one only.
void QueueWitness::leg(const spool::Envelope& envelope, std::string_view id,
                       const Leg& leg) const
{
    li::Event event = event_of(envelope, id, What::forwarded);
    event.status = leg.status;
    event.cause = leg.cause;
    event.server = endpoint_of(leg.relay);
    event.tls = leg.tls;
    if (!leg.relay.empty())
        event.features.emplace_back("relay", leg.relay);
    const auto of_sender = tap_.interested(senders(envelope), event.time);
    if (!of_sender.empty()) {
        event.recipients = leg.recipients;
        event.matched = envelope.sender;
        tap_.submit(event, of_sender);
    }
    for (const std::string& recipient : leg.recipients) {
        const auto of_recipient = interested(recipient, event.time);
        event.recipients = {recipient};
        event.matched = recipient;
        tap_.submit(event, of_recipient);
    }
}

void QueueWitness::forwarded(const spool::Envelope& envelope, std::string_view id,
                             std::span<const std::string> expanded,
                             const std::vector<std::string>& others,
                             std::string_view as) const
{
    for (const std::string& one : expanded) {
        li::Event event = event_of(envelope, id, What::forwarded);
        const auto targets = interested(one, event.time);
        if (targets.empty())
            continue;
        event.status = Status::succeeded;
        event.recipients = {one};
        event.matched = one;
        event.forward_chain = others;
        event.features.emplace_back("as", as);
        tap_.submit(std::move(event), targets);
    }
}

void QueueWitness::notice(const spool::Envelope& about, std::string_view about_id,
                          std::string_view to, std::string_view id, std::string text) const
{
    li::Event event = event_of(about, about_id, What::received);
    const auto targets = interested(to, event.time);
    if (targets.empty())
        return;
    event.status = Status::succeeded;
    event.sender.clear();
    event.recipients = {std::string(to)};
    event.total_recipients = 1;
    event.matched = to;
    event.message_id = li::view(text).message_id;
    event.size = text.size();
    event.features.emplace_back("notice", id);
    event.direction = li::Direction::to_target;
    tap_.submit(std::move(event), targets,
                std::make_shared<const std::string>(std::move(text)));
}

} // namespace tap
