// SPDX-License-Identifier: Apache-2.0
// sponts/traffic_once.h - which lines were there before: 64 bits of each, no more.
//
// Two different lines in a thousand million are taken for one with a probability of 3 %; in
// ten million, of three in a million.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace sponts {

class Once {
public:
    // True the first time.
    bool first(std::uint64_t hash)
    {
        if (2 * (count_ + 1) > slots_.size())
            grow();
        return insert(hash == 0 ? 1 : hash);
    }

private:
    static constexpr std::size_t first_size = 4096;

    // 0 is a free slot; at least half of them are free.
    bool insert(std::uint64_t hash)
    {
        const std::size_t mask = slots_.size() - 1;
        std::size_t at = hash & mask;
        while (slots_[at] != 0 && slots_[at] != hash)
            at = (at + 1) & mask;
        if (slots_[at] == hash)
            return false;
        slots_[at] = hash;
        ++count_;
        return true;
    }

    void grow()
    {
        std::vector<std::uint64_t> old(slots_.empty() ? first_size : 2 * slots_.size());
        old.swap(slots_);
        count_ = 0;
        for (const std::uint64_t hash : old)
            if (hash != 0)
                insert(hash);
    }

    std::vector<std::uint64_t> slots_;
    std::size_t count_ = 0;
};

} // namespace sponts
