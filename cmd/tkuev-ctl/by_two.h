// SPDX-License-Identifier: Apache-2.0
// tkuev-ctl/by_two.h - acts that change what was approved: with [tkuev] second-person they
// take effect when a second person gives the same command.  See li/proposal.h.
#pragma once

#include "li/proposal.h"
#include "office.h"

#include <functional>
#include <string>
#include <string_view>

namespace tkuev {

struct ByTwo {
    std::string act; // "redirect"; the audit log has "measure-redirect"
    // Makes the measure what it is to become, or refuses.
    std::function<li::Done(Office& office, li::Measure& measure)> decide;
    // What both must have said alike, of the measure as it is to become.
    std::function<std::string(const li::Measure& wanted)> content;
};

// What the first person wants is noted and changes nothing else: exit_not_yet.
[[nodiscard]] int change_by_two(const Call& call, const ByTwo& by_two,
                                const Intention& intended = {});

// When the first of two persons wanted it; now, if one is enough or he is the first.  What
// is agreed to later does not happen later by that.
[[nodiscard]] li::Time first_wanted(const Office& office, const li::Measure& measure,
                                    std::string_view act);

// exit_done, or says that somebody else is waited for: exit_not_yet.
[[nodiscard]] int exit_of(li::Agreement agreement);
// What the audit log hears of it, where two persons are asked for.
void remark_of(Office& office, li::Agreement agreement);

} // namespace tkuev
