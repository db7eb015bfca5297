// SPDX-License-Identifier: Apache-2.0
// replayctl/lent_door.h - the listening socket that inetd lends with "wait", before
// anything is said to anybody.
#pragma once

#include "base/fd.h"

namespace replayctl {

struct LentDoor {
    base::Fd fd;              // empty: descriptor 0 is no listening socket
    bool took_errors = false; // standard error was it too: nobody hears what is said there
};

// Moves the socket to a descriptor of its own and puts /dev/null wherever it was among 0, 1
// and 2.  Throws Failure.
[[nodiscard]] LentDoor take_lent_door();

} // namespace replayctl
