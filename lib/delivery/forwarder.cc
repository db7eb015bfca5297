// SPDX-License-Identifier: Apache-2.0
// delivery/forwarder.cc - see forwarder.h.
#include "delivery/forwarder.h"

#include "base/clock.h"
#include "base/log.h"
#include "smtp/dsn_report.h"
#include "spool/uidl.h"
#include "text/lines.h"

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
    out.concerns = spool::concerned_domains(attempt.envelope());
    out.sender = std::move(sender);
    out.recipients.clear();
    out.replayed = spool::is_sent_again(out);
    out.origin = spool::Origin::forward;
    out.parent = attempt.id;
    ++out.hops;
    return out;
}

} // namespace

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
        same->recipients.push_back({leaf.address, notify,
                                    spool::original_recipient(from, leaf.address),
                                    leaf.via});
    }
    return out;
}

void Forwarder::leave_out_written(spool::MessageId id, Expansion& expansion) const
{
    const auto known = written_.find(id);
    if (known == written_.end())
        return;
    std::erase_if(expansion.leaves, [&](const Leaf& leaf) {
        return known->second.addresses.contains(text::to_lower(leaf.address));
    });
}

// Throws Failure; then nothing has been written.
std::vector<Forwarder::Prepared> Forwarder::prepare(Attempt& attempt,
                                                    const Expansion& expansion)
{
    const auto message = source_.open(attempt);
    if (!message)
        throw base::Failure(base::Remedy::check_disk, "the message cannot be read");
    std::string fields = uidl_ ? spool::uidl_line(attempt.id) : std::string();
    for (const std::string& address : expansion.expanded)
        fields += "Delivered-To: " + address + "\r\n";
    std::vector<Prepared> out;
    for (spool::Envelope& envelope : envelopes(attempt, expansion)) {
        out.push_back({writer_.begin(), std::move(envelope)});
        out.back().draft.append(fields);
    }
    for (std::uint64_t at = 0; at < message->size; at += piece) {
        const std::string bytes = source_.read(*message, at, piece);
        for (Prepared& one : out)
            one.draft.append(bytes);
    }
    return out;
}

// Empty, or why the last ones were not handed to the committer; those in `out` were.
std::string Forwarder::commit(std::vector<Prepared> prepared, std::vector<Committing>& out)
{
    try {
        for (Prepared& one : prepared) {
            Committing next{net::Promise<spool::CommitResult>(loop_), one.envelope.sender,
                            one.envelope.recipients};
            writer_.commit(std::move(one.draft), std::move(one.envelope),
                           next.done.setter());
            out.push_back(std::move(next));
        }
    } catch (const std::exception& failure) {
        return failure.what();
    }
    return {};
}

void Forwarder::note_written(Attempt& attempt, const Committing& one,
                             const spool::Committed& as)
{
    base::log(base::Level::info, "forwarded", attempt.id.text(),
              {{"as", as.id.text()},
               {"from", one.sender},
               {"recipients", one.recipients.size()}});
    for (const spool::Recipient& recipient : one.recipients)
        written_[attempt.id].addresses.insert(text::to_lower(recipient.address));
    if (witness_ != nullptr)
        tell(attempt, one.recipients, as.id.text());
}

// They have got it by the message itself.
void Forwarder::tell_joined(Attempt& attempt, const std::vector<Leaf>& joined)
{
    std::vector<spool::Recipient> others;
    for (const Leaf& one : joined)
        others.push_back({.address = one.address, .orcpt = {}, .via = one.via});
    tell(attempt, others, attempt.id.text());
}

void Forwarder::tell(Attempt& attempt, const std::vector<spool::Recipient>& others,
                     std::string_view as)
{
    const std::string id = attempt.id.text();
    Measures& told = written_[attempt.id].told;
    witness_->forwarded(attempt.envelope(), id, others, as);
    const auto gains = witness_->gains(attempt.envelope(), others, told);
    if (!gains.empty())
        witness_->passed_on(attempt.envelope(), id, gains, as, content_of(attempt));
}

tap::Content Forwarder::content_of(Attempt& attempt)
{
    const auto content = witness_->new_content();
    try {
        if (const auto message = source_.open(attempt))
            for (std::uint64_t at = 0; at < message->size; at += piece)
                content->append(source_.read(*message, at, piece));
    } catch (const base::Failure&) {
        return witness_->new_content();
    }
    return content;
}

net::Task<std::string> Forwarder::forward(AttemptPtr attempt, Expansion expansion)
{
    std::vector<Committing> committing;
    std::string trouble;
    try {
        leave_out_written(attempt->id, expansion);
        if (!expansion.leaves.empty())
            trouble = commit(prepare(*attempt, expansion), committing);
    } catch (const base::Failure& failure) {
        trouble = failure.what();
    }
    for (Committing& one : committing) {
        const spool::CommitResult result = co_await one.done.get();
        if (result)
            note_written(*attempt, one, *result);
        else
            trouble = result.error().what();
    }
    if (trouble.empty() && witness_ != nullptr && !expansion.joined.empty())
        tell_joined(*attempt, expansion.joined);
    if (trouble.empty()) // the caller notes it now, before anything else is waited for
        written_.erase(attempt->id);
    else // operators may have deleted others meanwhile
        std::erase_if(written_,
                      [this](const auto& one) { return !source_.is_queued(one.first); });
    co_return trouble;
}

} // namespace delivery
