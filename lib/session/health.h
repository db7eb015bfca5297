// SPDX-License-Identifier: Apache-2.0
// session/health.h - how many connections a destination may have now, and whether it
// lives.
//
// The number grows by one for each round of successes and is halved by a failure.  When a
// connection fails and none other works, the destination is dead: nothing is tried but one
// probe after a pause, which doubles with each failed probe.  One success and it lives.
//
// Only what happens to connections counts here.  A refused message says nothing about the
// server's health, and a destination that nobody has tried yet lives.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

namespace session {

struct HealthLimits {
    std::uint32_t most = 20;       // connections
    std::int64_t first_pause = 60; // seconds
    std::int64_t longest_pause = 3600;
};

class Health {
public:
    static constexpr std::uint32_t initial = 5;

    explicit Health(HealthLimits limits) : limits_(limits) { restart(); }

    // A message got through, or at least its dialogue came to its end.
    void succeeded()
    {
        if (dead_)
            restart();
        failures_ = 0;
        if (++successes_ < allowed_)
            return;
        successes_ = 0;
        allowed_ = std::min(allowed_ + 1, limits_.most);
    }

    // A connection could not be made or broke; `others` that work are still there.
    void failed(std::int64_t now, std::string_view why, std::uint32_t others)
    {
        successes_ = 0;
        why_ = why;
        allowed_ = std::max(allowed_ / 2, 1u);
        if (dead_ && now < probe_at_)
            return; // one that was tried before it was known to be dead: no news
        if (others > 0 && !dead_)
            return;
        const std::uint32_t doublings = std::min(failures_, 16u);
        ++failures_;
        dead_ = true;
        probe_at_ = now + std::min(limits_.first_pause << doublings, limits_.longest_pause);
    }

    // Operators may want the probe at once.
    void probe_now(std::int64_t now) { probe_at_ = std::min(probe_at_, now); }
    void set_limits(HealthLimits limits)
    {
        limits_ = limits;
        allowed_ = std::min(allowed_, limits_.most);
    }

    // How many connections may be open or opening.
    [[nodiscard]] std::uint32_t allowed(std::int64_t now) const
    {
        if (!dead_)
            return allowed_;
        return now >= probe_at_ ? 1 : 0;
    }
    [[nodiscard]] bool dead() const { return dead_; }
    [[nodiscard]] std::int64_t probe_at() const { return probe_at_; }
    [[nodiscard]] const std::string& why() const { return why_; } // of the latest failure

private:
    void restart()
    {
        dead_ = false;
        successes_ = 0;
        allowed_ = std::min(initial, limits_.most);
    }

    HealthLimits limits_;
    bool dead_ = false;
    std::uint32_t allowed_ = initial;
    std::uint32_t successes_ = 0;
    std::uint32_t failures_ = 0;
    std::int64_t probe_at_ = 0;
    std::string why_;
};

} // namespace session
