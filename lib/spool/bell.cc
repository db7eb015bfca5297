// SPDX-License-Identifier: Apache-2.0
// Both sides open the FIFO for reading and writing.  The listener then never sees end of
// file, and a ringer never gets EPIPE and SIGPIPE when the listener dies; it merely fills
// the pipe until the write would block, which means "already rung".
#include "spool/bell.h"

#include "base/clock.h"
#include "base/failure.h"
#include "spool/layout.h"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>

namespace spool {

namespace {

// The smallest pipe there is: silence() then takes everything with one read.
constexpr int bell_bytes = 4096;

base::Fd open_fifo(const std::string& path)
{
    return base::Fd(::open(path.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW));
}

bool is_named_fifo(int fd)
{
    struct stat found{};
    return ::fstat(fd, &found) == 0 && S_ISFIFO(found.st_mode) && found.st_nlink > 0;
}

} // namespace

Bell::Bell(const std::string& directory)
{
    const std::string path = bell_path(directory);
    if (::mkdir(run_directory(directory).c_str(), 0750) != 0 && errno != EEXIST)
        base::fail_errno("mkdir", run_directory(directory));
    if (::mkfifo(path.c_str(), 0640) != 0 && errno != EEXIST)
        base::fail_errno("mkfifo", path);
    fifo_ = open_fifo(path);
    if (!fifo_)
        base::fail_errno("open", path);
    if (!is_named_fifo(fifo_.get()))
        base::fail_errno("open", path, base::Remedy::repair_system, ENXIO);
    (void)::fcntl(fifo_.get(), F_SETPIPE_SZ, bell_bytes);
}

void Bell::silence()
{
    std::array<char, bell_bytes> rings;
    while (::read(fifo_.get(), rings.data(), rings.size()) ==
           static_cast<ssize_t>(rings.size())) {
    }
}

Ringer::Ringer(const std::string& directory) : path_(bell_path(directory)) {}

void Ringer::ring() noexcept
{
    const std::int64_t now = base::Steady::now().time_since_epoch() / base::seconds(1);
    if (!fifo_ || now != checked_)
        reopen();
    checked_ = now;
    if (fifo_)
        (void)!::write(fifo_.get(), "", 1);
}

// No FIFO: nobody has ever listened.  A FIFO without a name: somebody emptied run/.
void Ringer::reopen() noexcept
{
    if (fifo_ && is_named_fifo(fifo_.get()))
        return;
    fifo_ = open_fifo(path_);
    if (fifo_ && !is_named_fifo(fifo_.get()))
        fifo_.reset();
}

} // namespace spool
