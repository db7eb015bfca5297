// SPDX-License-Identifier: Apache-2.0
#include "mime/lines.h"

#include "base/read_at.h"

#include <algorithm>
#include <cstring>
#include <span>

namespace mime {

namespace {

constexpr std::size_t buffer_size = 64 << 10;

} // namespace

Lines::Lines(int fd, std::uint64_t offset, std::uint64_t size)
    : fd_(fd), offset_(offset), size_(size),
      room_(static_cast<std::size_t>(std::min<std::uint64_t>(size, buffer_size)))
{
    buffer_ = std::make_unique_for_overwrite<char[]>(room_);
    fill();
}

// Moves what is left to the front, and reads behind it as much as there is room for.
void Lines::fill()
{
    std::size_t filled = window_.size();
    if (filled > 0)
        std::memmove(buffer_.get(), window_.data(), filled);
    const auto most = static_cast<std::size_t>(std::min<std::uint64_t>(room_, size_));
    if (filled < most) {
        const std::size_t got = base::read_at(
            fd_, offset_, std::span(buffer_.get() + filled, most - filled), "message");
        filled += got;
        offset_ += got;
        if (filled < most)
            size_ = filled; // the file ends before the message
    }
    window_ = {buffer_.get(), filled};
}

bool Lines::next(Piece& piece)
{
    std::size_t end = window_.find('\n');
    if (end == std::string_view::npos && window_.size() < size_ &&
        window_.size() <= least) {
        fill();
        end = window_.find('\n');
    }
    if (window_.empty())
        return false;
    const bool last = end == std::string_view::npos && window_.size() == size_;
    const std::size_t whole = std::min(end, window_.size());
    std::string_view text = window_.substr(0, whole);
    // A CR at the edge may belong to the LF behind it.
    if (text.ends_with('\r') && !last)
        text.remove_suffix(1);
    const std::size_t used = end == std::string_view::npos ? text.size() : end + 1;
    piece = {text,
             end == std::string_view::npos
                 ? std::string_view()
                 : window_.substr(text.size(), used - text.size()),
             begins_, position_};
    begins_ = end != std::string_view::npos;
    position_ += used;
    size_ -= used;
    window_.remove_prefix(used);
    return true;
}

} // namespace mime
