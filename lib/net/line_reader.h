// SPDX-License-Identifier: Apache-2.0
// net/line_reader.h - what a peer says on a Stream, by lines or as raw bytes.
//
//     for (;;) {
//         const std::optional<Line> line = co_await reader.hear_line(512);
//         if (!line)
//             co_return;      // orderly end
//         ...
//
// A connection that waits with nothing buffered holds no buffer.  What is returned points
// into the buffer and lives until the next call.
#pragma once

#include "net/line_buffer.h"
#include "net/stream.h"
#include "net/task.h"

#include <cstddef>
#include <optional>
#include <string_view>

namespace net {

class LineReader {
public:
    // A peer that sends faster than we work never makes us wait: after so many bytes the
    // other dialogues, deadlines and signals of the loop have their turn.
    static constexpr std::size_t fair_stretch = 64u << 10;

    // The stream must outlive the reader.
    explicit LineReader(Stream& stream) : stream_(stream) {}

    // The next line; nothing at the orderly end (a half line before it is lost).
    [[nodiscard]] Task<std::optional<Line>> hear_line(std::size_t limit);
    // The next line if it is there already: pipelined commands without suspending.
    [[nodiscard]] std::optional<Line> buffered_line(std::size_t limit)
    {
        return buffer_.next_line(limit);
    }

    // Message data: all that has arrived, at least one byte, empty at the orderly end.  The
    // caller takes what it has used and then hears on.
    [[nodiscard]] Task<std::string_view> hear_bytes();
    // Waits for more than available() holds now; false at the orderly end.  For parsers
    // that need a few bytes at once (PROXY headers); at most LineBuffer::large_block in
    // all.
    [[nodiscard]] Task<bool> hear_more();
    // The same without a dialogue of its own, for those that wait in great numbers:
    //     bool ended = false;
    //     while (!reader.hear_now(Expect::data, ended))
    //         co_await reader.wait();
    // True: available() has something, or the peer has come to its end.
    [[nodiscard]] bool hear_now(Expect what, bool& ended);
    // Until hear_now(), which has just said no, may have more to say.
    [[nodiscard]] Task<void> wait();
    [[nodiscard]] std::string_view available() const { return buffer_.available(); }
    void take(std::size_t size) { buffer_.take(size); }
    [[nodiscard]] std::uint64_t taken() const { return buffer_.taken(); }

    // The peer has already said more than was heard: pipelining, or plaintext sent ahead of
    // a TLS handshake.
    [[nodiscard]] bool has_buffered() const { return !buffer_.empty(); }
    void drop_buffered() { buffer_.drop(); }

private:
    bool read_now(Expect what, bool& ended);
    Task<void> let_others_work();
    [[nodiscard]] bool must_pause() const { return heard_at_a_stretch_ >= fair_stretch; }

    Stream& stream_;
    LineBuffer buffer_;
    std::size_t heard_at_a_stretch_ = 0; // since the loop last had its turn
};

} // namespace net
