// SPDX-License-Identifier: Apache-2.0
// li/proposal.h - acts that two persons must want: the first proposes, and it takes effect
// when another one wants the same.
//
// Only a digest of what is wanted is kept: the second person gives all of it again, from
// the paper, and a difference is found.  Pure: the time is always told.
#pragma once

#include "li/life.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace li {

inline constexpr Time proposal_holds = 7 * day;
inline constexpr std::string_view forgetting = "forget"; // the act, of what has ended

enum class Agreement : std::uint8_t {
    agreed,   // two want the same, or one is enough: do it
    proposed, // noted; somebody else must want it, too
    differs,  // so is this one, instead of what was proposed before
};

[[nodiscard]] Time lapses(const Proposal& proposal);
// What waits for somebody else, or nothing.  The pointer is good until the measure changes.
[[nodiscard]] const Proposal* open_proposal(const Measure& measure, std::string_view act,
                                            Time now);
[[nodiscard]] bool is_open(const Proposal& proposal, const Measure& measure, Time now);
// `person` wants `act`, which may be done, with this content.
[[nodiscard]] Agreement agree(Measure& measure, std::string_view act, Time now,
                              std::string_view person, const std::string& content,
                              const Rulings& rulings);

// The same of an authority's certificates, by which content is sealed for it and its
// servers are known.
[[nodiscard]] const Proposal* open_proposal(const Authority& authority, Time now);
[[nodiscard]] Agreement agree(Authority& authority, Time now, std::string_view person,
                              const std::string& content, const Rulings& rulings);

} // namespace li
