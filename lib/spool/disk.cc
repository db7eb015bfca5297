// SPDX-License-Identifier: Apache-2.0
#include "spool/disk.h"

#include "base/fd.h"

#include <climits>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <sys/stat.h>

namespace spool {

namespace {

constexpr mode_t file_mode = 0640;
constexpr mode_t directory_mode = 0750;

// Forgets the first `written` bytes of the parts.
void skip_bytes(std::span<iovec>& parts, std::size_t written)
{
    while (!parts.empty() && written >= parts.front().iov_len) {
        written -= parts.front().iov_len;
        parts = parts.subspan(1);
    }
    if (parts.empty())
        return;
    parts.front().iov_base = static_cast<char*>(parts.front().iov_base) + written;
    parts.front().iov_len -= written;
}

} // namespace

int Disk::create(const std::string& path)
{
    return ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
                  file_mode);
}

int Disk::open(const std::string& path)
{
    return ::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW);
}

ssize_t Disk::write(int fd, const iovec* parts, int count, std::uint64_t offset)
{
    return ::pwritev(fd, parts, count, static_cast<off_t>(offset));
}

int Disk::sync(int fd)
{
    return ::fdatasync(fd);
}

int Disk::sync_directory(const std::string& path)
{
    const base::Fd directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!directory)
        return -1;
    return ::fsync(directory.get());
}

int Disk::set_direct(int fd, bool direct)
{
    const int flags = ::fcntl(fd, F_GETFL);
    return flags < 0 ? -1
                     : ::fcntl(fd, F_SETFL, direct ? flags | O_DIRECT : flags & ~O_DIRECT);
}

int Disk::truncate(int fd, std::uint64_t size)
{
    return ::ftruncate(fd, static_cast<off_t>(size));
}

int Disk::reserve(int fd, std::uint64_t size)
{
    return ::fallocate(fd, 0, 0, static_cast<off_t>(size));
}

int Disk::punch(int fd, std::uint64_t from, std::uint64_t size)
{
    return ::fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
                       static_cast<off_t>(from), static_cast<off_t>(size));
}

int Disk::link(const std::string& from, const std::string& to)
{
    return ::link(from.c_str(), to.c_str());
}

int Disk::unlink(const std::string& path)
{
    return ::unlink(path.c_str());
}

int Disk::make_directory(const std::string& path)
{
    return ::mkdir(path.c_str(), directory_mode);
}

int Disk::space(const std::string& path, struct statvfs& found)
{
    return ::statvfs(path.c_str(), &found);
}

Disk& real_disk()
{
    static Disk disk;
    return disk;
}

void write_all(Disk& disk, int fd, std::span<iovec> parts, std::uint64_t offset,
               const std::string& path)
{
    skip_bytes(parts, 0); // empty parts in front would look like a write of nothing
    while (!parts.empty()) {
        const auto count = static_cast<int>(std::min<std::size_t>(parts.size(), IOV_MAX));
        const ssize_t written = disk.write(fd, parts.data(), count, offset);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            base::fail_errno("write", path);
        if (written == 0)
            base::fail_errno("write", path, base::Remedy::check_disk, ENOSPC);
        offset += static_cast<std::uint64_t>(written);
        skip_bytes(parts, static_cast<std::size_t>(written));
    }
}

void write_all(Disk& disk, int fd, std::string_view text, std::uint64_t offset,
               const std::string& path)
{
    iovec part{const_cast<char*>(text.data()), text.size()};
    write_all(disk, fd, std::span(&part, 1), offset, path);
}

} // namespace spool
