// SPDX-License-Identifier: Apache-2.0
// handover/outages.h - a measure that was in effect is not carried out, or not wholly: a
// disturbance (TKÜV § 13), which its authority is told of when it begins and when it is
// over.
//
// All of it is part of a transaction of the caller's.
#pragma once

#include "handover/desk.h"

#include <cstdint>

namespace handover {

struct Outage {
    std::int64_t begin = 0;     // 0: there was none
    std::int64_t recovered = 0; // 0: not yet
    bool operator==(const Outage&) const = default;
};
[[nodiscard]] Outage last_outage(db::HandoverWork& work, const li::Handle& measure);
[[nodiscard]] bool is_open(const Outage& outage);

// One that is open goes on.
void begin_outage(db::HandoverWork& work, const li::Handle& measure, std::int64_t now);
void end_outage(db::HandoverWork& work, const li::Handle& measure, std::int64_t now);

[[nodiscard]] bool outage_is_untold(db::HandoverWork& work, const li::Handle& measure);
// What has not been told of the last one: its begin, its end, or both.
void tell_outage(Desk& desk, db::HandoverWork& work, const li::Measure& measure,
                 std::int64_t now);

} // namespace handover
