// SPDX-License-Identifier: Apache-2.0
// ums/guesses.h - whoever guesses passwords has to wait, longer each time.
//
// Wrong passwords are counted for a user and the client's network (an IPv6 client is its
// /64), and for a user from everywhere, where ten times as many are borne: so that who
// guesses from many places finds an end, too, and does not easily lock out the user, whose
// own network has been right before and is not asked for the others.
//
// Pure but for its memory, which is bounded: the least used is forgotten.  Threads: one.
#pragma once

#include "net/address.h"

#include <cstddef>
#include <cstdint>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace ums {

struct GuessLimits {
    std::uint32_t wrong = 5;       // then there is a pause
    std::int64_t first_pause = 60; // seconds; each further wrong password doubles it
    std::int64_t longest_pause = 3600;
    std::int64_t forgotten = 86400;   // seconds after the last wrong password
    std::size_t remembered = 100'000; // users, and as many pairs of user and network
};

class Guesses {
public:
    explicit Guesses(GuessLimits limits) : limits_(limits) {}
    void set_limits(GuessLimits limits) { limits_ = limits; }

    // Whether this one may try now.
    [[nodiscard]] bool may_try(std::string_view user, const net::Address& client,
                               std::int64_t now);
    void wrong(std::string_view user, const net::Address& client, std::int64_t now);
    void right(std::string_view user, const net::Address& client, std::int64_t now);

private:
    struct Count {
        std::uint32_t wrong = 0;
        std::int64_t last = 0;  // wrong or right
        std::int64_t until = 0; // nobody may try
        bool proved = false;    // was right, within `forgotten`
    };
    using Counts = std::list<std::pair<std::string, Count>>; // the latest used first
    struct Table {
        Counts counts;
        std::unordered_map<std::string_view, Counts::iterator> by_name;
    };

    [[nodiscard]] Count& count_of(Table& table, std::string name, std::int64_t now);
    void add_wrong(Count& count, std::uint32_t most, std::int64_t now) const;

    GuessLimits limits_;
    Table users_;
    Table pairs_;
};

} // namespace ums
