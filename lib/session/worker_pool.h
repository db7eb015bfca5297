// SPDX-License-Identifier: Apache-2.0
// session/worker_pool.h - a few threads for work that would stop the event loop.
//
// For password hashes, which are slow by design.  The queue is bounded: whoever finds it
// full is told so and answers "try later", so that a storm of logins costs neither memory
// nor the sessions that do not log in.
#pragma once

#include "base/clock.h"

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace session {

class WorkerPool {
public:
    WorkerPool(std::size_t threads, std::size_t most_waiting);
    ~WorkerPool(); // finishes what runs, drops what waits
    WorkerPool(const WorkerPool&) = delete;
    WorkerPool& operator=(const WorkerPool&) = delete;

    // False: too much waits already.  `work` must not throw.
    [[nodiscard]] bool submit(std::function<void()> work);
    // Waits until all that was submitted is done, but not longer than this.
    void finish(base::milliseconds patience);
    // The caller does it as well, beside our threads, and begins nothing after this.
    void finish_together(base::milliseconds patience);

private:
    void run();
    void work_one(std::unique_lock<std::mutex>& lock);

    std::mutex mutex_;
    std::condition_variable wake_;
    std::condition_variable idle_;
    std::deque<std::function<void()>> waiting_;
    std::size_t most_waiting_;
    std::size_t running_ = 0;
    bool stopping_ = false;
    std::vector<std::thread> threads_;
};

} // namespace session
