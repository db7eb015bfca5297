// SPDX-License-Identifier: Apache-2.0
#include "base/locked_file.h"

#include "base/failure.h"
#include "base/random.h"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

namespace base {

namespace {

constexpr std::size_t name_octets = 16;

std::string random_name()
{
    std::string name;
    for (const char octet : random_octets(name_octets))
        name += fmt::format("{:02x}", static_cast<unsigned char>(octet));
    return name;
}

LockedFile open_new(const std::string& directory, mode_t mode)
{
    std::string path = directory + "/" + random_name();
    Fd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode));
    if (!fd)
        fail_errno("create", directory, Remedy::fix_config);
    (void)::fchmod(fd.get(), mode); // whatever the umask is
    return {std::move(path), std::move(fd)};
}

} // namespace

bool lock(int fd)
{
    struct stat status{};
    return ::flock(fd, LOCK_EX | LOCK_NB) == 0 && ::fstat(fd, &status) == 0 &&
           status.st_nlink > 0;
}

// Until it is locked, others may think that its process has ended, lock it and remove it.
LockedFile new_locked_file(const std::string& directory, mode_t mode)
{
    constexpr int most_tries = 100;
    for (int i = 0; i < most_tries; ++i) {
        LockedFile file = open_new(directory, mode);
        if (lock(file.fd.get()))
            return file;
    }
    fail_errno("lock", directory, Remedy::check_disk);
}

} // namespace base
