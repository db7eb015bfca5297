// SPDX-License-Identifier: Apache-2.0
// tap/room.h - which measures have room in the match list.
//
// Its places, and the certificates in it, are limited.  A measure that has no room is left
// out as a whole and costs no other one anything.  A list is made of what has room.  Pure.
#pragma once

#include "tap/match_list.h"

#include <cstdint>
#include <expected>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace tap {

class Room {
public:
    explicit Room(std::uint32_t places) : places_(places) {}
    // All of its names go in, or none does: then why.
    [[nodiscard]] std::expected<void, std::string>
    take(const Target& target, const std::set<std::string_view>& names);
    [[nodiscard]] const std::vector<Interest>& interests() const { return interests_; }
    [[nodiscard]] std::uint32_t places() const { return places_; }

private:
    [[nodiscard]] std::string refusal(const Target& target,
                                      const std::set<std::string_view>& names) const;

    std::uint32_t places_;
    std::map<std::string, std::uint32_t, std::less<>> measures_; // of an identity
    std::set<std::string> certificates_;
    std::vector<Interest> interests_;
};

} // namespace tap
