// SPDX-License-Identifier: Apache-2.0
#include "journal/queue_result.h"

#include "journal/refusal_words.h"

namespace journal {

namespace {

// "host[192.0.2.1]:25: 250 2.0.0 ok"
void say(db::JournalResult& result, std::string_view reason)
{
    const std::size_t colon = reason.find(": ");
    result.reply = reason;
    if (colon != reason.npos && parts_of(reason.substr(colon + 2)).code != 0) {
        result.relay = reason.substr(0, colon);
        result.reply = reason.substr(colon + 2);
    }
    result.enhanced = parts_of(result.reply).enhanced;
}

} // namespace

std::optional<db::Outcome> outcome_of(spool::RecipientState state)
{
    switch (state) {
    case spool::RecipientState::waiting:
        break;
    case spool::RecipientState::delivered:
        return db::Outcome::delivered;
    case spool::RecipientState::failed:
        return db::Outcome::failed;
    case spool::RecipientState::expired:
        return db::Outcome::expired;
    case spool::RecipientState::deleted:
        return db::Outcome::deleted;
    case spool::RecipientState::forwarded:
        return db::Outcome::forwarded;
    }
    return std::nullopt;
}

db::JournalResult queue_result(const spool::Envelope& envelope, std::uint32_t recipient,
                               db::Outcome outcome, std::string_view reason,
                               std::int64_t time)
{
    db::JournalResult result;
    result.id = envelope.id;
    result.address = envelope.recipients.at(recipient).address;
    result.people.push_back(envelope.sender);
    for (const spool::Recipient& one : envelope.recipients)
        result.people.push_back(one.address);
    result.time = time;
    result.outcome = outcome;
    result.fallback = true;
    say(result, reason);
    return result;
}

} // namespace journal
