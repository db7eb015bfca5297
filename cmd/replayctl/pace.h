// SPDX-License-Identifier: Apache-2.0
// replayctl/pace.h - when the next messages may go.
//
// Pure: who asks says what time it is.
#pragma once

#include "base/clock.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace replayctl {

// So many in a second, at most a batch at once: after a pause, of a disk or of the whole
// machine, what was missed is not made up for.
class Pace {
public:
    // 0: no limit.
    Pace(std::uint32_t rate, base::SteadyTime now) : rate_(rate), due_(now) {}

    [[nodiscard]] std::size_t batch() const
    {
        constexpr std::size_t most = 256;
        constexpr std::uint32_t batches_a_second = 10;
        return rate_ == 0 ? most
                          : std::clamp<std::size_t>(rate_ / batches_a_second, 1, most);
    }
    void sent(std::size_t count, base::SteadyTime now)
    {
        if (rate_ != 0)
            due_ = std::max(due_, now - time_of(batch())) + time_of(count);
    }
    [[nodiscard]] base::Steady::duration wait(base::SteadyTime now) const
    {
        return rate_ == 0 ? base::Steady::duration::zero()
                          : std::max(due_ - now, base::Steady::duration::zero());
    }

private:
    [[nodiscard]] base::Steady::duration time_of(std::size_t count) const
    {
        constexpr std::uint64_t second = 1'000'000'000;
        return std::chrono::nanoseconds(count * second / rate_);
    }

    std::uint32_t rate_;
    base::SteadyTime due_;
};

} // namespace replayctl
