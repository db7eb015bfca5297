// SPDX-License-Identifier: Apache-2.0
// replayctl/choice.h - from messages to a plan: who gets which of them again.
//
// Pure.  Left out is what would come twice, or go round in circles:
//
//     a recipient that still waits in the queue     is delivered anyway
//     what was made of a message by a forward       is made again of its original, if that
//                                                   is sent again to the one who forwards
//     by a route of its own: one who only forwards  has no mailbox there; what was made of
//                                                   his mail is chosen by itself
//     a replay, and what bears the mark of one      is a copy of what the log has
//     who has got it by an earlier run              would have it twice
//
// and what is too large to be sent again.
#pragma once

#include "spool/reader.h"
#include "spool/replay_plan.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace replayctl {

// Where mail for this recipient is to go now; nowhere: he is not meant.
using Leads = std::function<std::vector<std::string>(const spool::Found& message,
                                                     std::uint32_t recipient)>;
using IsMeant =
    std::function<bool(const spool::Envelope& envelope, std::uint32_t recipient)>;
// Whether this address has got this message by an earlier run, where it would go now.
using HasGot = std::function<bool(spool::MessageId id, const std::string& address)>;
// Where mail to an address is kept; nothing: it only forwards.
using MailboxOf = std::function<std::optional<std::string>(const std::string& address)>;

struct Wishes {
    std::string recipient; // pattern: of the recipients only these; empty: all
    std::string to;        // this address instead
    std::string to_domain; // the same local part in this domain instead
    IsMeant is_meant{};    // of the recipients only these, too
    Leads leads{};         // decides alone, if there is one
    // All go by a route of their own, where nothing is forwarded: to each mailbox once.
    MailboxOf mailbox_of{};
    HasGot has_got{}; // if there is none, nobody has
};

struct LeftOut {
    std::uint64_t waiting = 0;    // recipients
    std::uint64_t forwards = 0;   // recipients
    std::uint64_t replays = 0;    // messages
    std::uint64_t too_large = 0;  // messages
    std::uint64_t no_mailbox = 0; // recipients
    std::uint64_t sent = 0;       // recipients
};

struct Choice {
    std::vector<spool::ReplayItem> items;
    LeftOut left_out;
};

using Waits = std::function<bool(spool::MessageId id, std::uint32_t recipient)>;
using IsMarked = std::function<bool(const spool::Found& message)>; // reads the header

// The items in the order in which their originals came.
[[nodiscard]] Choice choose(const std::vector<spool::Found>& messages, const Wishes& wishes,
                            const Waits& waits, const IsMarked& is_marked);

} // namespace replayctl
