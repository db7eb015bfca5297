// SPDX-License-Identifier: Apache-2.0
// net/socket_file.cc - see the header.
#include "net/socket_file.h"

#include <array>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace net {

namespace {

// mount(8): relatime leaves a time alone that is later than now.
constexpr std::time_t far_away = 4'102'444'800; // 2100

} // namespace

SocketFile::SocketFile(const Address& address)
{
    struct stat status{};
    if (address.family() != Address::Family::unix_path)
        return;
    std::string path = address.text();
    if (::lstat(path.c_str(), &status) != 0 || !S_ISSOCK(status.st_mode))
        return;
    path_ = std::move(path);
    device_ = status.st_dev;
    inode_ = status.st_ino;
    made_ = status.st_mtim;
}

SocketFile::~SocketFile()
{
    remove();
}

SocketFile::SocketFile(SocketFile&& other) noexcept
    : path_(std::exchange(other.path_, {})), device_(other.device_), inode_(other.inode_),
      made_(other.made_)
{
}

SocketFile& SocketFile::operator=(SocketFile&& other) noexcept
{
    if (this != &other) {
        remove();
        path_ = std::exchange(other.path_, {});
        device_ = other.device_;
        inode_ = other.inode_;
        made_ = other.made_;
    }
    return *this;
}

void SocketFile::remove() noexcept
{
    struct stat status{};
    if (!path_.empty() && ::lstat(path_.c_str(), &status) == 0 &&
        status.st_dev == device_ && status.st_ino == inode_ &&
        status.st_mtim.tv_sec == made_.tv_sec && status.st_mtim.tv_nsec == made_.tv_nsec)
        (void)::unlink(path_.c_str()); // in vain where our user may not
    path_.clear();
}

void hide_uses(int listener)
{
    sockaddr_storage storage{};
    socklen_t length = sizeof storage;
    auto* const name = reinterpret_cast<sockaddr*>(&storage);
    if (::getsockname(listener, name, &length) != 0)
        return;
    const Address address = Address::from_sockaddr(name, length);
    if (address.family() != Address::Family::unix_path)
        return;
    const std::array<timespec, 2> times{{{far_away, 0}, {0, UTIME_OMIT}}};
    (void)::utimensat(AT_FDCWD, address.text().c_str(), times.data(), AT_SYMLINK_NOFOLLOW);
}

} // namespace net
