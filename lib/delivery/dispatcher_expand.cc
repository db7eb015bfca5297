// SPDX-License-Identifier: Apache-2.0
// delivery/dispatcher_expand.cc - recipients that become others (expansion.h): the messages
// made of them are on the disk before they are noted as forwarded.
#include "base/clock.h"
#include "base/log.h"
#include "delivery/dispatcher.h"
#include "delivery/marks.h"
#include "delivery/result_line.h"

#include <algorithm>
#include <utility>

namespace delivery {

namespace {

using Recipients = std::vector<std::uint32_t>;

// For the journal: the log says what became of each in the line `forwarded`.
void log_replaced(const Attempt& attempt, const Recipients& recipients)
{
    std::vector<ResultLine> lines;
    for (const std::uint32_t i : recipients) {
        const std::string& address = attempt.envelope().recipients[i].address;
        add_to_line(lines, session::Answer::Kind::delivered, {}, address, address);
    }
    for (const ResultLine& line : lines)
        base::log(base::Level::debug, "replaced", attempt.id.text(),
                  {{"to", line.to}, {"recipients", line.count}});
}

} // namespace

bool Dispatcher::needs_expansion(const Attempt& attempt)
{
    const spool::Envelope& envelope = attempt.envelope();
    return may_expand(envelope) &&
           std::any_of(envelope.recipients.begin(), envelope.recipients.end(),
                       [this](const spool::Recipient& one) {
                           return expands(one.address, facts_);
                       });
}

Expansion Dispatcher::expansion_of(Attempt& attempt, const Recipients& waiting)
{
    std::vector<std::string> addresses;
    for (const spool::Recipient& recipient : attempt.envelope().recipients)
        addresses.push_back(recipient.address);
    const spool::Entry* const entry = queue_.find(attempt.id);
    return expand(addresses, waiting, entry == nullptr ? Recipients() : lost(*entry),
                  delivered_to(forwarder_.header(attempt)), facts_);
}

net::Task<void> Dispatcher::expand_message(AttemptPtr attempt)
{
    const Busy busy(attempt);
    Recipients rest;
    Expansion expansion;
    std::string trouble;
    try {
        if (const spool::Entry* entry = queue_.find(attempt->id))
            rest = to_try(queue_, *entry);
        expansion = expansion_of(*attempt, rest);
        if (!expansion.too_many && !expansion.replaced.empty())
            trouble = co_await forwarder_.forward(attempt, expansion);
    } catch (const std::exception& failure) {
        trouble = failure.what();
    }
    const Recipients concerned = expansion.empty() ? rest : expansion.replaced;
    if (!trouble.empty())
        wait_all(attempt, concerned, "forwarding: " + trouble);
    else if (expansion.too_many)
        fail_all(attempt, concerned, "the address expands to too many", {5, 4, 6});
    else if (!expansion.replaced.empty())
        note_forwarded(*attempt, expansion.replaced);
    if (!trouble.empty() || !expansion.empty())
        leave_out(rest, concerned);
    fail_all(attempt, expansion.looping, "the address is forwarded in a circle", {5, 4, 6});
    leave_out(rest, expansion.looping);
    route_or_wait(attempt, rest);
    --finishing_;
    group_over(attempt);
    check_stopped();
}

void Dispatcher::note_forwarded(const Attempt& attempt, const Recipients& recipients)
{
    std::vector<spool::Outcome> outcomes;
    for (const std::uint32_t i : recipients)
        outcomes.push_back({i, spool::RecipientState::forwarded, "forwarded"});
    (void)queue_.note(attempt.id, outcomes, base::wall_seconds(), {});
    if (base::logs(base::Level::debug, "replaced"))
        log_replaced(attempt, recipients);
}

} // namespace delivery
