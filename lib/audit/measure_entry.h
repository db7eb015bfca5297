// SPDX-License-Identifier: Apache-2.0
// audit/measure_entry.h - a measure as the audit log hears of it.
#pragma once

#include "audit/entry.h"
#include "li/measure.h"

#include <string>

namespace audit {

// "sftp://192.0.2.9:22/in 192.0.2.10:22": never user or password.
[[nodiscard]] std::string destination_text(const li::Destination& where);

// An act on the measure, with the fields of TKÜV § 16 (1) as far as they are the measure's;
// what it yields goes to its destinations, or to `destination`.
[[nodiscard]] Entry entry_of(const std::string& act, const li::Measure& measure);
[[nodiscard]] Entry entry_of(const std::string& act, const li::Measure& measure,
                             const std::string& destination);

} // namespace audit
