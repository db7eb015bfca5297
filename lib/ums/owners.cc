// SPDX-License-Identifier: Apache-2.0
#include "ums/owners.h"

#include "delivery/expansion.h"
#include "proxy/backends.h"
#include "text/lines.h"

namespace ums {

bool OwnerSearch::is_over(const std::string& address)
{
    if (!over_) {
        over_.emplace();
        for (std::size_t i = 0; i < message_.recipients.size(); ++i)
            if (!message_.waits[i])
                over_->insert(
                    text::to_lower(delivery::rewritten(message_.recipients[i], facts_)));
    }
    return over_->contains(text::to_lower(address));
}

std::vector<std::string> OwnerSearch::ends_of(const std::string& address)
{
    if (message_.expanded || !delivery::expands(address, facts_))
        return {delivery::rewritten(address, facts_)};
    const delivery::Expansion expansion =
        delivery::expand({address}, {0}, {}, message_.passed, facts_);
    if (expansion.too_many)
        return {};
    std::vector<std::string> ends;
    for (const delivery::Leaf& leaf : expansion.leaves)
        if (!is_over(leaf.address))
            ends.push_back(leaf.address);
    return ends;
}

Owners OwnerSearch::of(std::uint32_t recipient)
{
    Owners owners;
    std::set<std::string> all;
    for (const std::string& end : ends_of(message_.recipients[recipient])) {
        const std::string domain = delivery::domain_of(end);
        if (domain.empty()) // it goes in a circle, or is nobody's
            continue;
        const std::string name = proxy::folded_name(end, {});
        all.insert(name);
        if (facts_.domain(domain))
            owners.users.insert(name);
    }
    owners.shared = all.size() > 1;
    return owners;
}

} // namespace ums
