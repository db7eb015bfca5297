// SPDX-License-Identifier: Apache-2.0
// spool/incoming.h - a file in log/incoming/ on its way to become a segment.
//
// It is locked (flock) from its birth to its end, under whatever name, so that everybody
// can tell a file at work from what a crash left behind.
#pragma once

#include "base/fd.h"
#include "spool/disk.h"
#include "spool/id.h"

#include <string>

namespace spool {

class IncomingFile {
public:
    // Throws Failure.
    IncomingFile(Disk& disk, const std::string& spool);
    IncomingFile(IncomingFile&& other) noexcept;
    IncomingFile& operator=(IncomingFile&& other) noexcept;
    ~IncomingFile(); // not published: removed

    [[nodiscard]] int fd() const { return fd_.get(); }
    [[nodiscard]] const std::string& path() const { return path_; }

    // Gives the file its name in log/ and hands over the descriptor, still locked.  The
    // name is not durable before sync_directory(log).  A crash between leaves both names,
    // one of which the next start removes.  Throws Failure; the file is then still ours.
    [[nodiscard]] base::Fd publish(const std::string& spool, SegmentNumber number);

private:
    Disk* disk_;
    std::string path_;
    base::Fd fd_;
};

// Removes what dead processes left in log/incoming/ and in run/.  Never throws: leftovers
// cost space, not mail.
void remove_leftovers(Disk& disk, const std::string& spool);

} // namespace spool
