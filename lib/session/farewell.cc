// SPDX-License-Identifier: Apache-2.0
// session/farewell.cc - see the header.

#include "session/farewell.h"

#include <array>

namespace session {

namespace {

constexpr int kMostDrained = 64; // reads of what a client still sends while we hang up

} // namespace

void close_politely(net::Stream& stream)
{
    try {
        stream.set_deadline(base::SteadyTime::max());
        if (stream.is_tls())
            stream.shutdown_write(); // else close(2) says it
        std::array<char, 4096> dropped;
        for (int i = 0; i < kMostDrained && stream.try_read(dropped) > 0; ++i) {
        }
    } catch (const std::runtime_error&) {
        return;
    }
}

void close_after_quit(net::Stream& stream)
{
    if (stream.is_tls() || !stream.drained())
        close_politely(stream);
}

} // namespace session
