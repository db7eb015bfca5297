// SPDX-License-Identifier: Apache-2.0
#include "db/ticket.h"

#include "base/failure.h"

#include <fcntl.h>
#include <sys/file.h>
#include <thread>

namespace db {

namespace {

// flock(2) has no time limit of its own; this often we ask again.
constexpr base::milliseconds ask_again{1};

bool take(int fd, const std::string& name)
{
    if (::flock(fd, LOCK_EX | LOCK_NB) == 0)
        return true;
    if (errno != EWOULDBLOCK && errno != EINTR)
        base::fail_errno("lock", name);
    return false;
}

} // namespace

Ticket::Ticket(const std::string& database, base::milliseconds patience)
{
    const std::string name = database + ".lock";
    lock_.reset(::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640));
    if (!lock_)
        base::fail_errno("open", name,
                         errno == EACCES || errno == EROFS ? base::Remedy::get_permission
                                                           : base::Remedy::make_room);
    const base::SteadyTime deadline = base::Steady::now() + patience;
    while (!take(lock_.get(), name)) {
        if (base::Steady::now() >= deadline)
            throw base::Failure(base::Remedy::try_later,
                                "write " + database + ": another program is writing it",
                                EWOULDBLOCK);
        std::this_thread::sleep_for(ask_again);
    }
}

} // namespace db
