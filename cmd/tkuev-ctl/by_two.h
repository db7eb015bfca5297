// SPDX-License-Identifier: Apache-2.0
// tkuev-ctl/by_two.h - acts that change what was approved: with [tkuev] second-person they
// take effect when a second person gives the same command.  See li/proposal.h.
#pragma once

#include "office.h"

#include <functional>
#include <string>

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
                                const Intention& intended);

} // namespace tkuev
