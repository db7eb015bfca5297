// SPDX-License-Identifier: Apache-2.0
// spool/followed.h - how far a follower is in one segment, and how far it may go.
//
//     the segment is                  it is read
//     open                            to the mark in run/NUMBER.tail
//     sealed                          to the sealed mark; then it is finished
//     abandoned (its writer died)     with checksums, to its last whole record; then
//     finished shared, nobody appends          with checksums, to its last whole record
#pragma once

#include "base/clock.h"
#include "base/fd.h"
#include "spool/reader.h"
#include "spool/scan.h"
#include "spool/segment_file.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace spool {

using OnFound = std::function<void(Found&&)>;
using OnDamaged = std::function<void(Location, std::string_view why)>;

class Followed {
public:
    explicit Followed(Follower::Position position) : position_(position) {}

    [[nodiscard]] const Follower::Position& position() const { return position_; }
    // Reports up to `most` records; returns how many.
    std::size_t read(const std::string& spool, Window& window, std::size_t most,
                     const OnFound& found, const OnDamaged& damaged);

private:
    struct Reach {
        std::uint64_t limit;
        Trust trust;
        bool last; // nothing comes after the limit
    };
    bool open(const std::string& spool, const OnDamaged& damaged);
    [[nodiscard]] std::optional<Reach> reach(const std::string& spool);
    [[nodiscard]] std::optional<std::uint64_t> durable(const std::string& spool);
    [[nodiscard]] std::optional<Reach> reach_by_state();
    std::size_t report(const Reach& to, Window& window, std::size_t most,
                       const OnFound& found, const OnDamaged& damaged);
    void finish();

    Follower::Position position_;
    std::unique_ptr<SegmentFile> segment_; // while it is open
    base::Fd tail_;
    bool stuck_ = false;        // reported; never read and never finished
    bool writer_seen_ = false;  // the lock was held when we last tried
    base::SteadyTime try_lock_; // not again before
};

} // namespace spool
