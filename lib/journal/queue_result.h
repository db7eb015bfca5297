// SPDX-License-Identifier: Apache-2.0
// journal/queue_result.h - what the queue knows of a recipient, as the journal files it.
// Pure.
#pragma once

#include "db/journal_rows.h"
#include "spool/envelope.h"
#include "spool/queue_entry.h"

#include <cstdint>
#include <optional>
#include <string_view>

namespace journal {

// Nothing: it waits.
[[nodiscard]] std::optional<db::Outcome> outcome_of(spool::RecipientState state);

// A result that counts only where no other is known.  `recipient` is one of the envelope;
// reason: "host[192.0.2.1]:25: 250 2.0.0 ok"; time: of now, for the queue knows no other.
[[nodiscard]] db::JournalResult queue_result(const spool::Envelope& envelope,
                                             std::uint32_t recipient, db::Outcome outcome,
                                             std::string_view reason, std::int64_t time);

} // namespace journal
