// SPDX-License-Identifier: Apache-2.0
#include "spool/window.h"

#include "base/read_at.h"

#include <algorithm>
#include <span>

namespace spool {

void Window::look_at(int fd, std::uint64_t limit)
{
    fd_ = fd;
    limit_ = limit;
    filled_ = 0;
}

void Window::fill(std::uint64_t offset, std::size_t size)
{
    if (room_ < size) {
        buffer_ = std::make_unique_for_overwrite<char[]>(size);
        room_ = size;
    }
    start_ = offset;
    filled_ = 0;
    filled_ = base::read_at(fd_, offset, std::span(buffer_.get(), size), "segment");
}

std::string_view Window::bytes(std::uint64_t offset, std::size_t size)
{
    if (offset >= limit_)
        return {};
    size = std::min<std::uint64_t>(size, limit_ - offset);
    if (offset < start_ || offset + size > start_ + filled_)
        fill(offset, std::min<std::uint64_t>(std::max(size, ahead_), limit_ - offset));
    const std::size_t at = offset - start_;
    return {buffer_.get() + at, std::min(size, filled_ - at)};
}

} // namespace spool
