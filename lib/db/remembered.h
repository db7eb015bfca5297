// SPDX-License-Identifier: Apache-2.0
// db/remembered.h - a bounded map of answers, keyed by names that strangers choose.
//
// Two generations: when the young one is full it becomes the old one, and the old one goes.
// What is asked for is carried into the young one, so what is used often stays, and there
// is no list to keep in order.  The hash is seeded at random: nobody can choose names that
// fall into one bucket.
#pragma once

#include "base/random.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <xxhash.h>

namespace db {

struct SeededHash {
    using is_transparent = void;

    SeededHash()
    {
        base::fill_random({reinterpret_cast<std::uint8_t*>(&seed), sizeof seed});
    }
    std::size_t operator()(std::string_view text) const
    {
        return XXH3_64bits_withSeed(text.data(), text.size(), seed);
    }
    std::uint64_t seed = 0;
};

template <class Value>
class Remembered {
public:
    explicit Remembered(std::size_t limit) : limit_(limit) {}

    // Good until the next add() or clear().
    [[nodiscard]] const Value* find(std::string_view key)
    {
        if (const auto found = young_.find(key); found != young_.end())
            return &found->second;
        const auto found = old_.find(key);
        if (found == old_.end())
            return nullptr;
        auto node = old_.extract(found); // before make_room() lets the old ones go
        make_room();
        return &young_.insert(std::move(node)).position->second;
    }

    const Value& add(std::string_view key, Value value)
    {
        make_room();
        return young_.insert_or_assign(std::string(key), std::move(value)).first->second;
    }

    void clear()
    {
        young_.clear();
        old_.clear();
    }

    [[nodiscard]] std::size_t size() const { return young_.size() + old_.size(); }

private:
    using Map = std::unordered_map<std::string, Value, SeededHash, std::equal_to<>>;

    void make_room()
    {
        if (young_.size() < limit_)
            return;
        old_ = std::move(young_);
        young_ = Map(0, old_.hash_function());
    }

    std::size_t limit_;
    Map young_;
    Map old_ = Map(0, young_.hash_function());
};

} // namespace db
