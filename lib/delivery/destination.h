// SPDX-License-Identifier: Apache-2.0
// delivery/destination.h - one next hop: what waits for it, its connections, its health.
//
// `ready` holds jobs with their envelopes, at most `ready_limit`; what is beyond, and
// everything while the destination is dead, stands in `parked` with eight bytes a message.
#pragma once

#include "delivery/attempt.h"
#include "delivery/connection.h"
#include "delivery/guard.h"
#include "session/health.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

namespace delivery {

// Who waits in line.  A message of several recipients may come again while it stands there,
// whenever others of it are tried: it has one place, and none when its turn came elsewise.
class Parked {
public:
    [[nodiscard]] bool empty() const { return ids_.empty(); }
    [[nodiscard]] std::size_t size() const { return ids_.size(); }
    void add(spool::MessageId id, bool several)
    {
        if (!several || several_.insert(id).second)
            ids_.push_back(id);
    }
    [[nodiscard]] spool::MessageId take()
    {
        const spool::MessageId id = ids_.front();
        ids_.pop_front();
        return id;
    }
    // False: it had no place (any more).
    bool forget(spool::MessageId id) { return several_.erase(id) > 0; }
    [[nodiscard]] std::deque<spool::MessageId> take_all()
    {
        several_.clear();
        return std::exchange(ids_, {});
    }

private:
    std::deque<spool::MessageId> ids_;
    std::unordered_set<spool::MessageId> several_; // those with several recipients
};

struct Destination {
    static constexpr std::size_t ready_limit = 2000;
    static constexpr std::size_t refill_below = 200;

    Destination(std::string name, session::HealthLimits limits,
                std::uint32_t guard_failures)
        : key(std::move(name)), health(limits), guard(guard_failures)
    {
    }

    std::string key;
    session::Health health;
    Guard guard;
    std::deque<Job> ready;
    Parked parked;
    std::vector<ConnectionPtr> idle; // the longest unused first
    std::uint32_t open = 0;          // connections and attempts at one, idle ones included
    std::uint32_t working = 0;       // those that were opened
    bool wants_slot = false;         // stands in the queue for the total limit
    std::int64_t used = 0;           // wall clock seconds

    // A new job may not join the ready list now.
    [[nodiscard]] bool must_park(std::int64_t now) const
    {
        if (ready.size() >= ready_limit)
            return true;
        return health.dead() && (now < health.probe_at() || open > 0 || !ready.empty());
    }

    [[nodiscard]] std::optional<Job> take_ready()
    {
        if (ready.empty())
            return std::nullopt;
        std::optional<Job> job(std::move(ready.front()));
        ready.pop_front();
        return job;
    }

    // Also a dead one that nothing waits for: to find out again costs one attempt.
    [[nodiscard]] bool forgettable(std::int64_t now) const
    {
        constexpr std::int64_t memory = 900;
        constexpr std::int64_t memory_of_guard = 86400;
        const std::int64_t last = health.dead() ? std::max(used, health.probe_at()) : used;
        return ready.empty() && parked.empty() && open == 0 &&
               now - last > (guard.is_tripped() ? memory_of_guard : memory);
    }
};

} // namespace delivery
