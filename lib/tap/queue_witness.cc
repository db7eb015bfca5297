// SPDX-License-Identifier: Apache-2.0
#include "tap/queue_witness.h"

#include "base/clock.h"
#include "li/mail_view.h"
#include "text/lines.h"

#include <algorithm>
#include <charconv>
#include <map>
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
    // What was made of a message belongs to the same communication.
    event.session =
        envelope.parent == spool::MessageId() ? std::string(id) : envelope.parent.text();
    event.leg = "out";
    event.sender = envelope.sender;
    event.queue_id = id;
    event.total_recipients = static_cast<std::uint32_t>(envelope.recipients.size());
    return event;
}

using Way = std::vector<std::string>;

// The addresses on each way to a recipient, and that itself at the end.
std::vector<Way> ways_to(const spool::Recipient& recipient)
{
    std::vector<Way> ways(1);
    for (const std::string& address : recipient.via) {
        ways.back().push_back(address);
        if (address == recipient.address)
            ways.emplace_back();
    }
    ways.back().push_back(recipient.address);
    return ways;
}

bool was_named(const Way& way)
{
    return way.size() == 1;
}

std::vector<std::string> behind(const Way& way, std::size_t place)
{
    return {way.begin() + static_cast<std::ptrdiff_t>(place) + 1, way.end()};
}

std::vector<std::string> without_repetitions(std::vector<std::string> all)
{
    std::vector<std::string> once;
    for (std::string& one : all)
        if (std::ranges::find(once, one) == once.end())
            once.push_back(std::move(one));
    return once;
}

// An address on the way, and those behind it.
struct Step {
    std::string address;
    std::vector<std::string> chain;
};

// By the address in lower case.
std::map<std::string, Step> steps_to(std::span<const spool::Recipient> others)
{
    std::map<std::string, Step> steps;
    for (const spool::Recipient& other : others)
        for (const Way& way : ways_to(other))
            for (std::size_t i = 0; i + 1 < way.size(); ++i) {
                Step& step = steps[text::to_lower(way[i])];
                step.address = way[i];
                const Way chain = behind(way, i);
                step.chain.insert(step.chain.end(), chain.begin(), chain.end());
            }
    return steps;
}

} // namespace

std::string QueueWitness::canonical(std::string_view address) const
{
    return li::canonical_address(address, tap_.rules()).value_or(std::string());
}

// Whose doing it is: what an operator sends again is not its sender's any more.
std::vector<std::string> QueueWitness::senders(const spool::Envelope& envelope) const
{
    std::vector<std::string> who;
    if (spool::is_sent_again(envelope))
        return who;
    if (!envelope.client.login.empty())
        who.push_back(li::canonical_login(envelope.client.login, tap_.rules()));
    if (!envelope.sender.empty())
        who.push_back(canonical(envelope.sender));
    return who;
}

