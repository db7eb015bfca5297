// SPDX-License-Identifier: Apache-2.0
// spool/mailbox_lists.h - what the mailboxes of users have last listed: unique ids and
// sizes, nothing of a message's text.  pop-proxy writes it, ums-popd shows it while the
// server of a mailbox is down.
//
//     lists/USER            a list (spool/list_text.h); USER is the SHA-256 of his name
//     lists/USER.PID.NEXT   one that is being written, by process PID
//
// A file is written beside the old one and renamed, and never synced: who reads finds one
// or the other; what a power cut has torn is no list, and the next session mends it.  Of
// two processes that write at the same time, one wins.
//
// Threads: any.  Processes: many.
#pragma once

#include "base/clock.h"
#include "spool/list_text.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace spool {

class MailboxLists {
public:
    // Messages of a user that are kept at most, whatever is asked for.
    static constexpr std::size_t most_messages = 100'000;

    // Which file it is and when it was written: changes with each write().
    struct Stamp {
        std::uint64_t file = 0;
        std::int64_t written = 0; // nanoseconds since 1970
        bool operator==(const Stamp&) const = default;
    };

    explicit MailboxLists(std::string spool) : spool_(std::move(spool)) {}

    // `user`: proxy::folded_name().  Nothing: there is none.
    [[nodiscard]] std::optional<Stamp> stamp(const std::string& user) const;
    // Empty if there is none that can be made out.  Throws base::Failure when the disk
    // cannot.
    [[nodiscard]] KeptList read(const std::string& user) const;
    // Instead of what there was; an empty list is no file.  Throws base::Failure; then the
    // old one stands.
    void write(const std::string& user, const KeptList& list) const;
    // All that were written longer ago, and what dead processes have left half written.
    // How many lists there were.
    std::size_t forget_older(base::seconds age) const;

private:
    [[nodiscard]] std::string path_of(const std::string& user) const;

    std::string spool_;
};

// For those who write, as long as they may: for nobody else to look into.  Throws
// base::Failure.
void make_lists_directory(const std::string& spool);

} // namespace spool
