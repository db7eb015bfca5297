// SPDX-License-Identifier: Apache-2.0
// spool/queue_entry.h - what the queue keeps in memory of one unfinished message.
//
// A million of them must fit, so an Entry is 64 bytes without pointers to text: reasons,
// destinations and domains are numbers of interned texts (Queue::text).  What is known of
// the single recipient stands in the entry itself; for several there is one block on the
// heap. Sender and addresses are not kept: spool::Reader has them.
#pragma once

#include "spool/id.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace spool {

enum class RecipientState : std::uint8_t {
    waiting, // to be tried (again)
    delivered,
    failed, // permanently; a bounce was written or is not wanted
    expired,
    deleted,   // by an operator, or for its user
    forwarded, // replaced by messages of their own (rewrites, copies)
};
inline constexpr std::uint8_t recipient_state_count = 6;

[[nodiscard]] std::string_view to_string(RecipientState state);

// What one attempt did to one recipient.
struct Outcome {
    std::uint32_t recipient = 0; // index in the envelope
    RecipientState state = RecipientState::waiting;
    std::string reason; // "mx.example[192.0.2.1]: 451 4.7.1 come back later"
};

enum class Hold : std::uint8_t { none, by_operator, by_guard };

[[nodiscard]] std::string_view to_string(Hold hold);

// As the time of the next attempt: whenever its destination takes mail.  Who starts again
// tries it at once, to find out.
inline constexpr std::int64_t when_destination_lives = 0;

// Number of an interned text; 0 is the empty text.
using TextNumber = std::uint32_t;

// Read-only for everybody but the queue; changed only through Queue's functions.  A
// reference is good until that message leaves the queue: whoever waits in between looks it
// up again.
class Entry {
public:
    [[nodiscard]] MessageId id() const { return id_; }
    [[nodiscard]] Location where() const { return MessageId(where_).first_written(); }
    [[nodiscard]] std::int64_t arrival() const { return arrival_; } // wall clock, seconds
    [[nodiscard]] std::int64_t next_attempt() const { return next_attempt_; } // 0: at once
    [[nodiscard]] bool waits_for_destination() const
    {
        return next_attempt_ == when_destination_lives && destination_ != 0 && !held();
    }
    [[nodiscard]] std::uint64_t size() const { return size_; } // bytes of the message
    [[nodiscard]] std::uint32_t attempts() const { return attempts_; }
    [[nodiscard]] Hold hold() const { return hold_; }
    [[nodiscard]] bool held() const { return hold_ != Hold::none; }
    [[nodiscard]] bool delay_noticed() const { return (flags_ & flag_delay_noticed) != 0; }
    // An operator asked: forget what was learned of its route, attempts are counted from 0.
    // Gone with the next attempt that is noted.
    [[nodiscard]] bool requeued() const { return (flags_ & flag_requeued) != 0; }
    // An operator asked: give up now and report to the sender.
    [[nodiscard]] bool expire_requested() const { return (flags_ & flag_expire) != 0; }

    [[nodiscard]] std::uint32_t recipients() const { return recipients_; }
    [[nodiscard]] RecipientState state(std::uint32_t recipient) const
    {
        return at(recipient).state;
    }
    [[nodiscard]] bool waits(std::uint32_t recipient) const
    {
        return at(recipient).state == RecipientState::waiting;
    }
    // Interned: the latest answer for this recipient; its domain in lower case.
    [[nodiscard]] TextNumber reason(std::uint32_t recipient) const
    {
        return at(recipient).reason;
    }
    [[nodiscard]] TextNumber domain(std::uint32_t recipient) const
    {
        return at(recipient).domain;
    }
    // Interned: the latest reason of all (also that of a hold), and where the message waits
    // for ("mx.example:25"), empty before the first attempt.
    [[nodiscard]] TextNumber reason() const { return reason_; }
    [[nodiscard]] TextNumber destination() const { return destination_; }

private:
    friend class QueueTable;

    static constexpr std::uint8_t flag_delay_noticed = 1;
    static constexpr std::uint8_t flag_requeued = 2;
    static constexpr std::uint8_t flag_expire = 4;

    struct PerRecipient {
        TextNumber reason = 0;
        TextNumber domain = 0;
        RecipientState state = RecipientState::waiting;
    };

    [[nodiscard]] const PerRecipient& at(std::uint32_t recipient) const
    {
        return recipients_ == 1 ? one_ : many_[recipient];
    }
    [[nodiscard]] PerRecipient& at(std::uint32_t recipient)
    {
        return recipients_ == 1 ? one_ : many_[recipient];
    }

    MessageId id_;
    std::uint64_t where_ = 0; // a Location, packed as in MessageId
    std::uint64_t size_ = 0;
    std::uint32_t arrival_ = 0; // good until 2106
    std::uint32_t next_attempt_ = 0;
    std::uint32_t recipients_ = 0;
    TextNumber reason_ = 0;
    TextNumber destination_ = 0;
    std::uint16_t attempts_ = 0; // stops at 65535
    Hold hold_ = Hold::none;
    std::uint8_t flags_ = 0;
    union {
        PerRecipient one_{}; // recipients_ == 1
        PerRecipient* many_; // else; owned by the table
    };
};
static_assert(sizeof(Entry) == 64);

} // namespace spool
