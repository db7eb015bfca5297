// SPDX-License-Identifier: Apache-2.0
// spool/queue_carry.h - appends the last messages of old segments to the log anew.
//
// The order is safety.  "carry" is in the results before the copy can be in the log, so no
// reader takes the copy for a new message; "moved" is written after the copy is durable;
// the old segment goes when "moved" is.  Dying anywhere in between leaves a message twice
// in the log and once in the queue.
#pragma once

#include "spool/queue_change.h"
#include "spool/reader.h"
#include "spool/writer.h"

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_set>
#include <vector>

namespace spool {

class QueueCarrier {
public:
    explicit QueueCarrier(const std::string& directory);

    // Idle: the next segments may be planned.
    [[nodiscard]] bool idle() const { return waiting_.empty() && in_flight_.empty(); }
    // Messages whose copies may be in the log and do not count yet: where one is, the
    // segment is needed.
    [[nodiscard]] const std::unordered_set<MessageId>& in_flight() const
    {
        return in_flight_;
    }
    // Tried in vain (damaged, gone): not again in this process.
    [[nodiscard]] bool gave_up(MessageId id) const { return gave_up_.contains(id); }
    void add(MessageId id, Location where) { waiting_.push_back({id, where}); }

    // Segments were deleted.
    void forget_deleted() { reader_.forget_deleted(); }

    struct Actions {
        // True if the message is still in the queue and there; then "carry" is written.
        std::function<bool(MessageId, Location)> begin;
        std::function<void(MessageId, Location)> moved;
        std::function<void()> failed; // to try again later
    };
    // What came back from the writer.
    void take_done(const Actions& actions);
    // Some more messages: a bounded piece of work.
    void work(Writer& writer, const Actions& actions);

private:
    struct Job {
        MessageId id;
        Location where;
    };
    struct Done {
        MessageId id;
        CommitResult result;
    };
    struct Inbox { // the committer's thread puts, we take
        std::mutex mutex;
        std::vector<Done> done;
    };

    std::uint64_t carry(const Job& job, Writer& writer, const Actions& actions);
    void fail(MessageId id, std::string_view why, const Actions& actions);

    Reader reader_;
    std::deque<Job> waiting_;
    std::unordered_set<MessageId> in_flight_;
    std::unordered_set<MessageId> gave_up_;
    std::shared_ptr<Inbox> inbox_ = std::make_shared<Inbox>();
};

} // namespace spool
