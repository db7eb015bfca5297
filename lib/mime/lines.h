// SPDX-License-Identifier: Apache-2.0
// mime/lines.h - a message line by line, through a window of fixed size.
//
// LF ends a line, with or without CR before it; CR alone does not.  A line longer than the
// window sees comes in several pieces.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace mime {

struct Piece {
    std::string_view text; // without the line's end
    std::string_view end;  // CRLF, LF; nothing if the line goes on, or the message is over
    bool begins = false;   // a line begins here
    std::uint64_t start = 0; // of the message, in octets
};

class Lines {
public:
    // A piece that begins a line is the whole line or at least this long.
    static constexpr std::size_t least = 1024;

    explicit Lines(std::string_view message) : size_(message.size()), window_(message) {}
    Lines(int fd, std::uint64_t offset, std::uint64_t size);

    // False at the end.  What `piece` had before is gone.
    [[nodiscard]] bool next(Piece& piece);
    [[nodiscard]] std::uint64_t position() const { return position_; }

private:
    void fill();

    int fd_ = -1;
    std::uint64_t offset_ = 0; // of the first octet that has not been read
    std::uint64_t size_ = 0;   // octets left to read from fd_ and those in the window
    std::unique_ptr<char[]> buffer_;
    std::size_t room_ = 0;
    std::string_view window_; // read, and not given out
    bool begins_ = true;
    std::uint64_t position_ = 0; // of the window in the message
};

} // namespace mime
