// SPDX-License-Identifier: Apache-2.0
// tkuev-audit/print.h - entries, for people and for programs.
#pragma once

#include "audit/record.h"
#include "persons.h"

#include <optional>
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
// What is said of an entry beside what stands in it.
struct Beside {
    std::vector<std::string> reasons{}; // why it is in a sample
    std::optional<std::string> under{}; // the Kennung it is listed under
};
// An object in one line.
[[nodiscard]] std::string json_of(const audit::Record& record, const Persons& persons,
                                  const Beside& beside = {});

} // namespace tkuev_audit
