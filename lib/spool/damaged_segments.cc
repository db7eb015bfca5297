// SPDX-License-Identifier: Apache-2.0
#include "spool/damaged_segments.h"

#include "base/clock.h"
#include "base/failure.h"
#include "base/log.h"
#include "spool/disk.h"
#include "spool/layout.h"
#include "spool/queue_files.h"

#include <cerrno>
#include <fcntl.h>

namespace spool {

namespace {

constexpr base::seconds pause_after_trouble{60};

// The name is on the disk when it returns.  Tells whether it is new.  Throws Failure.
bool link_to_damaged(const std::string& directory, SegmentNumber segment)
{
    Disk& disk = real_disk();
    const std::string folder = damaged_directory(directory);
    if (disk.make_directory(folder) == 0) {
        const base::Fd made(
            ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
        give_to_owner(directory, checked(made.get(), "open", folder));
        checked(disk.sync_directory(log_directory(directory)), "sync",
                log_directory(directory));
    } else if (errno != EEXIST)
        base::fail_errno("mkdir", folder);
    const std::string path = damaged_path(directory, segment);
    const bool linked = disk.link(segment_path(directory, segment), path) == 0;
    if (!linked && errno != EEXIST)
        base::fail_errno("link", path);
    checked(disk.sync_directory(folder), "sync", folder);
    return linked;
}

} // namespace

void DamagedSegments::add(SegmentNumber segment)
{
    if (safe_.contains(segment) || !waiting_.insert(segment).second)
        return;
    if (set_aside(segment))
        waiting_.erase(segment);
}

void DamagedSegments::retry()
{
    if (waiting_.empty() || base::Steady::now() < next_try_)
        return;
    std::erase_if(waiting_, [this](SegmentNumber segment) { return set_aside(segment); });
}

bool DamagedSegments::set_aside(SegmentNumber segment)
{
    try {
        if (link_to_damaged(directory_, segment))
            base::log(base::Level::error, "segment-set-aside", "-",
                      {{"file", damaged_path(directory_, segment)}});
        safe_.insert(segment);
        return true;
    } catch (const base::Failure& failure) {
        next_try_ = base::Steady::now() + pause_after_trouble;
        base::log(base::Level::error, "segment-set-aside-failed", "-",
                  {{"error", failure.what()}});
        return false;
    }
}

} // namespace spool
