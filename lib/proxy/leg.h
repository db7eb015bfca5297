// SPDX-License-Identifier: Apache-2.0
// proxy/leg.h - one side of a session: the stream, what has been heard on it, and its
// compression (RFC 4978).
//
// Both sides of a session are legs: the client's and the backend's.  Before the login a leg
// is heard by lines or bytes, after it by bytes only.  With compress() everything after
// that instant, in both directions, is deflated on the wire, and nobody above sees it.
//
// Memory: nothing while it waits with nothing unread, but for compression (compression.h);
// 64 kB at most for what has come and has not been taken.  End of input is empty bytes;
// deadlines and broken connections throw as in net/stream.h.
//
// Threads: one.  One hears and one writes at a time.
#pragma once

#include "net/line_reader.h"
#include "net/stream.h"
#include "net/task.h"
#include "proxy/compression.h"
#include "text/passage.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

namespace proxy {

class Leg {
public:
    explicit Leg(net::Stream stream) : stream_(std::move(stream)), reader_(stream_) {}
    Leg(const Leg&) = delete;
    Leg& operator=(const Leg&) = delete;

    [[nodiscard]] net::Stream& stream() { return stream_; }
    [[nodiscard]] const net::Stream& stream() const { return stream_; }

    // The next line, without its CRLF; nothing at the orderly end.  Before compress().
    [[nodiscard]] net::Task<std::optional<net::Line>> hear_line(std::size_t limit)
    {
        return reader_.hear_line(limit);
    }
    // All that has come and has not been taken, at least one byte; empty at the end.  For
    // dialogues before the login: a stranger who sends ahead fills a small block.
    [[nodiscard]] net::Task<std::string_view> hear_bytes();
    // The same without a dialogue of its own (net/line_reader.h), and 64 kB at a time.
    // True: available() has something, or is empty because the peer has come to its end.
    [[nodiscard]] bool hear_now();
    [[nodiscard]] net::Task<void> wait() { return reader_.wait(); }
    [[nodiscard]] std::string_view available() const;
    void take(std::size_t size);

    // Octets so far, without TLS and compression: what was taken, what was written.
    [[nodiscard]] std::uint64_t heard() const
    {
        return compression_ ? plain_taken_ : reader_.taken();
    }
    [[nodiscard]] std::uint64_t said() const { return said_; }

    // The peer has already said more than was taken.
    [[nodiscard]] bool has_input() const { return !available().empty(); }
    // TLS begins: whatever was sent ahead in the clear is thrown away.
    void forget_input() { reader_.drop_buffered(); }

    [[nodiscard]] net::Task<void> write(std::string_view bytes);
    [[nodiscard]] net::Task<void> write(const text::Passage& passage);

    // What has been heard and not been taken is compressed already.
    void compress();
    [[nodiscard]] bool compressed() const { return compression_ != nullptr; }

private:
    [[nodiscard]] bool hear(net::Expect what);
    [[nodiscard]] bool inflate_now(net::Expect what, bool& ended);

    net::Stream stream_;
    net::LineReader reader_;
    std::unique_ptr<Compression> compression_;
    std::uint64_t plain_taken_ = 0; // with compression
    std::uint64_t said_ = 0;
};

} // namespace proxy
