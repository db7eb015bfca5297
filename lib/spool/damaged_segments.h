// SPDX-License-Identifier: Apache-2.0
// spool/damaged_segments.h - keeps every segment in which damage was found.
//
// A damaged record is never delivered, so nobody would miss its segment when its other mail
// is finished; but a person may still read the message in it.  Therefore the file gets a
// second name in log/damaged/ as soon as the damage is seen, which stays when the first one
// is deleted.  Nothing here removes it: that is for the person.
//
// As long as this does not work (disk full) the segment must not be deleted and no position
// behind the damage may be written down, so that the next start sees it again.
#pragma once

#include "base/clock.h"
#include "spool/id.h"

#include <cstdint>
#include <set>
#include <string>

namespace spool {

class DamagedSegments {
public:
    explicit DamagedSegments(std::string directory) : directory_(std::move(directory)) {}

    void add(SegmentNumber segment);
    // Tries again what did not work.
    void retry();
    [[nodiscard]] bool all_safe() const { return waiting_.empty(); }
    [[nodiscard]] bool waits(SegmentNumber segment) const
    {
        return waiting_.contains(segment);
    }
    [[nodiscard]] bool known(SegmentNumber segment) const
    {
        return waiting_.contains(segment) || safe_.contains(segment);
    }

private:
    [[nodiscard]] bool set_aside(SegmentNumber segment);

    std::string directory_;
    std::set<SegmentNumber> waiting_; // not yet in log/damaged/
    std::set<SegmentNumber> safe_;
    base::SteadyTime next_try_;
};

} // namespace spool
