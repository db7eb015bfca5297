// SPDX-License-Identifier: Apache-2.0
// spool/queue_core.h - log and results put together: what is in the queue, and why.
//
// A message is in the queue when the log has it and the results do not say that it is
// finished.  The difficulty is what was read twice or in another order than it was written:
//
//  * after a restart the results speak of messages that the log has not yet reported: these
//    changes are kept until it does (`early_`);
//  * the log is read again from the last checkpoint: a message that is known is not new;
//  * a carried record is in the log twice: `copies_` has the ids of which a second record
//    exists or may exist, and such a record never counts as new.  A copy that could not be
//    written may be there all the same, when it could not be cut off either.
//
// No clock and no writing; the owner and the readers of a queue share it.
#pragma once

#include "spool/queue_block.h"
#include "spool/queue_table.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace spool {

class QueueCore {
public:
    QueueTable table;
    std::map<SegmentNumber, Follower::Position> positions; // where reading the log begins
    std::uint64_t block = 0; // number of the last complete block

    // A change happens now, or its line is read again.
    Applied apply(const Change& change);
    Applied replay(const Change& change);
    // Lines of blocks.
    void replay_entry(const EntryParts& parts);
    void replay_copy(MessageId id, Location where) { copies_[id].expected = where; }
    void replay_erase(Location where) { deleted_.push_back(where); }
    // The end of a complete block: the log is contained up to these positions in what came
    // before it; segments that are not among them are as before.
    void replay_positions(std::uint64_t number,
                          const std::vector<Follower::Position>& read);

    // The log reported a record.  The entry if this is a message for the queue; nullptr if
    // it is known, finished, or a copy.
    const Entry* found(const Found& record);
    // The end of the log is reached: nothing that the results speak of can still come.
    void caught_up() { early_.clear(); }

    // The segment in which the copy of this message was read that does not count yet.
    [[nodiscard]] std::optional<SegmentNumber> segment_of_copy(MessageId id) const;
    // Records that an operator deleted since the last call, also such that were read in old
    // results, and what blocks say is to be erased.  Never one that is in the queue.
    [[nodiscard]] std::vector<Location> take_deleted();
    [[nodiscard]] const std::vector<Location>& deleted() const { return deleted_; }
    void write_copies(BlockWriter& block) const;
    // For the Follower.
    [[nodiscard]] std::vector<Follower::Position> read_so_far() const;

private:
    struct Early {
        bool finished = false;
        std::string lines;
    };
    struct Copy {
        Location expected; // segment 0: not known (yet)
        Location seen;     // likewise
    };

    bool is_copy(const Found& record);
    const Entry& insert(const Found& record);
    bool apply_early(MessageId id);
    void moved(const Change& change);
    void note_deleted(const Entry& entry);

    std::unordered_map<MessageId, Early> early_;
    std::unordered_map<MessageId, Copy> copies_;
    std::vector<Location> deleted_;
};

// The domain of an address in lower case; empty if it has none.
[[nodiscard]] std::string domain_of(std::string_view address);

} // namespace spool
