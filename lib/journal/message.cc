// SPDX-License-Identifier: Apache-2.0
#include "journal/message.h"

#include <utility>

namespace journal {

db::Origin origin_of(spool::Origin origin)
{
    switch (origin) {
    case spool::Origin::client:
        break;
    case spool::Origin::bounce:
        return db::Origin::bounce;
    case spool::Origin::delay_notice:
    case spool::Origin::success_notice:
        return db::Origin::notice;
    case spool::Origin::forward:
        return db::Origin::forward;
    case spool::Origin::replay:
        return db::Origin::replay;
    }
    return db::Origin::client;
}

namespace {

db::JournalPeer peer_of(const spool::Envelope& envelope)
{
    const spool::Client& client = envelope.client;
    return {.tenant = {},
            .listener = client.listener,
            .protocol = client.protocol,
            .tls = envelope.tls,
            .client = client.address,
            .client_name = client.name,
            .helo = client.helo,
            .login = client.login};
}

} // namespace

db::JournalMessage message_of(const spool::Found& found, mime::Summary&& summary)
{
    const spool::Envelope& envelope = found.envelope;
    db::JournalMessage message;
    message.id = envelope.id;
    message.time = envelope.arrival;
    message.origin = origin_of(envelope.origin);
    if (envelope.parent != spool::MessageId())
        message.parent = envelope.parent;
    message.peer = peer_of(envelope);
    message.sender = envelope.sender;
    message.header_from = std::move(summary.from);
    message.message_id = std::move(summary.message_id);
    message.subject = std::move(summary.subject);
    message.size = found.size;
    message.recipients.reserve(envelope.recipients.size());
    for (const spool::Recipient& recipient : envelope.recipients)
        message.recipients.push_back({recipient.address, {}});
    for (mime::Attachment& one : summary.attachments)
        message.attachments.push_back(
            {std::move(one.name), std::move(one.declared), std::move(one.type), one.size});
    return message;
}

} // namespace journal
