// SPDX-License-Identifier: Apache-2.0
#include "spool/sweep.h"

namespace spool {

const Envelope* Sweep::envelope(Location where)
{
    if (good_ && scanned_.where == where)
        return &scanned_.envelope;
    const bool known = segment_ && segment_->head.number == where.segment;
    good_ = known && examine(where);
    // What was read ahead may have been written since.
    if (!good_)
        good_ = open(where.segment) && examine(where);
    return good_ ? &scanned_.envelope : nullptr;
}

bool Sweep::open(SegmentNumber number)
{
    segment_ = open_segment(directory_, number);
    if (!segment_)
        return false;
    segment_->head.number = number; // without a readable head too: nothing will be found
    window_.look_at(segment_->fd(), file_size(segment_->fd()));
    return true;
}

bool Sweep::examine(Location where)
{
    Scan scan(window_, segment_->head);
    return scan.examine(where.offset, Trust::all, scanned_) == Scan::Kind::record;
}

} // namespace spool
