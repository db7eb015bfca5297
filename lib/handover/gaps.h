// SPDX-License-Identifier: Apache-2.0
// handover/gaps.h - content that could not be delivered in time is destroyed, and the
// authority is told that there was some (TKÜV § 10, § 13).
#pragma once

#include "handover/desk.h"

#include <cstdint>
#include <string_view>

namespace handover {

// The event of a gap in the place of `event`, with its number, and the first disturbance
// notice of its kind.  `name`: of the file that the content would have gone in, if the
// event has named it.  Part of a transaction of the caller's.
void add_gap(Desk& desk, db::HandoverWork& work, const li::Measure& measure,
             const li::Event& event, std::uint32_t cin, std::string_view why,
             std::int64_t now, const std::string& name = {});

// When content of this measure was last destroyed, microseconds; 0: never.
[[nodiscard]] std::int64_t last_gap(db::HandoverWork& work, const li::Handle& measure);

// Content gets through again.
void note_recovery(Desk& desk, db::HandoverWork& work, const li::Measure& measure,
                   std::int64_t now);

// Destroys what is older than [tkuev] content-seconds, but what others carry just now.
void destroy_overdue(Desk& desk, std::int64_t now);
// The same of one measure, by who carries it.
void destroy_overdue(Desk& desk, const li::Handle& measure, std::int64_t now);

// Everything of a file up to its position that no waiting content needs is emptied on the
// disk: after a crash nothing stays that should have gone.
void sweep_file(Desk& desk, const std::string& file, std::uint64_t from, std::uint64_t to);

} // namespace handover
