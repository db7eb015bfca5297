// SPDX-License-Identifier: Apache-2.0
#include "spool/queue_lock.h"

#include "base/failure.h"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace spool {

namespace {

std::string owner(const base::Fd& file)
{
    char text[20];
    const ssize_t got = ::pread(file.get(), text, sizeof text, 0);
    std::string number(text, got > 0 ? static_cast<std::size_t>(got) : 0);
    while (number.ends_with('\n'))
        number.pop_back();
    return number.empty() ? "another process" : "process " + number;
}

} // namespace

QueueLock::QueueLock(const QueueFiles& files)
    : file_(open_or_make(files.directory, files.lock(), O_RDWR))
{
    if (!file_)
        base::fail_errno("open", files.lock());
    if (::flock(file_.get(), LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK)
            base::fail_errno("flock", files.lock());
        throw base::Failure(
            base::Remedy::start_service,
            fmt::format("the queue of {} is owned by {}", files.directory, owner(file_)));
    }
    // Only for people: a full disk must not keep the queue from starting.
    const std::string number = fmt::format("{}\n", ::getpid());
    (void)!::ftruncate(file_.get(), 0);
    (void)!::pwrite(file_.get(), number.data(), number.size(), 0);
}

} // namespace spool
