// SPDX-License-Identifier: Apache-2.0
// spool/queue_state.h - the parts of a Queue.  Only for queue*.cc.
#pragma once

#include "spool/damaged_segments.h"
#include "spool/queue.h"
#include "spool/queue_checkpoint.h"
#include "spool/queue_core.h"
#include "spool/queue_files.h"
#include "spool/queue_keeper.h"
#include "spool/queue_load.h"
#include "spool/queue_lock.h"
#include "spool/queue_results.h"
#include "spool/queue_snapshot.h"

#include <cstdint>
#include <future>
#include <mutex>
#include <span>
#include <string>

namespace spool {

struct Queue::State {
    QueueOptions options;
    QueueFiles files;
    QueueLock lock;
    QueueCore core;
    LoadedQueue loaded;
    QueueResults results;
    Follower follower;
    DamagedSegments damaged;
    Checkpoints checkpoints;
    SegmentKeeper keeper;
    // Guards core.table against the thread that writes a snapshot: held by whoever changes
    // it, and by that thread while it reads a chunk.
    std::mutex mutex;
    std::future<void> snapshot;
    base::SteadyTime next_snapshot;
    int together = 0; // how many Queue::Together live
    std::string gathered;
    bool caught_up = false; // the whole log was read since the start

    explicit State(QueueOptions given);

    // Says it in `lines` and does it.
    Applied apply(std::string& lines, const Change& change);
    Applied apply_results(std::string& lines, const Entry& entry,
                          std::span<const Outcome> outcomes);
    // The same with a line of its own, if the message is in the queue.
    void change(const Change& change);
    // Lines go to the disk, or to those that are being gathered.
    void write(std::string_view lines);

    // How far the log was read may be written down: nothing that is behind it is needed.
    [[nodiscard]] bool may_note_positions() const
    {
        return caught_up && damaged.all_safe();
    }
    void checkpoint();
    void erase_deleted();
    [[nodiscard]] SnapshotWriter begin_snapshot();
    void take_snapshot_result();
    void start_snapshot_if_due();
    [[nodiscard]] QueueCarrier::Actions carry_actions();
};

} // namespace spool
