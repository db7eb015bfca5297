// SPDX-License-Identifier: Apache-2.0
// daemon/inetd.cc - see the header.

#include "daemon/inetd.h"

#include "base/failure.h"
#include "net/listener.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace daemons {

namespace {

bool same_file(int one, int other)
{
    struct stat first{};
    struct stat second{};
    return ::fstat(one, &first) == 0 && ::fstat(other, &second) == 0 &&
           first.st_dev == second.st_dev && first.st_ino == second.st_ino;
}

} // namespace

InetdConnection take_inetd_connection()
{
    InetdConnection taken;
    if (!net::stdin_is_connection())
        return taken;
    // Above 2, even if one of these is closed.
    taken.fd = base::Fd(::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
    const base::Fd nothing(::open("/dev/null", O_RDWR | O_CLOEXEC));
    if (!taken.fd || !nothing)
        base::fail_errno("open", "/dev/null", base::Remedy::repair_system);
    taken.heard_errors = same_file(taken.fd.get(), STDERR_FILENO);
    for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
        if (same_file(taken.fd.get(), fd) && ::dup2(nothing.get(), fd) < 0)
            base::fail_errno("replace", "descriptor", base::Remedy::repair_system);
    return taken;
}

} // namespace daemons
