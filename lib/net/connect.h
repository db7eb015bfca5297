// SPDX-License-Identifier: Apache-2.0
// net/connect.h - opens a connection within a time limit.
#pragma once

#include "base/clock.h"
#include "net/address.h"
#include "net/loop.h"
#include "net/stream.h"
#include "net/task.h"

#include <expected>
#include <string>

namespace net {

struct NotConnected {
    std::string why;   // "connect 192.0.2.1:25: Connection refused"
    bool ours = false; // for a lack here (descriptors, memory, ports): no fault of the peer
};

// `source` may be unspecified.
[[nodiscard]] Task<std::expected<Stream, NotConnected>>
connect(Loop& loop, Address to, base::milliseconds timeout, Address source = {});

} // namespace net
