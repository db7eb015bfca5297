// SPDX-License-Identifier: Apache-2.0
// tkuev-audit/when.h - times on the command line.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace tkuev_audit {

// "2026-11-22" (its first moment), "2026-11-22T13:04:05", both local, or the latter with an
// offset ("+01:00", "Z"): microseconds since 1970.
[[nodiscard]] std::optional<std::int64_t> parse_when(const std::string& text);

} // namespace tkuev_audit
