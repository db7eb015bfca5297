// SPDX-License-Identifier: Apache-2.0
// sponts/run_policy.h - when a program that died is started again.  Pure.
#pragma once

#include "base/clock.h"
#include "daemon/ending.h"

namespace sponts {

inline constexpr base::milliseconds first_pause{500};
inline constexpr base::milliseconds longest_pause{60'000};
// A program that ran this long was well: the next pause is the first one again.
inline constexpr base::milliseconds stable_after{60'000};

// A program ends its last sessions itself after drain-timeout; only one that is still there
// so much later is killed.
inline constexpr base::seconds kill_grace = daemons::kill_grace;

class Backoff {
public:
    // How long to wait after a run of this length; doubles with each short run.
    [[nodiscard]] base::milliseconds pause_after(base::milliseconds ran);

private:
    base::milliseconds next_ = first_pause;
};

// How a process ended: by exit status, or by a signal.
struct Ending {
    bool by_signal = false;
    int number = 0;
};

// A program that never was ready and says that its arguments or configuration are wrong
// will say so again: that ends `sponts run`.  Everything else is worth another attempt.
[[nodiscard]] bool is_hopeless(Ending ending, bool was_ready);

} // namespace sponts
