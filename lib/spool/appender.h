// SPDX-License-Identifier: Apache-2.0
// spool/appender.h - chooses the segment that takes the next batch, and ends segments that
// are full, old or broken.
//
// Alone (the ordinary case) a process keeps one segment open.  In shared mode, for
// processes that serve one connection, all of them append to one segment, each for the time
// of one batch: log/shared names it and is locked from finding the end of the segment to
// the sync.
#pragma once

#include "base/clock.h"
#include "spool/preallocator.h"
#include "spool/segment.h"

#include <memory>

namespace spool {

class Appender {
public:
    Appender(Disk& disk, const WriterOptions& options);
    ~Appender(); // seals the open segment

    // The segment for a batch that begins with a record of this size.  Throws Failure.
    OpenSegment& open(std::uint64_t size);
    // Ends a batch; after a failure the segment is never used again.
    void close(bool failed);

    // When the open segment gets too old; far away if there is none.
    [[nodiscard]] base::SteadyTime seal_time() const { return seal_time_; }
    void seal_if_old();

private:
    void open_own(std::uint64_t size);
    void open_shared(std::uint64_t size);
    void reopen_shared(SegmentNumber number);
    void begin(SegmentKind kind);
    void seal();
    [[nodiscard]] bool must_change(std::uint64_t size);
    [[nodiscard]] std::uint64_t zeros_allowed() const;

    Disk& disk_;
    const WriterOptions& options_;
    Preallocator preallocator_;
    std::unique_ptr<OpenSegment> segment_;
    base::SteadyTime seal_time_ = base::SteadyTime::max();
    base::Fd shared_;
};

} // namespace spool
