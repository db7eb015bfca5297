// SPDX-License-Identifier: Apache-2.0
// spool/replay_plan.h - which messages a replay sends again, to whom, and how fast.
//
// Pure.  A plan never changes once it is written; what became of it stands elsewhere
// (spool/replay_run.h).  As text, with numbers in decimal:
//
//     sponts-replay 1 plan
//     made SECONDS
//     rate MESSAGES                    a second; 0: as fast as they can be written
//     owner UID NAME                   the user of the system whose it is; of an operator's
//                                      there is no such line
//     route NAME                       only if all go by this route
//     again                            also to those who have got it by an earlier run
//     message ID WHERE SIZE            WHERE: its place in the log then, in the form of an
//                                      id
//     to RECIPIENT <ADDRESS>           a recipient of the original, counted from 0, and who
//                                      gets it now; for each message once or more
//     end MESSAGES SUM                 XXH3 of all lines before
#pragma once

#include "spool/id.h"

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace spool {

struct ReplayRecipient {
    std::uint32_t original = 0; // place in the original's envelope
    std::string address;
    bool operator==(const ReplayRecipient&) const = default;
};

struct ReplayItem {
    MessageId id;
    Location where;
    std::uint64_t size = 0; // of the message
    std::vector<ReplayRecipient> recipients;
    bool operator==(const ReplayItem&) const = default;
};

// Both count: a number may be given to another user, and so may a name.
struct ReplayOwner {
    std::uint32_t uid = 0;
    std::string name; // without control bytes
    bool operator==(const ReplayOwner&) const = default;
};

struct ReplayPlan {
    std::int64_t made = 0; // seconds since 1970
    std::uint32_t rate = 0;
    std::vector<ReplayItem> items;         // each message once
    std::optional<ReplayOwner> owner = {}; // nothing: it is an operator's
    std::string route{};                   // of the envelopes (spool/envelope.h)
    bool again = false;                    // what others have sent was chosen all the same
    bool operator==(const ReplayPlan&) const = default;
};

[[nodiscard]] std::string encode(const ReplayPlan& plan);
// Or what is wrong with it.
[[nodiscard]] std::expected<ReplayPlan, std::string> decode_plan(std::string_view text);

} // namespace spool
