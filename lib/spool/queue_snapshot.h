// SPDX-License-Identifier: Apache-2.0
// spool/queue_snapshot.h - writes queue/snapshot while the queue goes on.
//
//     step                               if we die here, the next start reads
//     results.N+1 begun                  snapshot N, results N and N+1
//     snapshot.new written and synced    the same; snapshot.new is removed
//     renamed to snapshot, folder synced snapshot N+1, results N+1; results.N is removed
//     results.N removed                  snapshot N+1, results N+1
//
// The table is locked for one chunk of entries at a time, so an entry is written as it is
// some time after results.N+1 was begun.  Reading results.N+1 on top gives the same end
// state, because every line sets absolute values.
#pragma once

#include "spool/queue_core.h"
#include "spool/queue_files.h"

#include <cstdint>
#include <mutex>
#include <vector>

namespace spool {

class SnapshotWriter {
public:
    // Call it right after results of `generation` were begun, with the positions the log
    // was read to by then, and the records that are to be erased and may still be there:
    // the lines that say why go with the older results.
    SnapshotWriter(QueueFiles files, std::uint64_t generation, const QueueCore& core,
                   const std::vector<Follower::Position>& positions,
                   std::vector<Location> erase);

    // On any thread.  `mutex` guards `table`.  Throws Failure; the old snapshot is good
    // then.
    void run(const QueueTable& table, std::mutex& mutex);

private:
    void write_erase(int file);
    void write_entries(int file, const QueueTable& table, std::mutex& mutex);
    void write(int file);

    QueueFiles files_;
    std::uint64_t generation_;
    std::string path_;
    std::uint64_t offset_ = 0;
    std::string head_;
    std::vector<Location> erase_;
    BlockWriter block_;
};

// Removes what a crash left: snapshot.new, and results older than the snapshot.
void remove_queue_leftovers(const QueueFiles& files, std::uint64_t oldest_generation);

} // namespace spool
