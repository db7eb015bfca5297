// SPDX-License-Identifier: Apache-2.0
// spool/hidden_mail.h - the messages that users of ums-popd have deleted for themselves:
// they are not shown them again, and get them all the same when their server is back.
//
//     ums/USER    "user NAME" and lines "ID", appended and synced; USER is the SHA-256 of
//     his
//                 name
//
//     step                        a crash right after it leaves
//     add: lines written          all, some or a part of one of them: the next add begins a
//                                 line of its own, and what is no id says nothing
//     add: synced                 all of them
//     prune: new file renamed     the old file or the new one
//
// Who writes holds the lock (flock) of the directory, each file for itself; who reads needs
// none.
//
// Threads: prune() by one at a time; all else by any, also while it runs.  add(),
// show_again() and prune() wait for the disk (fsync), the first two also for others that
// write.
// Processes: many.
#pragma once

#include "base/fd.h"
#include "spool/id.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace spool {

class HiddenMail {
public:
    // Ids of a user that are kept: the newest.
    static constexpr std::size_t most_ids = 100'000;

    explicit HiddenMail(std::string spool) : spool_(std::move(spool)) {}

    // `user`: proxy::folded_name().  Empty if there is nothing.  Throws base::Failure when
    // the disk cannot.
    [[nodiscard]] std::set<MessageId> read(const std::string& user) const;
    // On the disk when it returns.  Throws base::Failure; then they may be shown again.
    void add(const std::string& user, std::span<const MessageId> ids) const;
    // All users' files that hold any, and what is in them.  Throws base::Failure.
    struct Hidden {
        std::string file;           // its name, which is unique
        std::string user;           // empty: the file does not say
        std::vector<MessageId> ids; // oldest first
    };
    [[nodiscard]] std::vector<Hidden> all() const;
    // Of one of these files: `ids` are forgotten, that is, shown again from the next login
    // on; how many of them were there.  On the disk when it returns.  Throws base::Failure.
    [[nodiscard]] std::size_t show_again(const std::string& file,
                                         std::span<const MessageId> ids) const;
    [[nodiscard]] static std::string file_of(const std::string& user);

    // Forgets the ids of all users that are not `queued` any more; files that hold none go.
    // An id goes when two calls in a row have not found it: what another process has hidden
    // meanwhile may be newer than the queue as `queued` knows it, which must have been
    // loaded again since the call before.  Where others write just now, it goes at a later
    // call.  Keeps those that are to go in memory, 8 octets
    // each.  Throws base::Failure; nothing that is queued is forgotten then.
    void prune(const std::function<bool(MessageId)>& queued);

private:
    [[nodiscard]] std::string path_of(const std::string& user) const;
    void make_directory() const;
    // Those of `gone` that are in the file go; how many.  Whoever calls holds the lock.
    std::size_t forget(const std::string& path, const std::set<MessageId>& gone) const;

    std::string spool_;
    // By file, in order: what the last prune() has not found in the queue.
    std::map<std::string, std::vector<MessageId>> missing_;
};

} // namespace spool
