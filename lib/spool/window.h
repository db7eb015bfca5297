// SPDX-License-Identifier: Apache-2.0
// spool/window.h - reads a segment in large pieces, so that small records cost no call
// each.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

namespace spool {

class Window {
public:
    // From now on this file, and no byte at or behind `limit`.  Forgets what it holds: the
    // bytes behind an earlier limit may have changed.
    void look_at(int fd, std::uint64_t limit);
    // How much to read when something is missing.
    void read_ahead(std::size_t bytes) { ahead_ = bytes; }
    // Up to `size` bytes, fewer only at the limit or the end of the file; valid until the
    // next call.  Throws Failure when the disk cannot.
    [[nodiscard]] std::string_view bytes(std::uint64_t offset, std::size_t size);
    [[nodiscard]] std::uint64_t limit() const { return limit_; }

private:
    void fill(std::uint64_t offset, std::size_t size);

    int fd_ = -1;
    std::uint64_t limit_ = 0;
    std::size_t ahead_ = 4096;
    std::unique_ptr<char[]> buffer_;
    std::size_t room_ = 0;
    std::uint64_t start_ = 0;
    std::size_t filled_ = 0;
};

} // namespace spool
