// SPDX-License-Identifier: Apache-2.0
// audit/retention.h - which entries may, and must, be deleted (TKÜV § 16 (2), § 17).  Pure.
//
// An entry goes when the report about its quarter is older than the retention time, unless
// its measure is still running.  An entry about a deletion stays for two years.  A grant
// stays until the end of the second calendar year after the one in which it was taken back.
#pragma once

#include "audit/inspect.h"

#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace audit {

struct Purge {
    Reach reach; // the highest of these numbers
    std::set<std::uint64_t> log;
    std::set<std::uint64_t> grants;
    std::vector<std::string> unreported; // quarters that are old enough, but for a report
    [[nodiscard]] bool empty() const { return log.empty() && grants.empty(); }
};

struct PurgeRules {
    std::int64_t now = 0;               // seconds
    std::int64_t retention = 0;         // seconds
    std::set<std::string> references{}; // of measures that stay nevertheless
};

[[nodiscard]] Purge plan_purge(const Inspection& log, const PurgeRules& rules);

// "2026-Q3", in local time.
[[nodiscard]] std::string quarter_of(std::int64_t epoch_seconds);

} // namespace audit
