// SPDX-License-Identifier: Apache-2.0
// spool/queue.h - the messages that are not finished: state, results, snapshot, clean-up.
//
// The log says what was accepted; the queue says what became of it.  Its state is kept in
// memory (about 100 bytes a message, see kBytesPerEntry in the test), and on disk as
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
#pragma once

#include "base/clock.h"
#include "spool/envelope.h"
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

enum class RecipientState : std::uint8_t {
    waiting,     // to be tried (again)
    delivered,
    failed,      // permanently; a bounce was written or is not wanted
    expired,
    deleted,     // by an operator
    forwarded,   // replaced by messages of their own (rewrites, copies)
};

// What one attempt did to one recipient.
struct Outcome {
    std::uint32_t recipient = 0;   // index in the envelope
    RecipientState state = RecipientState::waiting;
    std::string reason;            // "mx.example[192.0.2.1]: 451 4.7.1 come back later"
};

enum class Hold : std::uint8_t { none, by_operator, by_guard };

struct Entry {
    MessageId id;
    Location where;
    std::int64_t arrival = 0;       // seconds
    std::int64_t next_attempt = 0;  // seconds; 0: now
    std::uint64_t size = 0;
    std::uint32_t attempts = 0;
    Hold hold = Hold::none;
    bool delay_noticed = false;
    bool requeued = false;          // forget what was learned: route afresh, attempts from 0
    std::vector<RecipientState> recipients;
    std::uint32_t reason = 0;       // index into reasons(): the latest, interned
    std::uint32_t destination = 0;  // likewise: where it waits for ("mx.example:25")
};

struct QueueOptions {
    std::string directory;
    base::milliseconds sync_interval{20};
    std::uint64_t snapshot_bytes = 64ull << 20;  // of results before a new snapshot
    std::int64_t retention = 0;     // seconds a finished segment is kept (ring); 0: not at all
    std::uint64_t retention_bytes = 0;           // and at most so much; 0: no bound by size
    double carry_forward = 0.25;    // live share of a sealed segment below which it is freed
};

class Queue {
public:
    // Takes the lock, loads snapshot and results, removes leftovers.  Throws Failure
    // (start_service with the owner's pid when the queue is owned by another process).
    explicit Queue(QueueOptions options);
    ~Queue();  // syncs and writes a snapshot

    // Follows the log; `fresh` is called for each new message (the envelope is passed so
    // that nobody reads it again).  Returns how many came.
    std::size_t poll_log(std::size_t most,
                         const std::function<void(Entry&, const Envelope&)>& fresh);

    [[nodiscard]] Entry* find(MessageId id);
    [[nodiscard]] std::size_t size() const;
    void for_each(const std::function<void(Entry&)>& visit);
    [[nodiscard]] std::string_view text(std::uint32_t interned) const;

    // One attempt is over: results of its recipients, and when to try again if any wait.
    // Finished messages leave the queue.  Written at once, synced soon.
    void note(MessageId id, std::span<const Outcome> outcomes, std::int64_t next_attempt,
              std::string_view destination);
    void note_delay_notice(MessageId id);
    void hold(MessageId id, Hold how, std::string_view reason);
    void release(MessageId id);
    void retry_at(MessageId id, std::int64_t when);
    void requeue(MessageId id);
    void remove(MessageId id);                        // operator: all waiting -> deleted

    // True while results are written but not synced.
    [[nodiscard]] bool unsynced() const;
    void sync();

    // Housekeeping, called every few seconds: sync results, write snapshot when due, delete
    // finished segments, carry the last messages of old segments forward through `writer`.
    void tidy(Writer& writer);

    // Erases one message's bytes from the log (hole punching), e.g. after deletion.
    void punch(Location where);

private:
    struct State;
    std::unique_ptr<State> state_;
};

// A read-only copy for listing, while another process owns the queue.
class QueueView {
public:
    explicit QueueView(std::string directory);
    ~QueueView();
    void for_each(const std::function<void(const Entry&)>& visit) const;
    [[nodiscard]] const Entry* find(MessageId id) const;
    [[nodiscard]] std::string_view text(std::uint32_t interned) const;
    [[nodiscard]] std::size_t size() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace spool
