// SPDX-License-Identifier: Apache-2.0
#include "tap/record_file.h"

#include "base/failure.h"
#include "base/locked_file.h"
#include "tap/layout.h"
#include "tap/record.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace tap {

namespace {

// The group may write, so that sponts-li can empty what it has taken.
constexpr mode_t file_mode = 0660;

base::Fd new_file_beside(const std::string& path)
{
    const std::string beside = contents_beside(path);
    base::Fd fd(::open(beside.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, file_mode));
    if (!fd)
        base::fail_errno("create", beside, base::Remedy::fix_config);
    (void)::fchmod(fd.get(), file_mode); // whatever the umask is
    return fd;
}

bool write(int fd, std::string_view bytes, std::uint64_t at)
{
    while (!bytes.empty()) {
        const ssize_t n = ::pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(at));
        if (n < 0)
            return false;
        at += static_cast<std::uint64_t>(n);
        bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
}

std::uint64_t occupied_by(int fd)
{
    constexpr std::uint64_t block = 512; // stat(2)
    struct stat status{};
    return ::fstat(fd, &status) == 0 ? static_cast<std::uint64_t>(status.st_blocks) * block
                                     : 0;
}

} // namespace

RecordFile::RecordFile(const std::string& directory)
{
    base::LockedFile file = base::new_locked_file(directory, file_mode);
    events_ = std::move(file.fd);
    try {
        contents_ = new_file_beside(file.path);
    } catch (...) {
        (void)::unlink(file.path.c_str());
        throw;
    }
}

void RecordFile::drop(std::uint64_t offset)
{
    (void)::ftruncate(events_.get(), static_cast<off_t>(offset));
    (void)::ftruncate(contents_.get(), static_cast<off_t>(offset));
}

// Content first: the event says that it is there.
std::optional<std::uint64_t> RecordFile::append(std::string_view head_and_event,
                                                std::string_view content)
{
    const std::uint64_t behind = size_ + head_and_event.size();
    if (!write(contents_.get(), content, behind) ||
        !write(events_.get(), head_and_event, size_)) {
        drop(size_);
        return std::nullopt;
    }
    size_ = padded(behind + content.size());
    return behind;
}

bool RecordFile::sync()
{
    return ::fdatasync(events_.get()) == 0;
}

std::uint64_t RecordFile::occupied() const
{
    return occupied_by(events_.get()) + occupied_by(contents_.get());
}

void RecordFile::empty(std::uint64_t offset, std::uint64_t size)
{
    (void)::fallocate(contents_.get(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
                      static_cast<off_t>(offset), static_cast<off_t>(size));
}

} // namespace tap
