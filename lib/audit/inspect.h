// SPDX-License-Identifier: Apache-2.0
// audit/inspect.h - is the log what was written?  Pure.
//
// Damage is what no crash of ours leaves behind: somebody has changed, cut, replaced or
// deleted.  An incident is what a crash or the clock leaves, and what we have written about
// it ourselves.
#pragma once

#include "audit/anchor.h"
#include "audit/chain.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace audit {

struct Files {
    std::string log;
    std::string grants;
    std::string anchor;
};

struct Inspection {
    Chain log;
    Chain grants;
    std::optional<Heads> anchor;
    std::string certificate; // fingerprint; persons are sealed to it; empty: not noted
    std::vector<std::string> damage;
    std::vector<std::string> incidents;

    // What is left to do after a crash.
    [[nodiscard]] bool unfinished() const;
};

[[nodiscard]] Inspection inspect(const Files& files);
// Beside that: were these heads (of earlier reports) heads of this log?
void compare_with(Inspection& inspection, const Head& earlier);

// And are persons sealed to the certificate that is there now?  Empty: there is none.
void compare_with_certificate(Inspection& inspection, const std::string& fingerprint);

// The detail of an entry "log-purge": up to which numbers it allows deletion.
struct Reach {
    std::uint64_t log = 0;
    std::uint64_t grants = 0;
};
[[nodiscard]] std::string to_text(const Reach& reach);
[[nodiscard]] std::optional<Reach> parse_reach(std::string_view detail);

// Microseconds since 1970 of the field "time"; 0 if there is none.
[[nodiscard]] std::int64_t time_of(const Record& record);

} // namespace audit
