// SPDX-License-Identifier: Apache-2.0
// journal/lag.h - what the log and the events hold that the journal does not, yet.
//
// Looks for itself, so it tells the truth of a process that files too slowly, and of one
// that is dead.  Changes nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace journal {

struct Lag {
    std::uint64_t messages = 0;
    std::uint64_t octets = 0; // of these
    std::uint64_t lines = 0;  // of events
    bool counted = true;      // false: there are more
    // When the oldest of them came, microseconds since 1970; nothing: none waits.
    std::optional<std::int64_t> oldest;
};

// Throws base::Failure.
[[nodiscard]] Lag lag_of(const std::string& spool, const std::string& database);

} // namespace journal
