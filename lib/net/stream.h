// SPDX-License-Identifier: Apache-2.0
// net/stream.h - a connected byte stream, plain or TLS, with one deadline.
//
// A Stream owns a non-blocking descriptor.  TLS is OpenSSL directly on the descriptor
// (SSL_set_fd, readiness waits, SSL_MODE_RELEASE_BUFFERS): about 16 kB for an idle TLS
// session instead of 75.  A read tries the descriptor first and waits only when it would
// block; nothing is allocated while it waits.  TCP_NODELAY is set on every socket.
//
// Threads: one thread, the one that runs the io_context.  One read and one write may be
// under way at the same time (proxies); never two of a kind.
//
// Trouble: PeerGone (reset, broken pipe, closed within TLS), TimedOut (deadline passed),
// TlsFailure (handshake or record).  An orderly end of the stream is read_some() == 0.
#pragma once

#include "base/clock.h"
#include "base/fd.h"
#include "net/address.h"
#include "net/task.h"

#include <cstddef>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

namespace net {

class Loop;
class TlsContext;

struct PeerGone : std::runtime_error {
    using std::runtime_error::runtime_error;
};
struct TimedOut : std::runtime_error {
    using std::runtime_error::runtime_error;
};
struct TlsFailure : std::runtime_error {
    using std::runtime_error::runtime_error;
};

// What a finished handshake agreed on, for Received fields, logs and XCLIENT.
struct TlsFacts {
    std::string version; // "TLSv1.3"
    std::string cipher;  // "TLS_AES_256_GCM_SHA384"
    int bits = 0;
    std::string server_name;      // SNI
    std::string peer_fingerprint; // SHA-256 hex of the peer's certificate, or empty
    bool resumed = false;
    bool verified = false;
};

class Stream {
public:
    Stream(Loop& loop, base::Fd fd); // sets O_NONBLOCK and TCP_NODELAY
    Stream(Stream&&) noexcept;
    Stream& operator=(Stream&&) noexcept;
    ~Stream();

    // At least one byte, or 0 at the orderly end.
    [[nodiscard]] Task<std::size_t> read_some(std::span<char> buffer);
    // What is there now without waiting: 0 nothing yet, -1 end of stream.
    [[nodiscard]] std::ptrdiff_t try_read(std::span<char> buffer);
    // Until try_read(), which has just said 0, may have more to say; needs no buffer.  What
    // ends the waiting early is thrown by the next read.
    [[nodiscard]] Task<void> wait_readable();
    // The last read took all there was, or nothing was heard yet: waiting before the next
    // one saves a system call.
    [[nodiscard]] bool drained() const;
    // Until something can be written, or a connect(2) under way is decided.
    [[nodiscard]] Task<void> wait_writable();
    // All of it.
    [[nodiscard]] Task<void> write(std::string_view bytes);
    // Two parts as one write (head and body; no copy for plain streams).
    [[nodiscard]] Task<void> write(std::string_view head, std::string_view bytes);
    // `length` bytes of a file from `offset`: sendfile(2) when plain, read and write in
    // TLS.
    [[nodiscard]] Task<void> write_file(int fd, std::uint64_t offset, std::uint64_t length);

    // TLS.  The caller has thrown away every byte it had buffered before (RFC 3207 4.2).
    [[nodiscard]] Task<void> accept_tls(const TlsContext& context);
    // `server_name` is sent as SNI and is what a verifying context compares.
    [[nodiscard]] Task<void> connect_tls(const TlsContext& context,
                                         std::string server_name);
    [[nodiscard]] bool is_tls() const;
    [[nodiscard]] const TlsFacts& tls() const;

    // Every read and write after this instant ends in TimedOut, up to a quarter of a second
    // late, until a new deadline is set.  Cheap: a list per loop.  SteadyTime::max(): none.
    void set_deadline(base::SteadyTime when);
    void set_timeout(base::seconds from_now);
    // As if the deadline had passed now: whoever waits on this stream ends in TimedOut.
    void expire();
    // Whoever waits on this stream, and every later read and write, ends in PeerGone
    // (drain, shutdown).
    void abort();
    // close_notify and shutdown(SHUT_WR); never waits.
    void shutdown_write();

    [[nodiscard]] int fd() const;
    [[nodiscard]] Address peer() const; // unspecified for pipes
    [[nodiscard]] Address local() const;

    struct State;

private:
    std::shared_ptr<State> state_; // shared with the reads and writes under way only
};

} // namespace net
