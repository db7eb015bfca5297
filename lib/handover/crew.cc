// SPDX-License-Identifier: Apache-2.0
#include "handover/crew.h"

#include <algorithm>

namespace handover {

Crew::Crew(std::size_t size)
{
    try {
        for (std::size_t number = 0; number < size; ++number)
            threads_.emplace_back([this] { work(); });
    } catch (...) {
        stop();
        throw;
    }
}

void Crew::call(Errand& errand)
{
    const std::lock_guard lock(mutex_);
    if (working_.contains(&errand)) {
        again_.insert(&errand);
        return;
    }
    if (is_waiting(errand))
        return;
    waiting_.push_back(&errand);
    news_.notify_one();
}

bool Crew::is_waiting(Errand& errand) const
{
    return std::ranges::find(waiting_, &errand) != waiting_.end();
}

bool Crew::has(Errand& errand)
{
    const std::lock_guard lock(mutex_);
    return working_.contains(&errand) || is_waiting(errand);
}

void Crew::stop()
{
    stop_.request_stop();
    threads_.clear(); // waits for them
}

// Null: it is over.
Errand* Crew::next()
{
    std::unique_lock lock(mutex_);
    if (!news_.wait(lock, stop_.get_token(), [this] { return !waiting_.empty(); }) ||
        stop_.stop_requested())
        return nullptr;
    Errand* const errand = waiting_.front();
    waiting_.pop_front();
    working_.insert(errand);
    return errand;
}

void Crew::ended(Errand& errand, bool more)
{
    const std::lock_guard lock(mutex_);
    working_.erase(&errand);
    if (again_.erase(&errand) == 0 && !more)
        return;
    waiting_.push_back(&errand);
    news_.notify_one();
}

void Crew::work()
{
    while (Errand* const errand = next())
        ended(*errand, errand->turn(stop_.get_token()));
}

} // namespace handover
