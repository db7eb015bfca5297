// SPDX-License-Identifier: Apache-2.0
#include "tap/record_file.h"

#include "base/failure.h"
#include "base/random.h"
#include "seal/digest.h"
#include "text/base64.h"

#include <array>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

namespace tap {

namespace {

// The group may write, so that sponts-li can empty what it has taken.
constexpr mode_t file_mode = 0660;

base::Fd open_new(const std::string& directory)
{
    constexpr std::size_t name_octets = 16;
    const std::string path = directory + "/" + text::hex(base::random_octets(name_octets));
    base::Fd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, file_mode));
    if (!fd)
        base::fail_errno("create", directory, base::Remedy::fix_config);
    (void)::fchmod(fd.get(), file_mode); // whatever the umask is
    return fd;
}

// Until it is locked, who takes records out may think that its writer has ended, lock it
// and remove it.
bool is_ours(int fd)
{
    struct stat status{};
    return ::flock(fd, LOCK_EX | LOCK_NB) == 0 && ::fstat(fd, &status) == 0 &&
           status.st_nlink > 0;
}

base::Fd create(const std::string& directory)
{
    constexpr int most_tries = 100;
    for (int i = 0; i < most_tries; ++i) {
        base::Fd fd = open_new(directory);
        if (is_ours(fd.get()))
            return fd;
    }
    base::fail_errno("lock", directory, base::Remedy::check_disk);
}

} // namespace

RecordFile::RecordFile(const std::string& directory) : fd_(create(directory)) {}

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
