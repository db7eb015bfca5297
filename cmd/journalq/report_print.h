// SPDX-License-Identifier: Apache-2.0
// journalq/report_print.h - the lines of a report, in the form that is wanted.
//
// Numbers first and names last, so that a long name pushes nothing aside.
#pragma once

#include "conf/command.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace journalq {

struct ReportTable {
    std::string name;                 // of the last column: "sender"
    std::vector<std::string> numbers; // of the others: "messages", "octets"
    struct Row {
        std::string name;
        std::vector<std::optional<std::int64_t>> numbers; // nothing: there is none
    };
    std::vector<Row> rows;
    // For people: behind the name of the column, and for an empty name.
    std::string note{};
    std::string nothing = "-";
};

// --json: an object a line, members called as the columns; --csv; or for people.
[[nodiscard]] std::string report_text(const ReportTable& table, const conf::Call& call);

} // namespace journalq
