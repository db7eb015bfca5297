// SPDX-License-Identifier: Apache-2.0
#include "spool/window.h"

#include "base/failure.h"

#include <algorithm>
#include <unistd.h>

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
    while (filled_ < size) {
        const ssize_t got = ::pread(fd_, buffer_.get() + filled_, size - filled_,
                                    static_cast<off_t>(offset + filled_));
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            base::fail_errno("read", "segment");
        if (got == 0)
            return;
        filled_ += static_cast<std::size_t>(got);
    }
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
