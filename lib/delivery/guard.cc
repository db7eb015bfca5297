// SPDX-License-Identifier: Apache-2.0
// delivery/guard.cc - see guard.h.
#include "delivery/guard.h"

#include <algorithm>
#include <utility>

namespace delivery {

Guard::Verdict Guard::refused(spool::MessageId id, std::vector<std::uint32_t> recipients,
                              std::int64_t now)
{
    if (tripped_)
        return Verdict::hold;
    if (const auto cleared = std::find(cleared_.begin(), cleared_.end(), id);
        cleared != cleared_.end()) {
        cleared_.erase(cleared);
        return Verdict::believe;
    }
    const auto known = std::find_if(suspects_.begin(), suspects_.end(),
                                    [&](const Suspect& s) { return s.id == id; });
    if (known != suspects_.end()) {
        if (now - known->since < patience) {
            known->recipients = std::move(recipients);
            return Verdict::suspect;
        }
        suspects_.erase(known);
        return Verdict::believe;
    }
    suspects_.push_back({id, std::move(recipients), now});
    if (suspects_.size() < failures_)
        return Verdict::suspect;
    tripped_ = true;
    return Verdict::tripped;
}

void Guard::delivered()
{
    tripped_ = false;
    for (const Suspect& suspect : suspects_)
        cleared_.push_back(suspect.id);
    suspects_.clear();
    if (cleared_.size() > failures_)
        cleared_.erase(cleared_.begin(),
                       cleared_.end() - static_cast<std::ptrdiff_t>(failures_));
}

std::vector<Guard::Suspect> Guard::take_suspects()
{
    return std::exchange(suspects_, {});
}

} // namespace delivery
