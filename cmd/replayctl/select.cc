// SPDX-License-Identifier: Apache-2.0
#include "select.h"

#include "base/clock.h"
#include "base/failure.h"
#include "conf/journal_selection.h"
#include "text/lines.h"

#include <algorithm>
#include <fnmatch.h>
#include <iostream>
#include <iterator>
#include <unordered_map>

namespace replayctl {

namespace {

constexpr std::size_t scan_step = 4096;

void add_id(const std::string& word, Criteria& criteria)
{
    const auto id = spool::MessageId::parse(word);
    if (!id)
        throw base::Failure(base::Remedy::fix_arguments,
                            "not an id: " + text::printable(word));
    criteria.ids.insert(*id);
}

void read_ids(const Call& call, Criteria& criteria)
{
    criteria.only_ids = !call.operands.empty();
    for (const std::string& word : call.operands) {
        if (word != "-") {
            add_id(word, criteria);
            continue;
        }
        for (std::string line; std::getline(std::cin, line);)
            if (const std::string_view id = text::trim(line); !id.empty())
                add_id(std::string(id), criteria);
    }
}

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
    read_ids(call, criteria);
    criteria.sender = call.get("sender");
    criteria.recipient = call.get("rcpt");
    const conf::JournalPeriod period = conf::read_period(call, base::wall_microseconds());
    criteria.since = period.from;
    if (period.to > 0)
        criteria.until = period.to;
    return criteria;
}

bool matches_pattern(const std::string& pattern, const std::string& address)
{
    if (pattern == "<>")
        return address.empty();
    const std::string glob = pattern.starts_with('@') ? '*' + pattern : pattern;
    return ::fnmatch(glob.c_str(), address.c_str(), FNM_CASEFOLD) == 0;
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

std::vector<spool::Found> select(const std::string& spool, const Criteria& criteria)
{
    std::unordered_map<spool::MessageId, spool::Found> chosen;
    spool::Follower follower(spool, {});
    const auto found = [&](spool::Found&& one) {
        if (!matches(criteria, one.envelope))
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
