// SPDX-License-Identifier: Apache-2.0
// session/probe_cache.cc - see the header.

#include "session/probe_cache.h"

namespace session {

ProbeCache::ProbeCache(base::seconds keep_known, base::seconds keep_unknown,
                       std::size_t most)
    : keep_known_(keep_known), keep_unknown_(keep_unknown), most_(most)
{
}

std::optional<ProbeAnswer> ProbeCache::find(const std::string& address,
                                            base::SteadyTime now) const
{
    const auto found = answers_.find(address);
    if (found == answers_.end() || found->second.until <= now)
        return std::nullopt;
    return found->second.answer;
}

void ProbeCache::remember(const std::string& address, const ProbeAnswer& answer,
                          base::SteadyTime now)
{
    if (answer.kind == ProbeAnswer::Kind::no_answer)
        return;
    if (answers_.size() >= most_)
        answers_.clear();
    const bool known = answer.kind == ProbeAnswer::Kind::known;
    answers_[address] = {answer, now + (known ? keep_known_ : keep_unknown_)};
}

} // namespace session
