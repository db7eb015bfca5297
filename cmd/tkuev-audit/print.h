// SPDX-License-Identifier: Apache-2.0
// tkuev-audit/print.h - entries, for people and for programs.
#pragma once

#include "audit/record.h"
#include "persons.h"

#include <string>
#include <string_view>
#include <vector>

namespace tkuev_audit {

// UTF-8 as it is, but nothing that moves the cursor or ends a column.
[[nodiscard]] std::string shown(std::string_view text);
// "2026-11-22T13:04:05+01:00"; "deleted" if nobody knows any more.
[[nodiscard]] std::string time_text(const audit::Record& record);

// The names of the columns, and an entry in one line, tabs in between.
[[nodiscard]] std::string columns();
[[nodiscard]] std::string line_of(const audit::Record& record, const Persons& persons);
// An object in one line.  `reasons`: why it is in a sample.
[[nodiscard]] std::string json_of(const audit::Record& record, const Persons& persons,
                                  const std::vector<std::string>& reasons = {});

} // namespace tkuev_audit
