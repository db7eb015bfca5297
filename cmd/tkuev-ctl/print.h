// SPDX-License-Identifier: Apache-2.0
// tkuev-ctl/print.h - measures and faults for people and for programs.  Passwords are never
// shown.
#pragma once

#include "li/check.h"
#include "li/measure.h"

#include <ostream>
#include <span>
#include <string>

namespace tkuev {

// Each as "error: field: English / German"; with `json` an array.
void print_faults(std::ostream& out, std::span<const li::Fault> faults, bool json);
// What an officer must see before saying yes.
void print_measure(std::ostream& out, const li::Measure& measure, li::Time now);
[[nodiscard]] std::string json_of(const li::Measure& measure, li::Time now);
// "a1b2c3d4": enough of the handle to name a measure.
[[nodiscard]] std::string short_name(const li::Measure& measure);

} // namespace tkuev
