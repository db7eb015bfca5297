// SPDX-License-Identifier: Apache-2.0
// spool/queue.h - the messages that are not finished: state, results, snapshot, clean-up.
//
// The log says what was accepted; the queue says what became of it.  Its state is kept in
// memory (about 80 bytes a message, queue_entry.h), and on disk as
//
//     queue/snapshot      every unfinished message and how far the log was read
//     queue/results.N     one line per result since that snapshot, appended and synced
//
// One process owns the queue (flock on queue/lock): smtp-sendd while it runs, otherwise
// queuectl.  Everybody else reads: QueueView loads a consistent copy.
//
// Order is safety: a result is written after the next hop has answered and before the next
// attempt; a crash in between costs one duplicate, never a message.  Results are synced at
// latest `sync_interval` after they were written: that is the window for duplicates after a
// power cut.  A segment is deleted only when all its messages are finished or carried
// forward *and* those results are synced.
//
// When the disk does not take results (full, broken) they stay in memory, are written as
// soon as it does, and the queue goes on; the log has "queue-write-failed".
#pragma once

#include "base/clock.h"
#include "spool/envelope.h"
#include "spool/queue_entry.h"
#include "spool/reader.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace spool {

class Writer;
struct RingPeriods;

struct QueueOptions {
    std::string directory; // the spool
    base::milliseconds sync_interval{20};
    std::uint64_t snapshot_bytes = 64ull << 20; // of results before a new snapshot
    std::int64_t retention = 0; // seconds a finished segment is kept (ring); 0: not at all
    std::uint64_t retention_bytes = 0; // and at most so much; 0: no bound by size
    std::uint64_t free_space = 0;      // with less free than this the oldest go before
    double carry_forward = 0.25; // live share of a sealed segment below which it is freed
    std::int64_t carry_after = 600;  // seconds since the segment's last write, at least
    std::int64_t segment_age = 3600; // as in WriterOptions: closes idle shared segments
    // What the journal has not read stays, up to so much, and while there is more free
    // space than this.  No backlog: there is no journal.
    std::uint64_t journal_backlog = 0;
    std::uint64_t journal_free_space = 0;
};

// Threads: everything on one thread; syncs and snapshots run on a thread of the queue's
// own.
class Queue {
public:
    // Takes the lock, loads snapshot and results, removes leftovers.  Throws Failure
    // (start_service with the owner's pid when the queue is owned by another process,
    // fix_config when there is no spool, check_disk when the snapshot is damaged).
    explicit Queue(QueueOptions options);
    ~Queue(); // syncs and writes a snapshot

    // Follows the log; `fresh` is called for each new message (what was read of it is
    // passed so that nobody reads it again).  Returns how many records were read: fewer
    // than `most` means that the end of the log is reached.  After the start for_each() has
    // what was known at the last stop; what came since is reported here like anything new,
    // with the results it already has.
    std::size_t poll_log(std::size_t most,
                         const std::function<void(const Entry&, const Found&)>& fresh);

    [[nodiscard]] const Entry* find(MessageId id) const;
    [[nodiscard]] std::size_t size() const;
    // In no order.  `visit` must not change the queue.
    void for_each(const std::function<void(const Entry&)>& visit) const;
    // The same in parts, for those who leave others their turn in between: what comes
    // meanwhile may be visited or not, nothing is visited twice.
    [[nodiscard]] std::size_t parts() const;
    void for_each_in(std::size_t part,
                     const std::function<void(const Entry&)>& visit) const;
    // A reason, destination or domain.
    [[nodiscard]] std::string_view text(TextNumber number) const;
    // The number of a text that some entry has, or 0.
    [[nodiscard]] TextNumber number(std::string_view text) const;

    // One attempt is over: results of its recipients, and when to try again if any wait.
    // Counts the attempt.  A message of which nobody waits any more leaves the queue: true
    // is returned.  Written at once (one write), synced soon.
    //
    // These and all below: an id that is not in the queue (deleted meanwhile) changes
    // nothing.
    bool note(MessageId id, std::span<const Outcome> outcomes, std::int64_t next_attempt,
              std::string_view destination);
    // Other reasons for recipients that wait: nothing was attempted.
    void restate(MessageId id, std::span<const Outcome> outcomes);
    void note_delay_notice(MessageId id);
    void hold(MessageId id, Hold how, std::string_view reason);
    void release(MessageId id); // also makes it due at once
    void retry_at(MessageId id, std::int64_t when);
    void requeue(MessageId id); // also releases it; due at once
    // Operator: all waiting -> deleted.  Its bytes are erased from the log as soon as this
    // is on the disk and the journal has read them: by tidy(), or at the queue's end.
    void remove(MessageId id);
    // The same for some recipients, by their own wish: those who wait, which are returned.
    // The message leaves the queue when nobody waits any more, and is erased if all were
    // deleted.
    std::vector<std::uint32_t> withdraw(MessageId id,
                                        std::span<const std::uint32_t> recipients);
    // Operator: give up.  Sets expire_requested(), releases it and makes it due at once;
    // smtp-sendd notes `expired` and reports to the sender.
    void expire(MessageId id);

    // While one lives, the lines of all changes are gathered and written with one write
    // when it goes.  For many changes in a row, never across a wait.
    class Together {
    public:
        explicit Together(Queue& queue);
        ~Together();
        Together(const Together&) = delete;
        Together& operator=(const Together&) = delete;

    private:
        Queue& queue_;
    };

    // True while results are not yet known to be on the disk.
    [[nodiscard]] bool unsynced() const;
    // Writes and syncs now; false (and a log line) if the disk does not take it.
    bool sync();

    // Housekeeping, called every few seconds: retries failed writes, starts a snapshot when
    // one is due, deletes finished segments, carries the last messages of old segments
    // forward through `writer`, erases what is finished where a segment stays.  Does a
    // bounded piece of work at a time; waits for no disk.
    void tidy(Writer& writer);

    // Some messages leave the ring before their segment does: from now on those that these
    // periods say (ring_look.h), at latest two lags (lag_of) and what tidy() needs after
    // their time; null: none.  All that is in the log is looked at anew.
    void shorten_ring(std::shared_ptr<const RingPeriods> periods);

    // Writes a snapshot now and waits for it.  Throws Failure; nothing is lost then.
    void write_snapshot();

    // Where smtp-sendd listens for operators (delivery/control.h).
    [[nodiscard]] static std::string control_socket(std::string_view directory);

private:
    struct State;
    std::unique_ptr<State> state_;
};

// A read-only copy for listing, while another process owns the queue.
class QueueView {
public:
    // Throws Failure (fix_config when there is no spool, check_disk when the snapshot is
    // damaged).
    explicit QueueView(std::string directory);
    ~QueueView();
    void for_each(const std::function<void(const Entry&)>& visit) const;
    [[nodiscard]] const Entry* find(MessageId id) const;
    [[nodiscard]] std::string_view text(TextNumber number) const;
    [[nodiscard]] std::size_t size() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace spool
