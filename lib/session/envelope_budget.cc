// SPDX-License-Identifier: Apache-2.0
// session/envelope_budget.cc - see the header.

#include "session/envelope_budget.h"

#include "spool/envelope.h"

#include <utility>

namespace session {

namespace {

constexpr std::uint64_t kCopies = 3; // said, handed over, written
// Of the allocator: for each of the two texts, in the first two copies.
constexpr std::uint64_t kTextOverhead = 4 * 2 * sizeof(void*);
// A growing list has room for twice as many; the key words of the written form.
constexpr std::uint64_t kRecipientOverhead =
    2 * sizeof(smtp::Rcpt) + sizeof(spool::Recipient) + kTextOverhead + 32;

} // namespace

bool EnvelopeShare::take(std::uint64_t bytes)
{
    if (budget_.used_ + bytes > budget_.limit_)
        return false;
    budget_.used_ += bytes;
    taken_ += bytes;
    return true;
}

void EnvelopeShare::give_back()
{
    budget_.used_ -= std::exchange(taken_, 0);
}

std::uint64_t envelope_cost(const smtp::Rcpt& recipient)
{
    return kCopies * (recipient.recipient.mailbox.size() + recipient.orcpt.size()) +
           kRecipientOverhead;
}

} // namespace session
