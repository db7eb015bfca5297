// SPDX-License-Identifier: Apache-2.0
// session/worker_pool.cc - see the header.

#include "session/worker_pool.h"

#include <utility>

namespace session {

WorkerPool::WorkerPool(std::size_t threads, std::size_t most_waiting)
    : most_waiting_(most_waiting)
{
    threads_.reserve(threads);
    for (std::size_t i = 0; i < threads; ++i)
        threads_.emplace_back([this] { run(); });
}

WorkerPool::~WorkerPool()
{
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_all();
    for (std::thread& thread : threads_)
        thread.join();
}

bool WorkerPool::submit(std::function<void()> work)
{
    {
        const std::lock_guard lock(mutex_);
        if (waiting_.size() >= most_waiting_)
            return false;
        waiting_.push_back(std::move(work));
    }
    wake_.notify_one();
    return true;
}

void WorkerPool::finish(base::milliseconds patience)
{
    std::unique_lock lock(mutex_);
    (void)idle_.wait_for(lock, patience,
                         [this] { return waiting_.empty() && running_ == 0; });
}

// Our threads may have a low priority, on a machine with much to do.
void WorkerPool::finish_together(base::milliseconds patience)
{
    const base::SteadyTime until = base::Steady::now() + patience;
    std::unique_lock lock(mutex_);
    while (!waiting_.empty() && base::Steady::now() < until)
        work_one(lock);
    (void)idle_.wait_until(lock, until,
                           [this] { return waiting_.empty() && running_ == 0; });
}

void WorkerPool::run()
{
    std::unique_lock lock(mutex_);
    for (;;) {
        wake_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
        if (stopping_)
            return;
        work_one(lock);
    }
}

void WorkerPool::work_one(std::unique_lock<std::mutex>& lock)
{
    const std::function<void()> work = std::move(waiting_.front());
    waiting_.pop_front();
    ++running_;
    lock.unlock();
    work();
    lock.lock();
    --running_;
    idle_.notify_all();
}

} // namespace session
