// SPDX-License-Identifier: Apache-2.0
// spool/hidden_mail.h - the messages that users of ums-popd have deleted for themselves:
// they are not shown them again and get them all the same when their server is back.
//
// One file for each user, appended and synced.  Format: sponts-spool(5), "ums/".
//
// Threads: one.  Processes: one writes.
#pragma once

#include "spool/id.h"

#include <functional>
#include <set>
#include <span>
#include <string>

namespace spool {

class HiddenMail {
public:
    // Ids of a user that are kept; of more, the oldest are shown again.
    static constexpr std::size_t most_ids = 100'000;

    explicit HiddenMail(std::string spool) : spool_(std::move(spool)) {}

    // `user`: proxy::folded_name().  Empty if there is nothing; damaged lines are passed
    // over.  Throws base::Failure when the disk cannot.
    [[nodiscard]] std::set<MessageId> read(const std::string& user) const;
    // On the disk when it returns.  Throws base::Failure; then they may be shown again.
    void add(const std::string& user, std::span<const MessageId> ids);
    // Forgets the ids that are not `queued` any more, of all users; files that hold none
    // go. Throws base::Failure; nothing that is queued is forgotten then.
    void prune(const std::function<bool(MessageId)>& queued);

private:
    std::string spool_;
};

} // namespace spool
