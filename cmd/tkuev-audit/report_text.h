// SPDX-License-Identifier: Apache-2.0
// tkuev-audit/report_text.h - the words of the report.  Pure.
#pragma once

#include "audit/inspect.h"
#include "audit/sampling.h"

#include <string>

namespace tkuev_audit {

struct Report {
    std::string written; // time
    std::string operator_id;
    std::string findings; // the auditors' own words
    bool over = true;     // the quarter, when it was written
    audit::Sample sample;
    audit::Inspection log;
};

enum class Recipient : std::uint8_t { provider, regulator };

[[nodiscard]] std::string text_of(const Report& report, Recipient recipient);

} // namespace tkuev_audit
