// SPDX-License-Identifier: Apache-2.0
#include "properties.h"

#include "db/names.h"
#include "journal/message.h"
#include "text/lines.h"

#include <algorithm>

namespace replayctl {

namespace {

using db::JournalCriteria;
using spool::Envelope;

// Of the sender or of any recipient.
template <class Holds>
bool any_address(const Envelope& envelope, const Holds& holds)
{
    return holds(envelope.sender) ||
           std::ranges::any_of(envelope.recipients, [&](const spool::Recipient& one) {
               return holds(one.address);
           });
}

bool is_domain_of(const std::string& stored, const std::string& address)
{
    const std::string_view domain = db::halves(address).domain;
    return !domain.empty() &&
           db::normal_domain(domain).value_or(db::lower(domain)) == stored;
}

bool has_addresses(const Envelope& envelope, const JournalCriteria& said)
{
    if (!said.address.empty() && !any_address(envelope, [&](const std::string& address) {
            return text::equal_ignoring_case(address, said.address);
        }))
        return false;
    if (said.domain.empty())
        return true;
    const std::string stored = db::normal_domain(said.domain).value_or(said.domain);
    return any_address(envelope, [&](const std::string& address) {
        return is_domain_of(stored, address);
    });
}

bool came_by(const spool::Client& client, const JournalCriteria& said)
{
    const auto is = [](const std::string& wanted, const std::string& found) {
        return wanted.empty() || text::equal_ignoring_case(wanted, found);
    };
    return is(said.client, client.address) && is(said.login, client.login) &&
           (said.listener.empty() || said.listener == client.listener);
}

} // namespace

bool asks_log(const JournalCriteria& said)
{
    const JournalCriteria nothing;
    return !said.address.empty() || !said.domain.empty() || !said.client.empty() ||
           !said.login.empty() || !said.listener.empty() || said.origin ||
           said.smallest != nothing.smallest || said.largest != nothing.largest;
}

bool has_properties(const spool::Found& message, const JournalCriteria& said)
{
    const Envelope& envelope = message.envelope;
    if (message.size < said.smallest || message.size > said.largest)
        return false;
    if (said.origin && *said.origin != journal::origin_of(envelope.origin))
        return false;
    return came_by(envelope.client, said) && has_addresses(envelope, said);
}

} // namespace replayctl
