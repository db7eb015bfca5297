// SPDX-License-Identifier: Apache-2.0
// net/deadlines.h - who has to be woken when: one list for all streams of a loop.
//
// A wheel of buckets, each `tick` long, of entries that live inside their owners: nothing
// is allocated, and moving a deadline later costs one store, because an entry is only moved
// to its true bucket when its old one comes up.  Deadlines are late by up to two ticks and
// never early.
#pragma once

#include "base/clock.h"
#include "net/loop.h"

#include <array>
#include <cstdint>
#include <functional>
#include <utility>

namespace net {

// An entry of the list; takes itself off when it goes.
class Timed {
public:
    Timed() = default;
    Timed(const Timed&) = delete;
    Timed& operator=(const Timed&) = delete;

protected:
    ~Timed() { unlink(); }
    // The deadline has passed.  May destroy entries, this one too.
    virtual void deadline_passed() = 0;

private:
    friend struct Loop::Deadlines;
    void unlink();

    Timed* next_ = nullptr;
    Timed** link_ = nullptr; // what points to us; null: in no bucket
    std::size_t* count_ = nullptr;
    std::int64_t tick_ = 0; // of the bucket it is in
    base::SteadyTime when_ = base::SteadyTime::max();
};

struct Loop::Deadlines {
    static constexpr base::milliseconds tick{125};

    // `start` is called whenever the list was empty and no longer is.
    explicit Deadlines(std::function<void()> start) : start_(std::move(start)) {}

    // `when` == SteadyTime::max(): none.
    void set(Timed& entry, base::SteadyTime when);
    // Calls everything that is due.
    void advance(base::SteadyTime now);
    [[nodiscard]] std::size_t size() const { return count_; }

private:
    static constexpr std::size_t buckets = 512;

    void insert(Timed& entry);
    void run_bucket(Timed*& bucket, base::SteadyTime now);

    std::function<void()> start_;
    std::array<Timed*, buckets> wheel_{};
    std::size_t count_ = 0;
    std::int64_t now_tick_ = 0; // the last tick that has been run
};

} // namespace net
