// SPDX-License-Identifier: Apache-2.0
// delivery/message_source.h - opens the bytes of a message that is being looked at.
//
// While an attempt runs the queue's housekeeping may carry the record to another segment
// and delete the old one.  Where it is now, only the queue knows: it is asked each time
// something is opened, never before a wait.  Does not judge what cannot be read.
#pragma once

#include "delivery/attempt.h"
#include "spool/queue.h"
#include "spool/reader.h"

#include <cstdint>
#include <expected>
#include <string>

namespace delivery {

class MessageSource {
public:
    MessageSource(const spool::Queue& queue, spool::Reader& reader)
        : queue_(queue), reader_(reader)
    {
    }

    [[nodiscard]] bool is_queued(spool::MessageId id) const
    {
        return queue_.find(id) != nullptr;
    }
    // Brings attempt.where up to date.
    [[nodiscard]] std::expected<spool::Message, spool::ReadError> open(Attempt& attempt);
    // Opens attempt.message where the log was just read; false: not there any more, or it
    // was not read now.
    [[nodiscard]] bool open_known(Attempt& attempt);
    // Throws Failure when the disk cannot.
    [[nodiscard]] std::string read(const spool::Message& message, std::uint64_t from,
                                   std::uint64_t count)
    {
        return reader_.read(message, from, static_cast<std::size_t>(count));
    }

private:
    bool look_up(Attempt& attempt) const;

    const spool::Queue& queue_;
    spool::Reader& reader_;
};

} // namespace delivery
