// SPDX-License-Identifier: Apache-2.0
// base/steady.h - seconds for counting pauses: they never go back, whatever becomes of the
// clock on the wall.
#pragma once

#include "base/clock.h"

#include <chrono>
#include <cstdint>

namespace base {

// Since some instant that no caller knows.
[[nodiscard]] inline std::int64_t steady_seconds()
{
    return std::chrono::duration_cast<seconds>(Steady::now().time_since_epoch()).count();
}

} // namespace base
