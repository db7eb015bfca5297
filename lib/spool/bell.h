// SPDX-License-Identifier: Apache-2.0
// spool/bell.h - tells the follower that the log has grown.
//
// The follower keeps a Bell, a FIFO SPOOL/run/bell; writers keep a Ringer.  Many rings
// before the follower looks are one.  A bell is a hint and never the truth: a ring may be
// lost (the follower was not there) or come for nothing, so a follower also polls when it
// starts and every few seconds.  Ringing never blocks, never fails and never raises
// SIGPIPE.
#pragma once

#include "base/fd.h"

#include <cstdint>
#include <string>

namespace spool {

// The listening side; one process.
class Bell {
public:
    // Makes SPOOL/run and the FIFO when they are missing.  Throws Failure.
    explicit Bell(const std::string& directory);

    // Readable (poll, epoll; level-triggered) from the first ring until silence().
    [[nodiscard]] int fd() const { return fifo_.get(); }
    // Takes all rings.  Call it *before* looking at the log, so that nothing is missed.
    void silence();

private:
    base::Fd fifo_;
};

// The ringing side; one thread at a time.
class Ringer {
public:
    explicit Ringer(const std::string& directory);
    void ring() noexcept;

private:
    void reopen() noexcept;

    std::string path_;
    base::Fd fifo_;
    std::int64_t checked_ = 0; // seconds; when we last saw that the FIFO still has its name
};

} // namespace spool
