// SPDX-License-Identifier: Apache-2.0
// spool/disk.h - every file operation of the writers, so that tests can replace the disk.
//
// Thin: each call is one system call and answers like it, -1 and errno on trouble.  Tests
// put a disk here that fails at the n-th operation, or that forgets what was not synced.
// Readers do not go through it: they only read.
#pragma once

#include "base/failure.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <sys/statvfs.h>
#include <sys/types.h>
#include <sys/uio.h>

namespace spool {

inline constexpr std::uint64_t page_size = 4096;

class Disk {
public:
    Disk() = default;
    Disk(const Disk&) = delete;
    Disk& operator=(const Disk&) = delete;
    virtual ~Disk() = default;

    virtual int create(const std::string& path); // EEXIST when it is there; 0640
    virtual int open(const std::string& path);   // for reading and writing
    virtual ssize_t write(int fd, const iovec* parts, int count, std::uint64_t offset);
    virtual int sync(int fd); // data and what is needed to read it (fdatasync)
    virtual int sync_directory(const std::string& path);
    // Writes past the page cache from now on, or through it again; -1 where the file
    // system knows no direct writes.  Memory, offset and size must be whole pages then.
    virtual int set_direct(int fd, bool direct);
    virtual int truncate(int fd, std::uint64_t size);
    virtual int reserve(int fd, std::uint64_t size);
    virtual int punch(int fd, std::uint64_t from, std::uint64_t size);
    virtual int link(const std::string& from, const std::string& to);
    virtual int unlink(const std::string& path);
    virtual int make_directory(const std::string& path);
    virtual int space(const std::string& path, struct statvfs& found);
};

[[nodiscard]] Disk& real_disk();

// Writes everything, in as many calls as the system's bounds need; the parts are used up.
// Throws Failure ("write PATH: reason").
void write_all(Disk& disk, int fd, std::span<iovec> parts, std::uint64_t offset,
               const std::string& path);
void write_all(Disk& disk, int fd, std::string_view text, std::uint64_t offset,
               const std::string& path);

// Throws "action path: reason" when a call answered -1.
inline int checked(int result, std::string_view action, const std::string& path)
{
    if (result < 0)
        base::fail_errno(action, path);
    return result;
}

} // namespace spool
