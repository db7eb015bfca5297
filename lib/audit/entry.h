// SPDX-License-Identifier: Apache-2.0
// audit/entry.h - one use of the interception functions, as TKÜV § 16 (1) wants it noted.
//
// Who did it and when is not said by the program that asks: tkuev-auditd(8) finds out.
#pragma once

#include <cstdint>
#include <string>

namespace audit {

// What a person must be to do it; kept by tkuev-audit(8) grants.
enum class Role : std::uint8_t {
    operate, // measures: officers
    review,  // read, sample, report, purge: auditors
    grant,   // give and take the roles
};

struct Entry {
    std::string act{};     // "measure-create", "measure-end", "handover-export", ...
    std::string outcome{}; // "intended" before the effect; then "done", "refused", "failed"
    std::string reference{};   // 1: the authority's reference number or our own designation
    std::string identity{};    // 2: the Kennung as it was entered
    std::string begin{};       // 3: from ...
    std::string end{};         // 3: ... to, official time with its offset (RFC 3339)
    std::string destination{}; // 4: address of the recording connection
    std::string detail{};      // what else is needed to understand it; no secrets
    bool test = false;         // TKÜV § 23
    Role needs = Role::operate;
    bool operator==(const Entry&) const = default;
};

} // namespace audit
