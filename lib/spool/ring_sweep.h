// SPDX-License-Identifier: Apache-2.0
// spool/ring_sweep.h - finds what is to leave the ring before its segment does.
//
// Segments are looked through on a thread of their own, each when its oldest such message
// is due; of each is remembered when that is.  The queue's thread only asks whether
// somebody still waits for what was found, a bounded number of messages a turn.  Nothing is
// kept on the disk: a new process, or new periods, look at every segment once.
//
// A look ends when it has found many; the next one goes on behind them, whether they could
// be erased or are waited for.  A segment that cannot be read now is tried again after a
// pause, which doubles.
//
// When wall time is set back nothing stops: a segment is looked at when either clock says
// that something in it is due, and a message is at least as old as steady time says that
// its whole segment has been here.  What was found before is found anew then, if it is
// still due.
//
// A message is found at latest two lags after its time: see lag_of().
#pragma once

#include "spool/moment.h"
#include "spool/queue_core.h"
#include "spool/queue_retention.h"
#include "spool/ring_look.h"

#include <cstdint>
#include <deque>
#include <future>
#include <map>
#include <memory>
#include <optional>
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
    // `most`: how many messages one look finds at most.
    explicit RingSweep(std::string directory, std::size_t most = most_due)
        : directory_(std::move(directory)), most_(most)
    {
    }
    ~RingSweep() { wait(); }
    RingSweep(const RingSweep&) = delete;
    RingSweep& operator=(const RingSweep&) = delete;

    // From now on; null: nothing leaves early.
    void set(std::shared_ptr<const RingPeriods> periods);

    // One round.  `busy` are not looked at: they are deleted or emptied.  `read`: so far a
    // segment may be looked at, which is neither ahead of the queue nor of the journal.
    // `room`: what was handed out before is erased.  `now` need not go on by both clocks
    // alike: wall time may be set.
    struct Round {
        const QueueCore& core;
        std::span<const SegmentFacts> segments;
        const std::set<SegmentNumber>& busy;
        std::span<const Follower::Position> read;
        bool room;
        Moment now;
    };
    // Records that are due and nobody waits for: to be erased as soon as all results until
    // now are on the disk.
    [[nodiscard]] std::vector<Location> work(const Round& round);
    // A look is under way, or what it found was not asked for yet.
    [[nodiscard]] bool looking() const { return looks_.valid() || !due_.empty(); }

private:
    struct Known {
        // Since then all of it is there.
        std::optional<base::SteadyTime> whole = std::nullopt;
        std::int64_t next = 0;             // when something of it is due
        base::SteadyTime next_steady = {}; // the same
        base::SteadyTime not_before = {};  // the next look
        std::uint64_t clean = 0;           // RingPart
        std::uint64_t rest = 0;            // the next look goes on there; 0: at the front
        std::uint32_t live = 0;            // messages that it had when a look was begun
        bool in_queue = false;             // some that were due were still waited for
        bool complete = false;             // all of it was looked at
        int failed = 0;                    // looks, one after the other
    };
    struct Task {
        RingPart part;
        std::uint32_t live;
    };
    struct Job {
        std::vector<Task> tasks;
        std::shared_ptr<const RingPeriods> periods;
        Moment now;
    };
    struct Look {
        Task task;
        RingLook found;
        std::string error; // this segment could not be looked at
    };
    struct Looks {
        std::vector<Look> done;
        std::string error; // none can: whose the messages are is not known
        Moment begun;
    };

    static Look look(const std::string& directory, const Job& job, const Task& task);
    static Looks run(const std::string& directory, const Job& job);
    void wait();
    void notice_clock(const Moment& now);
    void find_anew();
    void take_looks(const Moment& now);
    void settle(Look&& look, const Moment& begun, const Moment& now);
    void settle_failed(const Look& look, const Moment& now);
    void tell_unknown(const std::string& error, const Moment& now);
    [[nodiscard]] std::vector<Location> take_due(const QueueCore& core);
    void choose(const Round& round);
    [[nodiscard]] static bool wants_look(const Known& known, const SegmentFacts& segment,
                                         const Moment& now);

    std::string directory_;
    std::size_t most_;
    std::shared_ptr<const RingPeriods> periods_;
    std::map<SegmentNumber, Known> known_;
    std::deque<std::pair<SegmentNumber, RingLook::Due>> due_;
    base::SteadyTime next_choice_;
    std::optional<std::int64_t> clocks_apart_; // wall time and steady time, in seconds
    std::future<Looks> looks_;
    bool stale_ = false;        // what looks_ will bring
    bool told_unknown_ = false; // until it is known again
};

} // namespace spool
