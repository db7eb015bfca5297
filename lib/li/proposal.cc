// SPDX-License-Identifier: Apache-2.0
#include "li/proposal.h"

#include <algorithm>

namespace li {

Time lapses(const Proposal& proposal)
{
    return proposal.time + proposal_holds;
}

bool is_open(const Proposal& proposal, const Measure& measure, Time now)
{
    return now < lapses(proposal) && next_change(measure, now).has_value();
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
    const Proposal* const before = open_proposal(measure, act, now);
    const bool same = before != nullptr && before->content == content;
    const bool differs = before != nullptr && !same;
    if (same && rulings.second_person && before->by == person)
        return Agreement::proposed; // saying it twice does not make it last longer
    std::erase_if(measure.life.proposals,
                  [&](const Proposal& it) { return it.act == act; });
    if (same || !rulings.second_person)
        return Agreement::agreed;
    measure.life.proposals.push_back({.act = std::string(act),
                                      .by = std::string(person),
                                      .content = content,
                                      .time = now});
    return differs ? Agreement::differs : Agreement::proposed;
}

} // namespace li
