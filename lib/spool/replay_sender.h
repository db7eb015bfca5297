// SPDX-License-Identifier: Apache-2.0
// spool/replay_sender.h - sends a replay: each message of its plan becomes a new one in the
// log, which smtp-sendd routes and delivers like any other.
//
// Never twice in a run, whenever it is killed, or the power fails.  Both, one right after
// the other, are another matter: smtp-sendd delivers what a killed writer has left behind
// without asking whether the disk has it, and if the disk never gets it, nobody can know
// that it was sent.  A message goes through these states:
//
//     state     segment in log/    progress    after a crash
//               of the run has it
//     to do     no                 no          is sent
//     written   yes                no          is noted in progress, and not sent again
//     noted     perhaps            yes         nothing to do
//
// "Written" is decided by one write to one file, which smtp-sendd and the run have under
// two names (spool/replay_disk.h): what it delivers, the run knows.  A second name goes
// when all that stands in the segment is noted and synced.  What is noted after a kill is
// synced before.
//
// A new message has the sender of the old one, and nobody is told when it cannot be
// delivered: the sender has had his answer when he sent it.  It begins with a field
// X-Sponts-Replay: who sends it again knows it by that.  Where that is wished, an X-UIDL
// field with the old one's id follows (spool/uidl.h).
#pragma once

#include "base/clock.h"
#include "base/fd.h"
#include "spool/reader.h"
#include "spool/replay_disk.h"
#include "spool/replay_run.h"
#include "spool/writer.h"

#include <expected>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

namespace spool {

inline constexpr std::string_view replay_field = "X-Sponts-Replay";
// No larger message can be sent again.
inline constexpr std::uint64_t most_replayed = 512u << 20;

class ReplaySender {
public:
    // Locks the run and finds out what was sent before.  `options` of the writer: its
    // directory, marks and disk; the rest is set here.  `uidl`: with an X-UIDL field.
    // `ends`: addresses in lower case whose copies were made when the mail first came. What
    // goes to one of them again says so (Delivered-To), and goes to nobody besides.
    // Throws Failure (start_service: somebody sends this run already).
    ReplaySender(ReplayFiles files, WriterOptions options, bool uidl = false,
                 std::set<std::string> ends = {});
    ~ReplaySender();
    ReplaySender(const ReplaySender&) = delete;
    ReplaySender& operator=(const ReplaySender&) = delete;

    [[nodiscard]] const ReplayPlan& plan() const { return plan_; }
    [[nodiscard]] const ReplayResults& results() const { return results_; }
    [[nodiscard]] bool done() const { return next_ == plan_.items.size(); }
    // The first one that send() looks at; only while there is one.
    [[nodiscard]] const ReplayItem& next() const { return plan_.items[next_]; }
    // Asked since we began (spool/replay_run.h).
    [[nodiscard]] bool must_stop() const;

    // Sends up to `most` messages and returns how many are over now.  Throws Failure: what
    // was written before it is noted, the rest stays to be done; try_later while the disk
    // would have less than a quarter more than the mark at which mail is refused.
    std::size_t send(std::size_t most);

private:
    struct Sending;
    using Over = std::pair<MessageId, ReplayResult>;
    struct Placed {
        Message message;
        Location where;
    };
    struct Prepared {
        Envelope original;
        Draft draft;
    };
    struct Written {
        std::vector<std::pair<MessageId, MessageId>> known; // of the plan, as what
        std::vector<MessageId> unknown;                     // not readable any more
    };

    void lock();
    void read_progress();
    void recover();
    void recover_segment(SegmentNumber number, const std::unordered_set<MessageId>& noted);
    [[nodiscard]] Written read_written(SegmentNumber number) const;
    [[nodiscard]] std::vector<Over> next_unknown(std::size_t count) const;
    void skip_finished();
    void require_room(std::size_t most);
    [[nodiscard]] std::vector<const ReplayItem*> next_batch(std::size_t most);
    [[nodiscard]] std::optional<Placed> open(const ReplayItem& item);
    void find_moved();
    [[nodiscard]] std::expected<Placed, ReadError> open_moved(MessageId id);
    [[nodiscard]] std::optional<Draft> draft_of(const ReplayItem& item,
                                                const Placed& original);
    [[nodiscard]] std::optional<Prepared> prepare(const ReplayItem& item);
    [[nodiscard]] std::size_t send_batch(std::size_t most, Sending& sending);
    void note(const std::vector<Over>& over);
    void forget_finished_segments();

    ReplayFiles files_;
    bool uidl_;
    std::uint64_t free_space_; // as of the writer
    std::set<std::string> ends_;
    Disk& below_;
    ReplayDisk disk_;
    ReplayPlan plan_;
    ReplayResults results_;
    base::Fd progress_;
    std::uint64_t progress_size_ = 0;
    std::string unnoted_;                  // lines that the disk has not taken yet
    std::optional<base::Failure> failure_; // then only a new start knows what was sent
    std::size_t next_ = 0;                 // of the plan
    Reader reader_;
    std::unordered_map<MessageId, Location> moved_; // of the plan, as known at `looked_`
    std::optional<base::SteadyTime> looked_;
    std::optional<Writer> writer_;
};

} // namespace spool
