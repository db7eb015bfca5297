// SPDX-License-Identifier: Apache-2.0
// tap/agenda.h - what a witness does when the client has its answer: nobody is to notice by
// a clock whether there was something to do.
//
// Threads: one.
#pragma once

#include <cstddef>
#include <functional>
#include <utility>
#include <vector>

namespace tap {

class Agenda {
public:
    template <class Act>
    void add(Act act)
    {
        acts_.emplace_back(std::move(act));
    }
    // At once, unless something before it is still to be done.
    template <class Act>
    void do_in_order(Act act)
    {
        if (acts_.empty())
            act();
        else
            add(std::move(act));
    }
    // All of it, in the order in which it was added, and what that adds.
    void catch_up()
    {
        while (!acts_.empty())
            for (auto& act : std::exchange(acts_, {}))
                act();
    }
    [[nodiscard]] std::size_t size() const { return acts_.size(); }

private:
    std::vector<std::move_only_function<void()>> acts_;
};

} // namespace tap
