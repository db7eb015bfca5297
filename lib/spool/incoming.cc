// SPDX-License-Identifier: Apache-2.0
#include "spool/incoming.h"

#include "spool/layout.h"
#include "spool/shared.h"

#include <atomic>
#include <filesystem>
#include <sys/file.h>
#include <sys/stat.h>
#include <utility>

namespace spool {

namespace {

// Between create and lock somebody who cleans up may have been faster.
bool still_named(int fd)
{
    struct stat found{};
    return ::fstat(fd, &found) == 0 && found.st_nlink > 0;
}

bool is_dead(Disk& disk, const std::string& path)
{
    const base::Fd file(disk.open(path));
    return file && ::flock(file.get(), LOCK_EX | LOCK_NB) == 0 && still_named(file.get());
}

// The lock is held until the name is gone, else the owner could take it in between.
void remove_if_dead(Disk& disk, const std::string& path)
{
    const base::Fd file(disk.open(path));
    if (file && ::flock(file.get(), LOCK_EX | LOCK_NB) == 0 && still_named(file.get()))
        (void)disk.unlink(path);
}

// Between two connections nobody holds the lock of the shared segment, but its followers
// hold its tail file: another one of that name would tell them nothing.
std::optional<SegmentNumber> shared_number(Disk& disk, const std::string& spool)
{
    const base::Fd file(disk.open(shared_path(spool)));
    return file ? read_shared(file.get()) : std::nullopt;
}

void remove_dead_tail(Disk& disk, const std::string& spool, const std::string& name)
{
    const auto number = parse_segment_name(name, ".tail");
    if (!number || number == shared_number(disk, spool))
        return;
    const std::string segment = segment_path(spool, *number);
    if (::access(segment.c_str(), F_OK) != 0 || is_dead(disk, segment))
        (void)disk.unlink(tail_path(spool, *number));
}

} // namespace

IncomingFile::IncomingFile(Disk& disk, const std::string& spool) : disk_(&disk)
{
    static std::atomic<std::uint64_t> serial;
    for (;;) {
        path_ = draft_path(spool, ++serial);
        const int fd = disk.create(path_);
        if (fd < 0 && errno != EEXIST)
            base::fail_errno("create", path_);
        fd_.reset(fd);
        if (fd_ && ::flock(fd_.get(), LOCK_EX | LOCK_NB) == 0 && still_named(fd_.get()))
            return;
    }
}

IncomingFile::IncomingFile(IncomingFile&& other) noexcept
    : disk_(other.disk_), path_(std::exchange(other.path_, {})), fd_(std::move(other.fd_))
{
}

IncomingFile& IncomingFile::operator=(IncomingFile&& other) noexcept
{
    std::swap(disk_, other.disk_); // the other one removes what we had
    std::swap(path_, other.path_);
    std::swap(fd_, other.fd_);
    return *this;
}

IncomingFile::~IncomingFile()
{
    if (!path_.empty())
        (void)disk_->unlink(path_);
}

base::Fd IncomingFile::publish(const std::string& spool, SegmentNumber number)
{
    checked(disk_->link(path_, segment_path(spool, number)), "link",
            segment_path(spool, number));
    (void)disk_->unlink(path_);
    path_.clear();
    return std::move(fd_);
}

void remove_leftovers(Disk& disk, const std::string& spool)
{
    std::error_code ignored;
    namespace fs = std::filesystem;
    for (fs::directory_iterator at(incoming_directory(spool), ignored), end;
         !ignored && at != end; at.increment(ignored))
        remove_if_dead(disk, at->path().string());
    for (fs::directory_iterator at(run_directory(spool), ignored), end;
         !ignored && at != end; at.increment(ignored))
        remove_dead_tail(disk, spool, at->path().filename().string());
}

} // namespace spool
