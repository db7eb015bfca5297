// SPDX-License-Identifier: Apache-2.0
// net/deadlines.cc - the wheel.
#include "net/deadlines.h"

#include <algorithm>
#include <utility>

namespace net {

namespace {

std::int64_t tick_of(base::SteadyTime time)
{
    return time.time_since_epoch() / Loop::Deadlines::tick;
}

} // namespace

void Timed::unlink()
{
    if (!link_)
        return;
    *link_ = next_;
    if (next_)
        next_->link_ = link_;
    link_ = nullptr;
    next_ = nullptr;
    --*count_;
}

void Loop::Deadlines::set(Timed& entry, base::SteadyTime when)
{
    entry.when_ = when;
    if (when == base::SteadyTime::max()) {
        entry.unlink();
        return;
    }
    if (entry.link_ && entry.tick_ <= tick_of(when) + 1)
        return; // looked at early enough where it is
    entry.unlink();
    insert(entry);
}

void Loop::Deadlines::insert(Timed& entry)
{
    if (count_ == 0) { // nobody has turned the wheel for a while
        now_tick_ = std::max(now_tick_, tick_of(base::Steady::now()));
        start_();
    }
    entry.tick_ = std::clamp(tick_of(entry.when_) + 1, now_tick_ + 1,
                             now_tick_ + static_cast<std::int64_t>(buckets) - 1);
    Timed*& bucket = wheel_[static_cast<std::size_t>(entry.tick_) % buckets];
    entry.next_ = bucket;
    entry.link_ = &bucket;
    if (bucket)
        bucket->link_ = &entry.next_;
    bucket = &entry;
    entry.count_ = &count_;
    ++count_;
}

void Loop::Deadlines::run_bucket(Timed*& bucket, base::SteadyTime now)
{
    // Always the first: what is called may take any entries off, also the next one.
    while (bucket) {
        Timed& entry = *bucket;
        entry.unlink();
        if (entry.when_ > now) {
            insert(entry);
            continue;
        }
        entry.when_ = base::SteadyTime::max();
        entry.deadline_passed();
    }
}

void Loop::Deadlines::advance(base::SteadyTime now)
{
    const std::int64_t last = tick_of(now);
    // After a suspended night every bucket once is enough.
    now_tick_ = std::max(now_tick_, last - static_cast<std::int64_t>(buckets));
    while (now_tick_ < last) {
        ++now_tick_; // first: insert() never chooses the bucket that is being run
        run_bucket(wheel_[static_cast<std::size_t>(now_tick_) % buckets], now);
    }
}

} // namespace net
