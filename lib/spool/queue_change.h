// SPDX-License-Identifier: Apache-2.0
// spool/queue_change.h - one thing that happened to one queued message, and its line.
//
// Format: sponts-spool(5), results.  Everything a line sets is absolute ("third attempt",
// never "one more"), so reading a line again does no harm: a snapshot may already contain
// what the lines after it say.
#pragma once

#include "spool/id.h"
#include "spool/queue_entry.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace spool {

struct Change {
    enum class What : std::uint8_t {
        result,  // recipient, state, text: the reason
        attempt, // attempts, when: the next one, text: the destination
        delay_notice,
        hold,    // hold, text: the reason
        release, // when
        retry,   // when
        requeue, // when
        remove,
        expire, // when
        carry,  // a copy of its record is about to be appended to the log
        moved,  // where: that copy is now the one that counts
    };
    MessageId id{};
    What what = What::result;
    RecipientState state = RecipientState::waiting;
    Hold hold = Hold::none;
    std::uint32_t recipient = 0;
    std::uint32_t attempts = 0;
    std::int64_t when = 0;
    Location where{};
    std::string_view text{}; // one_line()
    bool operator==(const Change&) const = default;
};

void append_line(std::string& lines, const Change& change);

// A line without its newline; nothing if it is not one.  `text` points into the line.
[[nodiscard]] std::optional<Change> parse_change(std::string_view line);

} // namespace spool
