// SPDX-License-Identifier: Apache-2.0
// daemon/ending.h - how long a program may take to end once drain-timeout is over.
//
// In this order: sessions are cut off and unwind; what logins have taught is told; what
// mailboxes have listed is written.  Whoever started it kills only what is still there when
// all of that must be over.  The systemd units give more (TimeoutStopSec=).
#pragma once

#include "base/clock.h"

namespace daemons {

inline constexpr base::milliseconds unwind_patience{5000};
inline constexpr base::milliseconds learn_patience{3000};
inline constexpr base::milliseconds lists_patience{3000};

inline constexpr base::seconds kill_grace{15};
inline constexpr base::seconds least_spare{2}; // for threads to join and files to close
static_assert(unwind_patience + learn_patience + lists_patience + least_spare <=
              kill_grace);

} // namespace daemons
