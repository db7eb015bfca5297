// SPDX-License-Identifier: Apache-2.0
#include "lent_door.h"

#include "base/failure.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace replayctl {

namespace {

bool is_listening(int fd)
{
    int listening = 0;
    socklen_t length = sizeof listening;
    return ::getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &length) == 0 &&
           listening != 0;
}

} // namespace

LentDoor take_lent_door()
{
    LentDoor lent;
    if (!is_listening(STDIN_FILENO))
        return lent;
    lent.fd = base::Fd(::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
    const base::Fd nothing(::open("/dev/null", O_RDWR | O_CLOEXEC));
    if (!lent.fd || !nothing)
        base::fail_errno("open", "/dev/null", base::Remedy::repair_system);
    lent.took_errors = is_listening(STDERR_FILENO);
    for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
        if (is_listening(fd) && ::dup2(nothing.get(), fd) < 0)
            base::fail_errno("replace", "descriptor", base::Remedy::repair_system);
    return lent;
}

} // namespace replayctl
