// SPDX-License-Identifier: Apache-2.0
// journal/sources.h - the names of what the journal is filed from, in its table progress.
//
//     log/SEGMENT     twice the next octet, and 1 if it is read to its end
//     events/NAME     the next octet
#pragma once

#include "db/journal.h"
#include "spool/reader.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace journal {

using Filed = std::map<std::string, std::uint64_t, std::less<>>;

[[nodiscard]] std::string source_of(const spool::Follower::Position& position);
[[nodiscard]] std::uint64_t encoded(const spool::Follower::Position& position);
[[nodiscard]] std::string source_of_events(std::string_view name);

[[nodiscard]] Filed filed_in(const std::vector<db::JournalProgress>& progress);
// Where a follower of the log begins.
[[nodiscard]] std::vector<spool::Follower::Position> positions_in(const Filed& filed);
// The name of a file of events; nothing: a source of another kind.
[[nodiscard]] std::optional<std::string_view> events_in(std::string_view source);
// Of a file of events; 0: nothing of it is filed.
[[nodiscard]] std::uint64_t filed_of_events(const Filed& filed, std::string_view name);

} // namespace journal
