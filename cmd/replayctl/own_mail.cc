// SPDX-License-Identifier: Apache-2.0
#include "own_mail.h"

#include "delivery/expansion.h"
#include "header.h"
#include "text/lines.h"
#include "text/pattern.h"
#include "ums/owners.h"

#include <algorithm>
#include <iterator>

namespace replayctl {

namespace {

constexpr std::size_t most_known = 65'536; // then all are forgotten

} // namespace

bool keeps_mail(const std::string& address, delivery::Facts& facts)
{
    const auto mailbox = delivery::own_mailbox(address, facts);
    return mailbox && text::equal_ignoring_case(*mailbox, address);
}

OwnMail::OwnMail(const std::string& spool, delivery::Facts& facts,
                 std::set<std::string> addresses, const std::string& pattern)
    : reader_(spool), facts_(facts), addresses_(std::move(addresses))
{
    if (!pattern.empty())
        std::erase_if(addresses_, [&](const std::string& address) {
            return !text::matches_pattern(pattern, address);
        });
}

OwnMail::Addresses OwnMail::ends_of(const std::string& address, bool expanded,
                                    std::set<std::string> passed)
{
    const ums::Addressed one{.recipients = {address},
                             .waits = {true},
                             .expanded = expanded,
                             .passed = std::move(passed)};
    const ums::Owners owners = ums::OwnerSearch(one, facts_).of(0);
    Addresses own;
    std::ranges::set_intersection(owners.users, addresses_, std::back_inserter(own));
    std::erase_if(own, [&](const std::string& end) { return !keeps_mail(end, facts_); });
    return own;
}

const OwnMail::Addresses& OwnMail::known_ends_of(const std::string& address, bool expanded)
{
    const std::string key = (expanded ? "=" : "+") + address;
    if (const auto known = known_.find(key); known != known_.end())
        return known->second;
    Addresses ends = ends_of(address, expanded, {});
    if (known_.size() >= most_known)
        known_.clear();
    return known_.emplace(key, std::move(ends)).first->second;
}

// Only what may be his is read from the disk.
OwnMail::Addresses OwnMail::of(const spool::Found& message, std::uint32_t recipient)
{
    const std::string& address = message.envelope.recipients.at(recipient).address;
    const bool expanded = message.envelope.origin == spool::Origin::forward;
    const Addresses& ends = known_ends_of(address, expanded);
    if (ends.empty() || expanded || !delivery::expands(address, facts_))
        return ends;
    std::set<std::string> passed = delivery::delivered_to(header_of(reader_, message));
    return passed.empty() ? ends : ends_of(address, expanded, std::move(passed));
}

OwnMail::Addresses OwnMail::of(const spool::Found& message)
{
    std::set<std::string> all;
    for (std::uint32_t i = 0; i < message.envelope.recipients.size(); ++i)
        for (std::string& address : of(message, i))
            all.insert(std::move(address));
    return {all.begin(), all.end()};
}

} // namespace replayctl
