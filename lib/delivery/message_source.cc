// SPDX-License-Identifier: Apache-2.0
// delivery/message_source.cc - see message_source.h.
#include "delivery/message_source.h"

#include <utility>

namespace delivery {

// True: it has moved.  An id the queue no longer has (deleted by an operator) stays where
// it was: its segment may still be there.
bool MessageSource::look_up(Attempt& attempt) const
{
    const spool::Entry* entry = queue_.find(attempt.id);
    if (entry == nullptr || entry->where() == attempt.where)
        return false;
    attempt.where = entry->where();
    return true;
}

std::expected<spool::Message, spool::ReadError> MessageSource::open(Attempt& attempt)
{
    (void)look_up(attempt);
    auto message = reader_.open(attempt.where);
    if (!message && message.error() == spool::ReadError::gone && look_up(attempt))
        message = reader_.open(attempt.where);
    return message;
}

bool MessageSource::open_known(Attempt& attempt)
{
    if (attempt.message.offset == 0 || look_up(attempt))
        return false;
    attempt.message.file = reader_.file(attempt.where.segment);
    return attempt.message.file != nullptr;
}

} // namespace delivery
