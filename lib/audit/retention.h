// SPDX-License-Identifier: Apache-2.0
// audit/retention.h - which entries may, and must, be deleted (TKÜV § 16 (2), § 17).  Pure.
//
// An entry goes when a report about its quarter that has seen it is older than the
// retention time, unless its measure is still running.  An entry about a deletion stays for
// two years.  A grant stays until the end of the second calendar year after the one in
// which it was taken back.
#pragma once

#include "audit/inspect.h"

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace audit {

struct Purge {
    Reach reach; // the highest of these numbers
    std::set<std::uint64_t> log;
    std::set<std::uint64_t> grants;
    std::vector<std::string> unreported; // quarters with entries that no report has seen
    std::vector<std::string> unknown;    // references to keep that no measure has
    [[nodiscard]] bool empty() const { return log.empty() && grants.empty(); }
};

struct PurgeRules {
    std::int64_t now = 0;               // seconds
    std::int64_t retention = 0;         // seconds
    std::set<std::string> references{}; // of measures that stay nevertheless
};

[[nodiscard]] Purge plan_purge(const Inspection& log, const PurgeRules& rules);

// The detail of an entry "log-report": how far the log went when the report was made.
[[nodiscard]] std::string report_detail(std::uint64_t last, std::string_view seed);

// "2026-Q3", in official time.
[[nodiscard]] std::string quarter_of(std::int64_t epoch_seconds);

} // namespace audit
