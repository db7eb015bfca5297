// SPDX-License-Identifier: Apache-2.0
// audit/measure_entry.h - a measure as the audit log hears of it.
#pragma once

#include "audit/entry.h"
#include "li/measure.h"

#include <string>
#include <string_view>

namespace audit {

// "sftp://192.0.2.9:22/in 192.0.2.10:22": never user or password.
[[nodiscard]] std::string destination_text(const li::Destination& where);

// An act on the measure, with the fields of TKÜV § 16 (1) as far as they are the measure's;
// what it yields goes to its destinations, or to `destination`.
[[nodiscard]] Entry entry_of(const std::string& act, const li::Measure& measure);
[[nodiscard]] Entry entry_of(const std::string& act, const li::Measure& measure,
                             const std::string& destination);

// From the detail of such an entry, "measure=3f9a... authority=lka entry=12": which measure
// it is about; empty: none, or an order that was only looked at.  One that was refused for
// want of a role says it, too.
[[nodiscard]] std::string measure_in(std::string_view detail);
// Of the first of the two, whose authority; empty: it does not say.
[[nodiscard]] std::string authority_in(std::string_view detail);

} // namespace audit
