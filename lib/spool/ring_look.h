// SPDX-License-Identifier: Apache-2.0
// spool/ring_look.h - whose messages leave the ring before their segment does, and when.
//
// Of a message only header, envelope and end mark are read, and once all of what was erased
// and is no hole.  Nothing is written here, and who still waits for a message is not known:
// ring_sweep.h.
#pragma once

#include "base/clock.h"
#include "base/failure.h"
#include "spool/reader.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace spool {

// Messages that stay in the ring for a shorter time than others.
struct RingPeriods {
    // Seconds since its arrival; nothing: as long as the ring keeps everybody's.  Called on
    // another thread, never by two at once.  Throws base::Failure when it cannot be told.
    std::function<std::optional<std::int64_t>(const Envelope&)> period_of;
    std::int64_t shortest = 0; // of all there are; above 0
};

// No segment can be looked at now: whose messages they are cannot be told.
class PeriodUnknown : public base::Failure {
public:
    explicit PeriodUnknown(const base::Failure& why) : base::Failure(why) {}
};

inline constexpr std::int64_t never = INT64_MAX;
// Of one look: the rest is found by the next.
inline constexpr std::size_t most_due = 100'000;

// What of a segment is looked at.
struct RingPart {
    Follower::Position to;
    std::uint64_t from = 0;     // where the last look ended; 0: from the front
    std::uint64_t clean = 0;    // before this a crash has left nothing of what was erased
    std::int64_t least_age = 0; // seconds that all of it is there, whatever it says itself
    std::size_t most = most_due;
};

struct RingLook {
    struct Due {
        std::uint32_t offset = 0;
        MessageId id; // none: its header says erased, but its bytes are (partly) there
    };
    std::vector<Due> due;
    std::int64_t next = never; // when the first of the others is due, seconds
    std::uint64_t end = 0;     // so far it was looked at
    bool more = false;         // behind it; `due` is full
    base::seconds again{0};    // it was not looked at, and shall be after so long
};

// What of a segment is due at `now` (seconds since 1970), and what a crash left of records
// that were being erased.  Nothing of a segment that is gone, damaged or kept for a person.
// Throws base::Failure: PeriodUnknown, or this one cannot be read.
[[nodiscard]] RingLook look_through(const std::string& directory, const RingPart& part,
                                    const RingPeriods& periods, std::int64_t now);

} // namespace spool
