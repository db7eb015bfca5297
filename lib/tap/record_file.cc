// SPDX-License-Identifier: Apache-2.0
#include "tap/record_file.h"

#include "tap/locked_file.h"

#include <fcntl.h>
#include <sys/stat.h>

namespace tap {

namespace {

// The group may write, so that sponts-li can empty what it has taken.
constexpr mode_t file_mode = 0660;

} // namespace

RecordFile::RecordFile(const std::string& directory)
    : fd_(new_locked_file(directory, file_mode).fd)
{
}

bool RecordFile::write(std::string_view bytes)
{
    std::uint64_t at = size_;
    while (!bytes.empty()) {
        const ssize_t n =
            ::pwrite(fd_.get(), bytes.data(), bytes.size(), static_cast<off_t>(at));
        if (n < 0)
            return false;
        at += static_cast<std::uint64_t>(n);
        bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
}

bool RecordFile::append(std::string_view bytes)
{
    if (!write(bytes)) {
        (void)::ftruncate(fd_.get(), static_cast<off_t>(size_));
        return false;
    }
    size_ += bytes.size();
    return true;
}

bool RecordFile::sync()
{
    return ::fdatasync(fd_.get()) == 0;
}

std::uint64_t RecordFile::occupied() const
{
    constexpr std::uint64_t block = 512; // stat(2)
    struct stat status{};
    if (::fstat(fd_.get(), &status) != 0)
        return size_;
    return static_cast<std::uint64_t>(status.st_blocks) * block;
}

void RecordFile::empty(std::uint64_t offset, std::uint64_t size)
{
    (void)::fallocate(fd_.get(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
                      static_cast<off_t>(offset), static_cast<off_t>(size));
}

} // namespace tap
