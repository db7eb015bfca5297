// SPDX-License-Identifier: Apache-2.0
// daemon/inetd.h - the connection on descriptor 0, before anything is said to anybody.
//
// inetd and xinetd put the client on descriptors 0, 1 and 2: what a program writes to
// standard error is part of the dialogue there.
#pragma once

#include "base/fd.h"

namespace daemons {

struct InetdConnection {
    base::Fd fd;               // empty: descriptor 0 is no connection
    bool heard_errors = false; // standard error was the connection too
};

// Moves the connection to a descriptor of its own and puts /dev/null wherever it was among
// 0, 1 and 2.  Throws Failure when that cannot be done: then nothing may be written.
[[nodiscard]] InetdConnection take_inetd_connection();

} // namespace daemons
