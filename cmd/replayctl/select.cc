// SPDX-License-Identifier: Apache-2.0
#include "select.h"

#include "base/clock.h"
#include "conf/journal_selection.h"
#include "spool/id_list.h"

#include <algorithm>
#include <iostream>
#include <iterator>
#include <unordered_map>

namespace replayctl {

namespace {

constexpr std::size_t scan_step = 4096;

} // namespace

std::vector<conf::OptionSpec> selection_options()
{
    std::vector<conf::OptionSpec> all{{"sender", "PATTERN", "of this sender"},
                                      {"rcpt", "PATTERN", "to this recipient"}};
    std::ranges::move(conf::time_options(), std::back_inserter(all));
    return all;
}

Criteria read_criteria(const Call& call)
{
    Criteria criteria;
    criteria.only_ids = !call.operands.empty();
    for (const spool::MessageId id : spool::read_ids(call.operands, std::cin))
        criteria.ids.insert(id);
    criteria.sender = call.get("sender");
    criteria.recipient = call.get("rcpt");
    const conf::JournalPeriod period = conf::read_period(call, base::wall_microseconds());
    criteria.since = period.from;
    if (period.to > 0)
        criteria.until = period.to;
    return criteria;
}

bool matches(const Criteria& criteria, const spool::Envelope& envelope)
{
    if (criteria.only_ids && !criteria.ids.contains(envelope.id))
        return false;
    if (envelope.arrival < criteria.since || envelope.arrival >= criteria.until)
        return false;
    if (!criteria.sender.empty() && !matches_pattern(criteria.sender, envelope.sender))
        return false;
    return criteria.recipient.empty() ||
           std::ranges::any_of(envelope.recipients, [&](const spool::Recipient& one) {
               return matches_pattern(criteria.recipient, one.address);
           });
}

std::vector<spool::Found> select(const std::string& spool, const Criteria& criteria,
                                 const Also& also)
{
    std::unordered_map<spool::MessageId, spool::Found> chosen;
    spool::Follower follower(spool, {});
    const auto found = [&](spool::Found&& one) {
        if (!matches(criteria, one.envelope) || (also && !also(one)))
            return;
        spool::Found& known = chosen[one.envelope.id];
        if (known.where.segment <= one.where.segment)
            known = std::move(one);
    };
    const auto damaged = [](spool::Location, std::string_view) {}; // smtp-sendd reports it
    while (follower.poll(scan_step, found, damaged) == scan_step) {
    }
    std::vector<spool::Found> all;
    all.reserve(chosen.size());
    for (auto& [id, one] : chosen)
        all.push_back(std::move(one));
    std::ranges::sort(all, {}, [](const spool::Found& one) { return one.envelope.id; });
    return all;
}

} // namespace replayctl
