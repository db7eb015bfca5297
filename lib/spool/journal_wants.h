// SPDX-License-Identifier: Apache-2.0
// spool/journal_wants.h - what the journal has not read yet, for who keeps the log small.
//
// Mail never waits for the journal: where room is needed it gets no more than that.
// Threads: one.
#pragma once

#include "spool/queue_retention.h"
#include "spool/reader.h"

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace spool {

class JournalWants {
public:
    // No backlog: there is no journal, and it wants nothing.
    JournalWants(std::string directory, std::uint64_t backlog, std::uint64_t free_space)
        : directory_(std::move(directory)), backlog_(backlog), free_space_(free_space)
    {
    }

    // How far it is now, and whether there is room: `free` octets, or nothing if the disk
    // cannot be asked, which is then not full.
    void look(std::optional<std::uint64_t> free);
    [[nodiscard]] bool wants(SegmentNumber segment) const;
    [[nodiscard]] std::uint64_t backlog() const { return room_ ? backlog_ : 0; }
    // Positions of the queue, none of them ahead of the journal; the first: where there is
    // room.
    [[nodiscard]] std::vector<Follower::Position>
    limit(std::vector<Follower::Position> read) const;
    [[nodiscard]] std::vector<Follower::Position>
    limit_always(std::vector<Follower::Position> read) const;
    // These go before it has read them: said once, until it wants none of those there are.
    void lose(std::span<const SegmentNumber> unread);
    void see(std::span<const SegmentFacts> segments);

private:
    // inode, size, time of change
    using Which = std::tuple<std::uint64_t, std::int64_t, std::int64_t, std::int64_t>;

    [[nodiscard]] bool mark_changed();
    void read_mark();

    std::string directory_;
    std::uint64_t backlog_;
    std::uint64_t free_space_;
    Which seen_; // of the mark that was read
    std::map<SegmentNumber, Follower::Position> read_;
    bool room_ = true;
    bool told_ = false;
};

} // namespace spool
