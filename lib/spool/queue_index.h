// SPDX-License-Identifier: Apache-2.0
// spool/queue_index.h - open addressing from a hash to a number: 5 to 11 bytes an element.
//
// Stores only 32-bit numbers (0 is "none"); what they stand for, and its hash, is the
// owner's.  Linear probing, deletion by shifting back, so there are no tombstones and a
// queue that lives for months stays fast.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace spool {

class QueueIndex {
public:
    // The number for which `matches(number)` holds, or 0.
    template <class Matches>
    [[nodiscard]] std::uint32_t find(std::uint64_t hash, Matches matches) const
    {
        if (slots_.empty())
            return 0;
        for (std::size_t i = home(hash); slots_[i] != 0; i = next(i))
            if (matches(slots_[i]))
                return slots_[i];
        return 0;
    }

    // `hash_of(number)` must give the hash of every number inside.
    template <class HashOf>
    void insert(std::uint64_t hash, std::uint32_t number, HashOf hash_of)
    {
        if ((count_ + 1) * 4 > slots_.size() * 3)
            grow(hash_of);
        place(hash, number);
        ++count_;
    }

    template <class HashOf>
    void erase(std::uint64_t hash, std::uint32_t number, HashOf hash_of)
    {
        std::size_t hole = home(hash);
        while (slots_[hole] != number)
            hole = next(hole);
        for (std::size_t i = next(hole); slots_[i] != 0; i = next(i)) {
            // May this one move into the hole?  Only if its home is not behind the hole.
            const std::size_t from_home = (i - home(hash_of(slots_[i]))) & mask();
            if (from_home < ((i - hole) & mask()))
                continue;
            slots_[hole] = slots_[i];
            hole = i;
        }
        slots_[hole] = 0;
        --count_;
    }

    [[nodiscard]] std::size_t size() const { return count_; }
    [[nodiscard]] std::size_t bytes() const { return slots_.size() * sizeof(slots_[0]); }

private:
    static constexpr std::size_t first_size = 64;

    [[nodiscard]] std::size_t mask() const { return slots_.size() - 1; }
    [[nodiscard]] std::size_t home(std::uint64_t hash) const { return hash & mask(); }
    [[nodiscard]] std::size_t next(std::size_t i) const { return (i + 1) & mask(); }

    void place(std::uint64_t hash, std::uint32_t number)
    {
        std::size_t i = home(hash);
        while (slots_[i] != 0)
            i = next(i);
        slots_[i] = number;
    }

    template <class HashOf>
    void grow(HashOf hash_of)
    {
        const std::vector<std::uint32_t> old = std::move(slots_);
        slots_.assign(old.empty() ? first_size : old.size() * 2, 0);
        for (const std::uint32_t number : old)
            if (number != 0)
                place(hash_of(number), number);
    }

    std::vector<std::uint32_t> slots_;
    std::size_t count_ = 0;
};

} // namespace spool
