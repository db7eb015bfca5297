// SPDX-License-Identifier: Apache-2.0
// spool/number.h - gives out segment numbers: milliseconds since 2025-01-01 UTC, strictly
// increasing over all processes of a spool, whatever the clock does.
#pragma once

#include "spool/disk.h"
#include "spool/id.h"

#include <cstdint>
#include <string>

namespace spool {

inline constexpr std::int64_t number_epoch = 1'735'689'600; // 2025-01-01T00:00:00Z

// The new number is durable before it is returned: no message id is ever given twice.
// Throws Failure.
[[nodiscard]] SegmentNumber next_segment_number(Disk& disk, const std::string& spool);

} // namespace spool
