// SPDX-License-Identifier: Apache-2.0
#include "tap/room.h"

#include <algorithm>

namespace tap {

std::string Room::refusal(const Target& target,
                          const std::set<std::string_view>& names) const
{
    if (interests_.size() + names.size() > places_)
        return "more identities than [tkuev] identities";
    if (target.recipient.size() > certificate_limit)
        return "the authority's certificate is too long";
    if (!target.recipient.empty() && certificates_.size() >= certificate_slots &&
        !certificates_.contains(target.recipient))
        return "too many authorities want content sealed for themselves";
    if (std::ranges::any_of(names, [&](std::string_view name) {
            const auto found = measures_.find(name);
            return found != measures_.end() && found->second >= measures_per_identity;
        }))
        return "too many measures for one identity";
    return "";
}

std::expected<void, std::string> Room::take(const Target& target,
                                            const std::set<std::string_view>& names)
{
    if (std::string why = refusal(target, names); !why.empty())
        return std::unexpected(std::move(why));
    for (const std::string_view name : names) {
        ++measures_[std::string(name)];
        interests_.push_back({std::string(name), target});
    }
    if (!target.recipient.empty())
        certificates_.insert(target.recipient);
    return {};
}

} // namespace tap
