// SPDX-License-Identifier: Apache-2.0
#include "spool/replay_history.h"

#include "text/lines.h"

#include <algorithm>

namespace spool {

namespace {

// No address has a line end in it.
std::string key_of(std::string_view address, std::string_view route)
{
    return text::to_lower(address) + '\n' + text::to_lower(route);
}

} // namespace

void ReplayHistory::add(MessageId original, std::string_view address,
                        std::string_view route)
{
    sent_[original].insert(key_of(address, route));
}

void ReplayHistory::add(const Envelope& message)
{
    for (std::uint32_t i = 0; i < message.recipients.size(); ++i)
        add(message, i);
}

void ReplayHistory::add(const Envelope& message, std::uint32_t recipient)
{
    if (message.origin == Origin::replay)
        add(message.parent, message.recipients.at(recipient).address, message.route);
}

void ReplayHistory::add(const ReplayState& run)
{
    for (const ReplayItem& item : run.plan.items) {
        const auto result = run.results.find(item.id);
        const bool sent = result == run.results.end()
                              ? run.running
                              : result->second.what == ReplayResult::What::sent;
        if (!sent)
            continue;
        for (const ReplayRecipient& to : item.recipients)
            add(item.id, to.address, run.plan.route);
    }
}

bool ReplayHistory::has(MessageId original, std::string_view address,
                        std::string_view route) const
{
    const auto found = sent_.find(original);
    return found != sent_.end() && found->second.contains(key_of(address, route));
}

std::size_t left_in(const ReplayHistory& history, const ReplayPlan& plan,
                    const ReplayResults& results)
{
    std::size_t count = 0;
    for (const ReplayItem& item : plan.items) {
        if (results.contains(item.id))
            continue;
        count += static_cast<std::size_t>(
            std::ranges::count_if(item.recipients, [&](const ReplayRecipient& to) {
                return history.has(item.id, to.address, plan.route);
            }));
    }
    return count;
}

} // namespace spool
