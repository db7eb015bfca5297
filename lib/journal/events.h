// SPDX-License-Identifier: Apache-2.0
// journal/events.h - events of sponts-log(5) as the journal files them.  Pure.
#pragma once

#include "db/journal_rows.h"
#include "spool/event_reader.h"

#include <array>
#include <cstdint>
#include <string_view>
#include <variant>
#include <vector>

namespace journal {

// What the programs are to report, sorted (spool/event_writer.h).
inline constexpr std::array<std::string_view, 14> wanted_events{
    "client-refused",     "deferred",        "deleted",
    "delivered",          "expired",         "failed",
    "login-accepted",     "login-refused",   "login-unavailable",
    "message-not-stored", "message-refused", "recipient-refused",
    "replaced",           "sender-refused",
};

using Event = std::variant<db::JournalResult, db::JournalDeletion, db::JournalRefusal,
                           db::JournalLogin>;

// A line may tell of several recipients; one that cannot be read, or that nobody wants,
// tells of none.  Tenants are not known here.
[[nodiscard]] std::vector<Event> read_event(const spool::EventLine& line);
// How many events its program could not write before this line, which tells only of that;
// 0: it is another line.
[[nodiscard]] std::uint64_t lost_before(const spool::EventLine& line);

} // namespace journal
