// SPDX-License-Identifier: Apache-2.0
#include "spool/space.h"

#include "base/clock.h"

#include <utility>

namespace spool {

Space::Space(Disk& disk, std::string directory, std::uint64_t free_bytes,
             std::uint64_t free_inodes)
    : disk_(disk), directory_(std::move(directory)), free_bytes_(free_bytes),
      free_inodes_(free_inodes)
{
}

bool Space::low()
{
    const std::int64_t now = base::Steady::now().time_since_epoch() / base::seconds(1);
    if (now == asked_)
        return low_;
    asked_ = now;
    struct statvfs found{};
    if (disk_.space(directory_, found) != 0)
        return low_ = false;
    // File systems without a fixed number of inodes say there are none at all.
    low_ = found.f_bavail * found.f_frsize < free_bytes_ ||
           (found.f_files != 0 && found.f_favail < free_inodes_);
    return low_;
}

std::optional<std::uint64_t> free_bytes(Disk& disk, const std::string& directory)
{
    struct statvfs found{};
    if (disk.space(directory, found) != 0)
        return std::nullopt;
    return found.f_bavail * found.f_frsize;
}

} // namespace spool
