// SPDX-License-Identifier: Apache-2.0
// spool/queue_eraser.h - erases from the log what the queue has finished, while other mail
// keeps its segment.
//
// What an operator deleted goes at once.  What was delivered goes when its segment has
// stayed for `carry_after` without being worth emptying, and only without retention: the
// ring is for keeping it.
//
// Nothing is erased before the results that say so are on the disk: otherwise a power cut
// would leave a message in the queue that nobody can read.  The work is done on a thread of
// its own; what a crash interrupts is done again by the next start: lines of the results
// say what was deleted, and a snapshot names what was not erased when it was begun.
#pragma once

#include "spool/moment.h"
#include "spool/queue_core.h"
#include "spool/queue_retention.h"

#include <cstdint>
#include <future>
#include <map>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace spool {

class QueueEraser {
public:
    QueueEraser(std::string directory, const RetentionRules& rules)
        : directory_(std::move(directory)), rules_(rules)
    {
    }
    ~QueueEraser() { wait(); }

    // Records of deleted messages (QueueCore::take_deleted).
    void add(std::span<const Location> records, std::uint64_t appended);
    // One round.  `busy` are segments that are deleted, emptied or hold copies that do not
    // count yet: they are not swept.  `dying` are deleted as soon as may be, with all that
    // is in them.
    struct Round {
        const QueueCore& core;
        std::span<const SegmentFacts> segments;
        const std::set<SegmentNumber>& busy;
        const std::set<SegmentNumber>& dying;
        const std::vector<Follower::Position>& read; // not ahead of the journal
        std::uint64_t appended;
        std::uint64_t synced;
        Moment now;
    };
    void work(const Round& round);
    // No work is under way, and none waits for better times.
    [[nodiscard]] bool idle(const Moment& now) const;
    // Segments that have become smaller since the last call.
    [[nodiscard]] std::set<SegmentNumber> take_smaller()
    {
        return std::exchange(smaller_, {});
    }
    // Records that may still be there.
    [[nodiscard]] std::vector<Location> pending() const;
    // What was deleted is erased now, as far as it was `read`; the results are on the disk.
    // The rest stays pending().
    void finish(const std::vector<Follower::Position>& read, std::uint64_t synced);

private:
    using Offsets = std::vector<std::uint32_t>;
    struct Job {
        std::map<SegmentNumber, Offsets> erase;   // these
        std::map<SegmentNumber, Offsets> all_but; // all but these
    };
    struct Swept {
        std::uint32_t live; // messages it had then
        base::SteadyTime when;
    };
    struct Deleted {
        Location where;
        std::uint64_t appended;
    };
    struct Sweep {
        std::map<SegmentNumber, Offsets> live;
        std::uint64_t appended = 0;
    };

    static std::string run(const std::string& directory, const Job& job);
    void wait();
    void take_result(base::SteadyTime now);
    void start(Job job, base::SteadyTime now);
    void failed(const Job& job, const std::string& error, base::SteadyTime now);
    void again(const Job& job);
    void drop_dying(const std::set<SegmentNumber>& dying);
    [[nodiscard]] std::map<SegmentNumber, Offsets>
    take_deleted(const std::vector<Follower::Position>& read, std::uint64_t synced);
    void plan_sweep(const Round& round);
    [[nodiscard]] bool worth_sweeping(const SegmentFacts& segment, const Moment& now);

    std::string directory_;
    RetentionRules rules_;
    std::vector<Deleted> deleted_;
    Sweep sweep_;
    std::map<SegmentNumber, Swept> swept_;
    base::SteadyTime next_sweep_;
    base::SteadyTime next_try_;
    std::set<SegmentNumber> smaller_;
    Job running_;
    std::future<std::string> result_; // what went wrong, or nothing
};

} // namespace spool
