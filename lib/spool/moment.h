// SPDX-License-Identifier: Apache-2.0
// spool/moment.h - both clocks at one moment, handed in by who calls.
//
// What is written down goes by wall time, which may be set; pauses go by steady time.
#pragma once

#include "base/clock.h"

#include <cstdint>

namespace spool {

struct Moment {
    std::int64_t wall = 0; // seconds since 1970
    base::SteadyTime steady;

    [[nodiscard]] static Moment now()
    {
        return {base::wall_seconds(), base::Steady::now()};
    }
};

// Seconds since then, as steady time says.
[[nodiscard]] inline std::int64_t seconds_since(base::SteadyTime then, const Moment& now)
{
    return std::chrono::duration_cast<base::seconds>(now.steady - then).count();
}

} // namespace spool
