// SPDX-License-Identifier: Apache-2.0
// delivery/batch.cc - see batch.h.
#include "delivery/batch.h"

#include "delivery/forwarder.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

namespace delivery {

Batch::Batch(Job& the_job, Connection& the_connection, const std::string& the_key)
    : job(the_job), connection(the_connection), key(the_key)
{
    std::unordered_map<std::string_view, std::uint32_t> seen;
    slots.reserve(job.recipients.size());
    for (std::uint32_t i = 0; i < job.recipients.size(); ++i) {
        const auto slot = static_cast<std::uint32_t>(slots.size());
        if (job.recipients.size() > 1) {
            const auto [known, added] = seen.emplace(job.recipients[i].address, slot);
            if (!added) {
                slots[known->second].recipients.push_back(i);
                continue;
            }
        }
        slots.push_back({{i}, {}});
        pending.push_back(slot);
    }
}

session::OutgoingMail Batch::next_transaction(std::uint32_t most,
                                              std::uint32_t servers_most)
{
    std::size_t count = std::min<std::size_t>(pending.size(), std::max(most, 1u));
    if (servers_most > 0)
        count = std::min<std::size_t>(count, servers_most);
    ++transactions_;
    offered_.assign(pending.begin(), pending.begin() + static_cast<std::ptrdiff_t>(count));
    pending.erase(pending.begin(), pending.begin() + static_cast<std::ptrdiff_t>(count));
    session::OutgoingMail mail;
    mail.message = &job.attempt->message;
    mail.sender = job.attempt->envelope().sender;
    mail.recipients.reserve(count);
    for (const std::uint32_t slot : offered_) {
        const JobRecipient& one = job.recipients[slots[slot].recipients.front()];
        const spool::Recipient& given = job.attempt->envelope().recipients[one.index];
        mail.recipients.push_back(
            {one.address, given.notify, original_recipient(given, one.address)});
    }
    return mail;
}

// Those who came one too many are offered again at once; the first of a transaction never
// is, so this comes to its end.
void Batch::take(session::TransactionResult result)
{
    for (std::size_t i = 0; i < offered_.size(); ++i) {
        session::Answer& answer = result.answers[i];
        if (answer.kind == session::Answer::Kind::next_transaction && !result.trouble)
            pending.push_back(offered_[i]);
        slots[offered_[i]].answer = std::move(answer);
    }
    trouble = std::move(result.trouble);
}

std::string Batch::reason(const session::Answer& answer) const
{
    using Kind = session::Answer::Kind;
    std::string out = connection.relay + ": ";
    if (!answer.own_words.empty())
        return out + answer.own_words;
    const bool unanswered = answer.kind == Kind::unanswered;
    if (unanswered && trouble)
        return out + trouble->text;
    return unanswered ? out + "not offered" : out + answer.reply.text();
}

} // namespace delivery
