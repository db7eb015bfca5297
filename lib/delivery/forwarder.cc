// SPDX-License-Identifier: Apache-2.0
// delivery/forwarder.cc - see forwarder.h.
#include "delivery/forwarder.h"

#include "base/clock.h"
#include "base/log.h"
#include "net/event.h"
#include "smtp/dsn_report.h"
#include "text/lines.h"
#include "text/xtext.h"

#include <algorithm>
#include <utility>

namespace delivery {

namespace {

constexpr std::uint64_t most_header = 128u << 10;
constexpr std::size_t piece = 1u << 20;
constexpr std::int64_t day = 86400;

spool::Envelope blank_forward(const Attempt& attempt, std::string sender)
{
    spool::Envelope out = attempt.envelope();
    out.id = {};
    out.sender = std::move(sender);
    out.recipients.clear();
    out.origin = spool::Origin::forward;
    out.parent = attempt.id;
    ++out.hops;
    return out;
}

} // namespace

std::string original_recipient(const spool::Recipient& recipient,
                               const std::string& address)
{
    if (!recipient.orcpt.empty() || recipient.address == address ||
        !text::is_ascii(recipient.address))
        return recipient.orcpt;
    return "rfc822;" + text::xtext(recipient.address);
}

std::string Forwarder::header(Attempt& attempt)
{
    const auto message = source_.open(attempt);
    if (!message) // without it a circle would not be seen
        throw base::Failure(base::Remedy::check_disk, "the message cannot be read");
    const std::uint64_t size = std::min(message->size, most_header);
    std::string text = source_.read(*message, 0, size);
    text.resize(smtp::header_of(text).size());
    return text;
}

// Mail of strangers that goes on to strangers gets a sender of ours.
std::string Forwarder::sender_for(const spool::Envelope& envelope,
                                  const std::string& address, std::int64_t now)
{
    if (srs_ == nullptr || envelope.sender.empty() || facts_.domain(domain_of(address)) ||
        facts_.domain(domain_of(envelope.sender)))
        return envelope.sender;
    return srs_->forward(envelope.sender, now / day);
}

std::vector<spool::Envelope> Forwarder::envelopes(const Attempt& attempt,
                                                  const Expansion& expansion)
{
    std::vector<spool::Envelope> out;
    const std::int64_t now = base::wall_seconds();
    for (const Leaf& leaf : expansion.leaves) {
        std::string sender = sender_for(attempt.envelope(), leaf.address, now);
        auto same = std::find_if(out.begin(), out.end(), [&](const spool::Envelope& one) {
            return one.sender == sender;
        });
        if (same == out.end())
            same = out.insert(out.end(), blank_forward(attempt, std::move(sender)));
        const spool::Recipient& from = attempt.envelope().recipients[leaf.recipient];
        const std::uint8_t notify = leaf.private_copy
                                        ? static_cast<std::uint8_t>(spool::notify_never)
                                        : from.notify;
        same->recipients.push_back(
            {leaf.address, notify, original_recipient(from, leaf.address)});
    }
    return out;
}

net::Task<std::string> Forwarder::forward(AttemptPtr attempt, Expansion expansion)
{
    std::string fields;
    for (const std::string& address : expansion.expanded)
        fields += "Delivered-To: " + address + "\r\n";
    for (spool::Envelope& envelope : envelopes(*attempt, expansion)) {
        std::string trouble = co_await write(attempt, std::move(envelope), fields);
        if (!trouble.empty())
            co_return trouble;
    }
    co_return std::string();
}

net::Task<std::string> Forwarder::write(AttemptPtr attempt, spool::Envelope envelope,
                                        std::string fields)
{
    std::string trouble;
    try {
        const auto message = source_.open(*attempt);
        if (!message)
            co_return "the message cannot be read";
        spool::Draft draft = writer_.begin();
        draft.append(fields);
        for (std::uint64_t at = 0; at < message->size; at += piece)
            draft.append(source_.read(*message, at, piece));
        const std::string sender = envelope.sender;
        const std::size_t recipients = envelope.recipients.size();
        net::Promise<spool::CommitResult> done(loop_);
        writer_.commit(std::move(draft), std::move(envelope), done.setter());
        const spool::CommitResult result = co_await done.get();
        if (!result)
            co_return result.error().what();
        base::log(
            base::Level::info, "forwarded", attempt->id.text(),
            {{"as", result->id.text()}, {"from", sender}, {"recipients", recipients}});
    } catch (const base::Failure& failure) {
        trouble = failure.what();
    }
    co_return trouble;
}

} // namespace delivery
