// SPDX-License-Identifier: Apache-2.0
#include "kept_back.h"

#include "spool/reader.h"

#include <utility>

namespace replayctl {

namespace {

bool waits_for_him(const spool::Entry& entry, const spool::Found& message, OwnMail& own)
{
    for (std::uint32_t i = 0; i < message.envelope.recipients.size(); ++i)
        if (i < entry.recipients() && entry.waits(i) && !own.of(message, i).empty())
            return true;
    return false;
}

} // namespace

KeptBack::KeptBack(const std::string& spool, const spool::QueueView& queue, OwnMail& own)
{
    spool::Reader reader(spool);
    queue.for_each([&](const spool::Entry& entry) {
        if (entry.hold() != spool::Hold::by_operator)
            return;
        auto envelope = reader.envelope(entry.where());
        if (!envelope)
            return; // it has just gone
        const spool::Found message{entry.where(), 0, std::move(*envelope)};
        if (!waits_for_him(entry, message, own))
            return;
        ids_.insert(entry.id());
        if (message.envelope.origin == spool::Origin::forward)
            ids_.insert(message.envelope.parent);
    });
}

} // namespace replayctl
