// SPDX-License-Identifier: Apache-2.0
// net/stream_state.h - the inside of a Stream, shared by the files that implement it.
//
// Coroutines hold the State by shared_ptr while they run, so that a Stream may be destroyed
// under a waiting read: that read ends in PeerGone and touches nothing freed.
#pragma once

#include "net/deadlines.h"
#include "net/stream.h"
#include "net/tls_session.h"

#include <boost/asio/posix/stream_descriptor.hpp>

#include <memory>
#include <sys/uio.h>

namespace net {

struct Stream::State final : Timed {
    State(Loop& loop, base::Fd fd);

    // Plain, straight to the descriptor.  Bytes, or minus errno.
    [[nodiscard]] ssize_t receive(std::span<char> buffer);
    [[nodiscard]] ssize_t send(const iovec* parts, int count);

    // Plain or TLS: bytes; nothing yet (would_block); 0 at the orderly end.  Throws.
    static constexpr std::ptrdiff_t would_block = -1;
    [[nodiscard]] std::ptrdiff_t read_now(std::span<char> buffer);
    // Throws PeerGone after abort(), TimedOut after the deadline.
    void check() const;
    void deadline_passed() override;
    void close();

    Loop& loop;
    boost::asio::posix::stream_descriptor descriptor;
    std::unique_ptr<TlsSession> tls;
    bool is_socket = true;
    bool aborted = false;
    bool late = false;
    // The last read got less than it asked for, or there was none: wait before the next.
    bool drained = true;
};

using StreamState = std::shared_ptr<Stream::State>;

// Throws like check(), but not for what happens while it waits: the next read does.
[[nodiscard]] Task<void> wait_readable(StreamState state);
// Throws like check().
[[nodiscard]] Task<void> wait_writable(StreamState state);

} // namespace net
