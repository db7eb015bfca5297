// SPDX-License-Identifier: Apache-2.0
#include "spool/replay_disk.h"

#include "spool/layout.h"

#include <cerrno>

namespace spool {

int ReplayDisk::name_again(const std::string& segment, SegmentNumber number)
{
    if (disk_.sync_directory(log_directory(spool_)) != 0 ||
        disk_.link(segment, segment_path(run_, number)) != 0)
        return -1;
    return disk_.sync_directory(log_directory(run_));
}

int ReplayDisk::link(const std::string& from, const std::string& to)
{
    if (disk_.link(from, to) != 0)
        return -1;
    const std::string name = to.substr(to.rfind('/') + 1);
    const auto number = parse_segment_name(name, ".seg");
    if (!number || name_again(to, *number) == 0)
        return 0;
    const int error = errno;
    (void)disk_.unlink(to);
    errno = error;
    return -1;
}

} // namespace spool
