// SPDX-License-Identifier: Apache-2.0
// audit/measure_entry.h - a measure as the audit log hears of it.
#pragma once

#include "audit/entry.h"
#include "li/measure.h"

#include <string>

namespace audit {

// An act on the measure, with the fields of TKÜV § 16 (1) as far as they are the measure's;
// where what it yields goes is the caller's to say.
[[nodiscard]] Entry entry_of(const std::string& act, const li::Measure& measure,
                             const std::string& destination);

} // namespace audit
