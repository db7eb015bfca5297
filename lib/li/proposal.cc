// SPDX-License-Identifier: Apache-2.0
#include "li/proposal.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace li {

namespace {

// `before` is the one of `all` that is open, or null.
Agreement agree(std::vector<Proposal>& all, const Proposal* before, Proposal wanted,
                const Rulings& rulings)
{
    const bool same = before != nullptr && before->content == wanted.content;
    const bool differs = before != nullptr && !same;
    if (same && rulings.second_person && before->by == wanted.by)
        return Agreement::proposed; // saying it twice does not make it last longer
    std::erase_if(all, [&](const Proposal& it) { return it.act == wanted.act; });
    if (same || !rulings.second_person)
        return Agreement::agreed;
    all.push_back(std::move(wanted));
    return differs ? Agreement::differs : Agreement::proposed;
}

} // namespace

Time lapses(const Proposal& proposal)
{
    return proposal.time + proposal_holds;
}

bool is_open(const Proposal& proposal, const Measure& measure, Time now)
{
    const bool of_ended = proposal.act == forgetting; // nothing else is done with them
    return now < lapses(proposal) && (of_ended || next_change(measure, now).has_value());
}

const Proposal* open_proposal(const Measure& measure, std::string_view act, Time now)
{
    const auto& all = measure.life.proposals;
    const auto found = std::ranges::find(all, act, &Proposal::act);
    return found != all.end() && is_open(*found, measure, now) ? &*found : nullptr;
}

Agreement agree(Measure& measure, std::string_view act, Time now, std::string_view person,
                const std::string& content, const Rulings& rulings)
{
    return agree(measure.life.proposals, open_proposal(measure, act, now),
                 {std::string(act), std::string(person), content, now}, rulings);
}

const Proposal* open_proposal(const Authority& authority, Time now)
{
    const auto& all = authority.proposals;
    return !all.empty() && now < lapses(all.front()) ? &all.front() : nullptr;
}

Agreement agree(Authority& authority, Time now, std::string_view person,
                const std::string& content, const Rulings& rulings)
{
    return agree(authority.proposals, open_proposal(authority, now),
                 {"certificate", std::string(person), content, now}, rulings);
}

} // namespace li
