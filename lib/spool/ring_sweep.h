// SPDX-License-Identifier: Apache-2.0
// spool/ring_sweep.h - finds what is to leave the ring before its segment does.
//
// Segments are looked through on a thread of their own, each when its oldest such message
// is due; of each is remembered when that is.  The queue's thread only asks whether
// somebody still waits for what was found, a bounded number of messages a turn.  Nothing is
// kept on the disk: a new process, or new periods, look at every segment once.
//
// A message is found at latest two lags after its time: see lag_of().
#pragma once

#include "spool/queue_core.h"
#include "spool/queue_retention.h"
#include "spool/ring_look.h"

#include <cstdint>
#include <deque>
#include <future>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace spool {

// Between two looks at a segment, and between two choices of segments: a twentieth of the
// shortest period, but one second at least and five minutes at most.
[[nodiscard]] std::int64_t lag_of(const RingPeriods& periods);

class RingSweep {
public:
    explicit RingSweep(std::string directory) : directory_(std::move(directory)) {}
    ~RingSweep() { wait(); }
    RingSweep(const RingSweep&) = delete;
    RingSweep& operator=(const RingSweep&) = delete;

    // From now on; null: nothing leaves early.
    void set(std::shared_ptr<const RingPeriods> periods);

    // One round.  `busy` are not looked at: they are deleted or emptied.  `read`: so far a
    // segment may be looked at, which is neither ahead of the queue nor of the journal.
    // `room`: what was handed out before is erased.
    struct Round {
        const QueueCore& core;
        std::span<const SegmentFacts> segments;
        const std::set<SegmentNumber>& busy;
        std::span<const Follower::Position> read;
        bool room;
    };
    // Records that are due and nobody waits for: to be erased as soon as all results until
    // now are on the disk.
    [[nodiscard]] std::vector<Location> work(const Round& round);

private:
    struct Known {
        std::int64_t next = 0; // look
        std::int64_t looked = 0;
        std::uint32_t live = 0; // messages that it had then
        bool in_queue = false;  // some that were due were still waited for
        bool complete = false;  // all of it was looked at
    };
    struct Task {
        Follower::Position to;
        std::uint32_t live;
        bool first; // look at this segment
    };
    struct Job {
        std::vector<Task> tasks;
        std::shared_ptr<const RingPeriods> periods;
    };
    struct Looks {
        std::vector<std::pair<Task, RingLook>> done;
        std::string error;
    };

    static Looks run(const std::string& directory, const Job& job);
    void wait();
    void take_looks();
    void settle(const Task& task, RingLook&& look);
    [[nodiscard]] std::vector<Location> take_due(const QueueCore& core);
    void choose(const Round& round);
    [[nodiscard]] std::int64_t next_look(const Known& known,
                                         const SegmentFacts& segment) const;

    std::string directory_;
    std::shared_ptr<const RingPeriods> periods_;
    std::map<SegmentNumber, Known> known_;
    std::deque<std::pair<SegmentNumber, RingLook::Due>> due_;
    std::int64_t next_choice_ = 0;
    std::future<Looks> looks_;
    bool stale_ = false; // what looks_ will bring
};

} // namespace spool
