// SPDX-License-Identifier: Apache-2.0
// net/line_buffer.h - bytes that have arrived, cut into lines; no sockets in here.
//
// Only CRLF ends a line (RFC 5321 section 2.3.8).  Memory: nothing while empty and
// released; 2 kB for a line that has only begun, at most twice as much as has come of a
// longer one; 64 kB for data, which nobody keeps while he waits.  Blocks come from a small
// pool per thread.
//
// Secrets: lines may be passwords, so a block they were in is wiped when it is given back;
// the large ones for data are not.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

namespace net {

// A line without its CRLF; lives until the next call on the buffer.
struct Line {
    std::string_view text; // if too long, only its first bytes: enough for a verb
    bool too_long = false; // it was swallowed up to its CRLF
    bool stray = false;    // has a bare CR or a bare LF in it: refuse it
    // It has not ended, and its end is not worth waiting for: refuse it and hang up.
    bool hopeless = false;
};

// What is read for, which says how large the block is at least.
enum class Expect : std::uint8_t {
    line, // a peer that says half a command and falls silent costs little
    data, // few, large reads
};

class LineBuffer {
public:
    static constexpr std::size_t line_block = 2u << 10;
    static constexpr std::size_t large_block = 64u << 10;
    // Limits of lines may be anything below this.
    static constexpr std::size_t longest_line = (16u << 10) - 2;
    // Nobody who is only clumsy makes a line as long as this.
    static constexpr std::size_t most_swallowed = 64u << 10;

    LineBuffer() = default;
    ~LineBuffer();
    LineBuffer(const LineBuffer&) = delete;
    LineBuffer& operator=(const LineBuffer&) = delete;

    // Where the next bytes go, never empty as long as next_line() or take() is called in
    // between; then filled() says how many came.
    [[nodiscard]] std::span<char> space(Expect what = Expect::line);
    void filled(std::size_t size) { end_ += size; }

    // The next complete line, if there is one; `limit` counts the text without CRLF.
    [[nodiscard]] std::optional<Line> next_line(std::size_t limit);

    // After next_line() had none: what is there can never become a line that is taken, with
    // its bare LF, its NUL (somebody begins TLS, or worse) or its length.
    [[nodiscard]] std::optional<Line> hopeless_line() const;

    // Raw bytes that are there; take() removes them from the front.
    [[nodiscard]] std::string_view available() const
    {
        return {block_ + begin_, end_ - begin_};
    }
    void take(std::size_t size);
    // How many bytes have been taken so far, as lines or otherwise.
    [[nodiscard]] std::uint64_t taken() const { return taken_; }
    [[nodiscard]] bool empty() const { return begin_ == end_; }
    // Forgets everything, also a half line and that one was too long.
    void drop();
    // Gives the block back if nothing is in it.
    void release_if_empty();

private:
    void acquire(std::size_t capacity);
    void compact();
    void grow(std::size_t capacity);
    std::optional<Line> cut(std::size_t limit, std::size_t newline);
    void swallow(std::size_t limit);
    void keep_head(std::size_t limit);

    char* block_ = nullptr;
    std::size_t capacity_ = 0;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    std::size_t scanned_ = 0; // bytes after begin_ known to hold no end of line
    bool swallowing_ = false; // the line was too long; its end has not come yet
    bool stray_ = false;      // a bare LF was seen in the current line
    std::uint64_t taken_ = 0;
    std::size_t swallowed_ = 0;  // of the line that is too long
    std::array<char, 8> head_{}; // the beginning of the line that is swallowed
};

} // namespace net
