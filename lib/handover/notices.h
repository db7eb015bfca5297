// SPDX-License-Identifier: Apache-2.0
// handover/notices.h - HI1 notices on the way of the event data: that a measure was set up,
// changed or ended (TKÜV § 5 (5)), and disturbances (§ 13).  Letters are tkuev-ctl(8)'s.
#pragma once

#include "handover/desk.h"

#include <cstdint>

namespace handover {

// Part of a transaction of the caller's.  Profiles without PDUs get none.
void add_notice(Desk& desk, db::HandoverWork& work, const li::Measure& measure,
                const li::Occasion& occasion, std::int64_t now);

// Since when it is as good as set up: the servers were told of it.  0: they were not yet.
[[nodiscard]] li::Time took_effect(db::HandoverWork& work, const li::Measure& measure);

// Notices have no communication: their numbers are those of CIN 0, which no session has.
// Part of a transaction of the caller's.
[[nodiscard]] std::uint32_t next_notice_number(db::HandoverWork& work,
                                               const li::Handle& measure);

// Whether nothing will be told any more.
[[nodiscard]] bool told_of_end(db::HandoverWork& work, const li::Handle& measure);

// For each measure what has not been told yet.
void add_notices(Desk& desk, std::int64_t now);

} // namespace handover
