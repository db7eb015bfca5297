// SPDX-License-Identifier: Apache-2.0
// spool/queue_lock.h - who owns the queue.  Goes away with the process, however it ends.
#pragma once

#include "base/fd.h"
#include "spool/queue_files.h"

namespace spool {

class QueueLock {
public:
    // Throws Failure (start_service) when another process owns the queue.
    explicit QueueLock(const QueueFiles& files);

private:
    base::Fd file_;
};

} // namespace spool
