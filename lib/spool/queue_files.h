// SPDX-License-Identifier: Apache-2.0
// spool/queue_files.h - the names of the queue's files, and how one is read line by line.
//
//     queue/lock          flock: who owns the queue, with its process number inside
//     queue/snapshot      the unfinished messages
//     queue/snapshot.new  being written; means nothing
//     queue/results.N     what happened since the snapshot of generation N was begun
#pragma once

#include "base/fd.h"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace spool {

struct QueueFiles {
    std::string directory; // the spool

    [[nodiscard]] std::string folder() const { return directory + "/queue"; }
    [[nodiscard]] std::string lock() const { return folder() + "/lock"; }
    [[nodiscard]] std::string snapshot() const { return folder() + "/snapshot"; }
    [[nodiscard]] std::string new_snapshot() const { return folder() + "/snapshot.new"; }
    [[nodiscard]] std::string results(std::uint64_t generation) const;

    // Generations of which there is a results file, oldest first.
    [[nodiscard]] std::vector<std::uint64_t> generations() const;
    // Makes names durable.  Throws Failure.
    void sync_folder() const;
    // Throws Failure (fix_config) when there is no spool.
    void check_spool() const;
    // Makes queue/ when the spool exists.  Throws Failure (fix_config: no spool).
    void make_folder() const;
};

// Opens a file of the queue, and makes it when it is missing; nothing when that fails, with
// errno.  `flags` as for open(2).
[[nodiscard]] base::Fd open_or_make(const std::string& spool, const std::string& path,
                                    int flags);

// Makes a folder of the spool.  Throws Failure, also (fix_config) when there is no spool.
void make_folder(const std::string& spool, const std::string& path, mode_t mode = 0750);

// What root makes (queuectl before the first start) must be of use to the programs that run
// as another user: it gets the owner and group of the spool.  Only for what was just made:
// anything else may be a link to something that is none of ours.
void give_to_owner(const std::string& spool, int file);

// Calls `line` for each complete line, without its newline, and the offset behind it, until
// it returns false.  What follows the last newline is not reported.  Throws Failure.
void for_each_line(
    const base::Fd& file, const std::string& path,
    const std::function<bool(std::string_view line, std::uint64_t end)>& line);

// All of it, at this offset; the number of bytes that were written before an error, which
// is left in errno.
[[nodiscard]] std::size_t write_at(int file, std::string_view bytes, std::uint64_t offset);

} // namespace spool
