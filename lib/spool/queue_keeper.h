// SPDX-License-Identifier: Apache-2.0
// spool/queue_keeper.h - keeps the log small: deletes finished segments, empties nearly
// finished ones.  What to do is decided in queue_retention.h.
//
// Segments are deleted on a thread of their own (unlinking a large file takes its time);
// all else happens on the queue's thread.
#pragma once

#include "spool/damaged_segments.h"
#include "spool/journal_wants.h"
#include "spool/queue_carry.h"
#include "spool/queue_core.h"
#include "spool/queue_eraser.h"
#include "spool/queue_retention.h"
#include "spool/ring_sweep.h"

#include <cstdint>
#include <future>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace spool {

class SegmentKeeper {
public:
    // `wants`: what the journal has not read stays.
    SegmentKeeper(std::string directory, const RetentionRules& rules,
                  std::int64_t segment_age, JournalWants wants = JournalWants({}, 0, 0));

    // One round.  `appended` and `synced` count the bytes of results (QueueResults).  Wall
    // time may be set: a segment is as old as its file says, and at least as old as steady
    // time says since it was first seen complete.
    void work(const QueueCore& core, Follower& follower, std::uint64_t appended,
              std::uint64_t synced, const DamagedSegments& damaged, Writer& writer,
              const QueueCarrier::Actions& actions, const Moment& now = Moment::now());

    // These records are finished and shall be erased.
    void erase(std::span<const Location> records, std::uint64_t appended)
    {
        eraser_.add(records, appended);
    }
    // From now on these messages are erased before their segment goes; null: none.
    void shorten(std::shared_ptr<const RingPeriods> periods)
    {
        sweep_.set(std::move(periods));
    }
    void finish_erasing(const Follower& follower, std::uint64_t synced);
    // Records that shall be, and may still be there.
    [[nodiscard]] std::vector<Location> to_erase() const { return eraser_.pending(); }

    // Segments are being deleted: until they are gone for good nothing may be written that
    // has forgotten their positions, or after a power cut their mail would be new again.
    [[nodiscard]] bool deleting() const { return !deleting_.empty(); }
    void wait() const
    {
        if (deletion_.valid())
            deletion_.wait();
    }

private:
    struct Known {
        std::uint64_t size = 0; // without holes
        std::uint64_t file = 0; // with them
        std::int64_t changed = 0;
        std::optional<std::uint64_t> results; // appended() when first seen finished
        bool single = false;
        base::SteadyTime seen = {};
    };

    void take_deleted(Follower& follower, base::SteadyTime now);
    void start_deleting(std::vector<SegmentNumber> segments, base::SteadyTime now);
    void deletion_failed(std::string_view error, base::SteadyTime now);
    [[nodiscard]] std::vector<SegmentFacts>
    facts(const QueueCore& core, const std::vector<Follower::Position>& read,
          std::uint64_t appended, std::uint64_t synced, const Moment& now);
    static bool results_safe(Known& known, const SegmentFacts& facts,
                             std::uint64_t appended, std::uint64_t synced);
    const Known* look(SegmentNumber segment, base::SteadyTime now);
    void look_at_smaller();
    void close_idle(const std::vector<Follower::Position>& positions, base::SteadyTime now);
    [[nodiscard]] std::set<SegmentNumber> needed_for_copies(const QueueCore& core) const;
    [[nodiscard]] std::set<SegmentNumber>
    dying_of(const std::vector<SegmentFacts>& segments,
             const std::set<SegmentNumber>& needed, const DamagedSegments& damaged) const;
    void start_carrying(const QueueCore& core, const std::vector<SegmentNumber>& segments);

    std::string directory_;
    RetentionRules rules_;
    std::int64_t segment_age_;
    QueueCarrier carrier_;
    QueueEraser eraser_;
    RingSweep sweep_;
    JournalWants wants_;
    std::map<SegmentNumber, Known> known_;
    std::set<SegmentNumber> hopeless_; // nothing in it can be carried
    std::set<SegmentNumber> smaller_;  // since they were looked at
    std::vector<SegmentNumber> deleting_;
    std::future<std::string> deletion_; // what went wrong, or nothing
    base::SteadyTime next_deletion_;
    base::SteadyTime next_carry_;
    base::SteadyTime next_close_;
};

} // namespace spool
