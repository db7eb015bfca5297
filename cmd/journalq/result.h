// SPDX-License-Identifier: Apache-2.0
// journalq/result.h - what became of a message.
#pragma once

#include "db/journal_search.h"

#include <cstdint>
#include <optional>
#include <string_view>

namespace journalq {

// The one that an operator looks for first: failed rather than waiting, waiting rather than
// delivered; null without recipients.
[[nodiscard]] const db::FiledRecipient* worst_recipient(const db::FiledMessage& filed);
// Its result, or "refused" or "unknown".
[[nodiscard]] std::string_view worst_result(const db::FiledMessage& filed);
[[nodiscard]] std::string_view result_of(const db::FiledRecipient& recipient);

// Milliseconds from acceptance to the end, 0 if a clock was put back meanwhile; none while
// it waits.
[[nodiscard]] std::optional<std::int64_t> delay_of(const db::FiledMessage& filed,
                                                   const db::FiledRecipient& recipient);

// Whether any recipient does.
[[nodiscard]] bool waits(const db::FiledMessage& filed);
// As the view journal_messages of journal-db(5) has it.
[[nodiscard]] std::string_view state_of(const db::FiledMessage& filed);

} // namespace journalq
