// SPDX-License-Identifier: Apache-2.0
#include "run_policy.h"

#include "base/failure.h"

#include <algorithm>

namespace sponts {

base::milliseconds Backoff::pause_after(base::milliseconds ran)
{
    if (ran >= stable_after)
        next_ = first_pause;
    const base::milliseconds pause = next_;
    next_ = std::min(next_ * 2, longest_pause);
    return pause;
}

bool is_hopeless(Ending ending, bool was_ready)
{
    return !was_ready && !ending.by_signal &&
           (ending.number == static_cast<int>(base::Remedy::fix_arguments) ||
            ending.number == static_cast<int>(base::Remedy::fix_config));
}

} // namespace sponts