std::string QueueWitness::matched_sender(const spool::Envelope& envelope) const
{
    const std::vector<std::string> who = senders(envelope);
    const auto of_interest = [this](const std::string& one) {
        return !tap_.find(std::span(&one, 1)).empty();
    };
    const auto found = std::ranges::find_if(who, of_interest);
    return found == who.end() ? std::string() : *found;
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

bool QueueWitness::concerns(const spool::Envelope& envelope,
                            std::span<const std::uint32_t> recipients) const
{
    const std::int64_t now = base::wall_microseconds();
    return !tap_.interested(senders(envelope), now).empty() ||
           std::ranges::any_of(recipients, [&](std::uint32_t at) {
               const spool::Recipient& one = envelope.recipients[at];
               return !interested(one.address, now).empty() ||
                      std::ranges::any_of(one.via, [&](const std::string& address) {
                          return !interested(address, now).empty();
                      });
           });
}

void QueueWitness::leg(const spool::Envelope& envelope, std::string_view id,
                       const Leg& leg) const
{
    li::Event event = event_of(envelope, id, What::forwarded);
    if (leg.time != 0)
        event.time = leg.time;
    event.client = {envelope.client.address, envelope.client.port};
    event.status = leg.status;
    event.cause = leg.cause;
    event.server = endpoint_of(leg.relay);
    event.tls = leg.tls;
    if (!leg.relay.empty())
        event.features.emplace_back("relay", leg.relay);
    const Measures told = leg_of_sender(envelope, event, leg);
    for (const spool::Recipient& recipient : envelope.recipients)
        if (std::ranges::find(leg.recipients, recipient.address) != leg.recipients.end())
            leg_of_recipient(recipient, event, told);
}

// A sender's measure hears of all recipients that the sender has named.  Where others let
// their mail go is theirs.
QueueWitness::Measures QueueWitness::leg_of_sender(const spool::Envelope& envelope,
                                                   const li::Event& base,
                                                   const Leg& leg) const
{
    const auto targets = tap_.interested(senders(envelope), base.time);
    if (targets.empty())
        return {};
    li::Event event = base;
    event.matched = matched_sender(envelope);
    bool passed_on = false;
    for (const spool::Recipient& recipient : envelope.recipients) {
        if (std::ranges::find(leg.recipients, recipient.address) == leg.recipients.end())
            continue;
        const std::vector<Way> ways = ways_to(recipient);
        passed_on |= std::ranges::none_of(ways, was_named);
        for (const Way& way : ways)
            event.recipients.push_back(way.front());
    }
    event.recipients = without_repetitions(std::move(event.recipients));
    if (passed_on) {
        event.server = {};
        event.cause.text.clear();
        event.features.clear();
    }
    tap_.submit(std::move(event), targets);
    Measures told;
    if (!passed_on)
        std::ranges::transform(targets, std::back_inserter(told), &Target::measure);
    return told;
}

// This recipient alone, and whose mail went this way: an address that became this one.
void QueueWitness::leg_of_recipient(const spool::Recipient& recipient,
                                    const li::Event& base, Measures told) const
{
    for (const Way& way : ways_to(recipient))
        for (std::size_t i = way.size(); i-- > 0;) {
            auto targets = interested(way[i], base.time);
            std::erase_if(targets, [&told](const Target& target) {
                return std::ranges::find(told, target.measure) != told.end();
            });
            if (targets.empty())
                continue;
            std::ranges::transform(targets, std::back_inserter(told), &Target::measure);
            li::Event event = base;
            event.recipients = {recipient.address};
            event.matched = canonical(way[i]);
            event.forward_chain = behind(way, i);
            tap_.submit(std::move(event), targets);
        }
}

// Each address on the way hears where its own mail goes, not where others' does.
void QueueWitness::forwarded(const spool::Envelope& envelope, std::string_view id,
                             std::span<const spool::Recipient> others,
                             std::string_view as) const
{
    for (auto& [who, step] : steps_to(others)) {
        auto& [address, chain] = step;
        li::Event event = event_of(envelope, id, What::forwarded);
        const auto targets = interested(address, event.time);
        if (targets.empty())
            continue;
        event.client = {envelope.client.address, envelope.client.port};
        event.status = Status::succeeded;
        event.recipients = {address};
        event.matched = canonical(address);
        event.forward_chain = without_repetitions(std::move(chain));
        event.features.emplace_back("as", as);
        tap_.submit(std::move(event), targets);
    }
}

// Whoever was a recipient before has had the message when it came.
std::vector<QueueWitness::Gain>
QueueWitness::gains(const spool::Envelope& envelope,
                    std::span<const spool::Recipient> others,
                    std::vector<li::Handle>& had) const
{
    const std::int64_t now = base::wall_microseconds();
    for (const spool::Recipient& recipient : envelope.recipients) {
        const std::string who = canonical(recipient.address);
        for (const Target& target : tap_.find(std::span(&who, 1)))
            had.push_back(target.measure);
    }
    std::vector<Gain> all;
    for (const spool::Recipient& other : others)
        for (const Way& way : ways_to(other))
            for (std::size_t i = way.size(); i-- > 1;) // the first is a recipient
                for (Target& target : interested(way[i], now)) {
                    if (std::ranges::find(had, target.measure) != had.end())
                        continue;
                    const auto end = way.begin() + static_cast<std::ptrdiff_t>(i);
                    had.push_back(target.measure);
                    all.push_back({.target = std::move(target),
                                   .matched = canonical(way[i]),
                                   .recipient = way[i],
                                   .way = {way.begin(), end},
                                   .time = now});
                }
    return all;
}

void QueueWitness::passed_on(const spool::Envelope& envelope, std::string_view id,
                             std::span<const Gain> gains, std::string_view as,
                             const Content& text) const
{
    li::Event base = event_of(envelope, id, What::received);
    base.client = {envelope.client.address, envelope.client.port};
    base.status = Status::succeeded;
    base.queue_id = as;
    std::string room;
    base.message_id = li::view(text->header(room)).message_id;
    base.size = text->size();
    if (text->empty())
        base.content_lost = "disk";
    else
        base.direction = li::Direction::to_target;
    for (const Gain& gain : gains) {
        li::Event event = base;
        event.time = gain.time;
        event.recipients = {gain.recipient};
        event.matched = gain.matched;
        event.forward_chain = gain.way;
        if (!gain.target.content)
            event.content_lost.clear();
        tap_.submit(std::move(event), std::span(&gain.target, 1),
                    text->empty() ? nullptr : text);
    }
}

namespace {

// A measure, and which recipients are its target's.
struct Receiving {
    Target target;
    std::string matched;
    std::vector<std::string> recipients;
};

} // namespace

void QueueWitness::replayed(const spool::Envelope& envelope, std::string_view id,
                            const std::function<Content()>& text) const
{
    li::Event base = event_of(envelope, id, What::received);
    std::vector<Receiving> all;
    for (const spool::Recipient& recipient : envelope.recipients)
        for (Target& target : interested(recipient.address, base.time)) {
            auto one = std::ranges::find_if(all, [&target](const Receiving& known) {
                return known.target.measure == target.measure;
            });
            if (one == all.end())
                one =
                    all.insert(one, {std::move(target), canonical(recipient.address), {}});
            one->recipients.push_back(recipient.address);
        }
    if (all.empty())
        return;
    const Content content = text();
    std::string room;
    base.client = {envelope.client.address, envelope.client.port};
    base.status = Status::succeeded;
    base.duplicate_of = envelope.parent.text();
    base.message_id = li::view(content->header(room)).message_id;
    base.size = content->size();
    for (Receiving& one : all) {
        li::Event event = base;
        event.recipients = std::move(one.recipients);
        event.matched = std::move(one.matched);
        if (!content->empty())
            event.direction = li::Direction::to_target;
        else if (one.target.content)
            event.content_lost = "disk";
        tap_.submit(std::move(event), std::span(&one.target, 1),
                    content->empty() ? nullptr : content);
    }
}

void QueueWitness::notice(const spool::Envelope& about, std::string_view about_id,
                          std::string_view to, std::string_view id,
                          std::string_view text) const
{
    li::Event event = event_of(about, about_id, What::received);
    const auto targets = interested(to, event.time);
    if (targets.empty())
        return;
    event.status = Status::succeeded;
    event.sender.clear();
    event.recipients = {std::string(to)};
    event.total_recipients = 1;
    event.matched = canonical(to);
    event.message_id = li::view(text).message_id;
    event.size = text.size();
    event.features.emplace_back("notice", id);
    event.direction = li::Direction::to_target;
    const auto content = tap_.new_content();
    content->append(text);
    tap_.submit(std::move(event), targets, content);
}

} // namespace tap
