// SPDX-License-Identifier: Apache-2.0
// proxy/compression.h - raw deflate in both directions (RFC 1951, 4978); no sockets.
//
// What is inflated comes in blocks of at most `block` bytes, and nothing more is inflated
// before they have been taken: however well a bomb is packed, it passes block by block at
// the pace of whoever takes it.
//
// Memory: about 45 kB to inflate and 36 kB to deflate, plus the block while it is in use.
#pragma once

#include <cstddef>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

namespace proxy {

// The peer's bytes are no deflate stream.
struct BadCompression : std::runtime_error {
    using std::runtime_error::runtime_error;
};

class Compression {
public:
    static constexpr std::size_t block = 32u << 10;

    Compression(); // throws base::Failure without memory
    ~Compression();
    Compression(const Compression&) = delete;
    Compression& operator=(const Compression&) = delete;

    // Inflates from `packed` as much as there is room for; returns how many bytes of it
    // are used up.  Throws BadCompression.
    [[nodiscard]] std::size_t inflate(std::string_view packed);
    // zlib may hold back output for which there was no room: inflate({}) gets it.
    [[nodiscard]] bool may_hold_more() const { return full_; }
    // The peer has ended its stream: nothing more comes.
    [[nodiscard]] bool ended() const { return ended_; }
    // What is inflated and not taken.
    [[nodiscard]] std::string_view plain() const
    {
        return std::string_view(plain_).substr(taken_);
    }
    void take(std::size_t size);

    // Appends to `packed`.  Only after flush() can the peer read all of it.
    void deflate(std::string_view plain, std::string& packed);
    void flush(std::string& packed);

private:
    struct Streams;
    std::unique_ptr<Streams> streams_;
    std::string plain_; // no memory while empty
    std::size_t taken_ = 0;
    bool full_ = false;
    bool ended_ = false;
};

} // namespace proxy
