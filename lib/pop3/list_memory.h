// SPDX-License-Identifier: Apache-2.0
// pop3/list_memory.h - what all sessions' lists of messages may take of memory together.
//
// Threads: any, unless it says so.
#pragma once

#include "base/clock.h"

#include <atomic>
#include <cstddef>
#include <memory>
#include <optional>
#include <utility>

namespace pop3 {

class ListMemory {
public:
    explicit ListMemory(std::size_t octets) : octets_(octets), left_(octets) {}
    ListMemory(const ListMemory&) = delete;
    ListMemory& operator=(const ListMemory&) = delete;

    [[nodiscard]] bool take(std::size_t octets);
    void give(std::size_t octets) { left_ += octets; }

    // All that there is.
    [[nodiscard]] std::size_t octets() const { return octets_; }
    // Of that, what is for one at most where one alone may ask for everything.
    [[nodiscard]] std::size_t most_for_one() const { return octets_ / 8; }
    // Somebody has not got what he wanted, and that was not told within an hour.  One
    // thread.
    [[nodiscard]] bool is_to_be_told();

private:
    const std::size_t octets_;
    std::atomic<std::size_t> left_;
    std::atomic<bool> refused_ = false;
    std::optional<base::SteadyTime> told_;
};

// What one session has of it, until this goes.
class ListShare {
public:
    ListShare() = default;
    ListShare(ListShare&& other) noexcept
        : memory_(std::move(other.memory_)), octets_(std::exchange(other.octets_, 0))
    {
    }
    ListShare& operator=(ListShare&& other) noexcept
    {
        std::swap(memory_, other.memory_);
        std::swap(octets_, other.octets_);
        return *this;
    }
    ~ListShare()
    {
        if (memory_)
            memory_->give(octets_);
    }
    // Nothing: there is not so much left.
    [[nodiscard]] static std::optional<ListShare> take(std::shared_ptr<ListMemory> memory,
                                                       std::size_t octets);

private:
    std::shared_ptr<ListMemory> memory_;
    std::size_t octets_ = 0;
};

} // namespace pop3
