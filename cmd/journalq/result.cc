// SPDX-License-Identifier: Apache-2.0
#include "result.h"

#include <algorithm>

namespace journalq {

const db::FiledRecipient* worst_recipient(const db::FiledMessage& filed)
{
    for (const db::Outcome outcome :
         {db::Outcome::refused, db::Outcome::failed, db::Outcome::expired,
          db::Outcome::waiting, db::Outcome::unknown, db::Outcome::deleted,
          db::Outcome::forwarded, db::Outcome::delivered})
        for (const db::FiledRecipient& one : filed.recipients)
            if (one.result.outcome == outcome)
                return &one;
    return nullptr;
}

std::string_view worst_result(const db::FiledMessage& filed)
{
    if (const db::FiledRecipient* const worst = worst_recipient(filed))
        return result_of(*worst);
    return filed.refused ? "refused" : "unknown";
}

std::string_view result_of(const db::FiledRecipient& recipient)
{
    return db::outcome_words[static_cast<std::size_t>(recipient.result.outcome)];
}

std::optional<std::int64_t> delay_of(const db::FiledMessage& filed,
                                     const db::FiledRecipient& recipient)
{
    const db::Outcome outcome = recipient.result.outcome;
    const bool ended = outcome != db::Outcome::waiting && outcome != db::Outcome::unknown;
    if (!ended || recipient.result.time == 0 || !filed.known || filed.refused)
        return std::nullopt;
    return std::max<std::int64_t>(recipient.result.time - filed.message.time, 0) / 1000;
}

namespace {

bool has(const db::FiledMessage& filed, db::Outcome outcome)
{
    return std::ranges::any_of(filed.recipients, [&](const db::FiledRecipient& one) {
        return one.result.outcome == outcome;
    });
}

} // namespace

bool waits(const db::FiledMessage& filed)
{
    return has(filed, db::Outcome::waiting);
}

std::string_view state_of(const db::FiledMessage& filed)
{
    if (filed.known && waits(filed))
        return "queued";
    return filed.known && !has(filed, db::Outcome::unknown) ? "done" : "unknown";
}

} // namespace journalq
