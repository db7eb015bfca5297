// SPDX-License-Identifier: Apache-2.0
// spool/tail.h - how far an open segment is durable, told from writer to followers.
//
// The file run/NUMBER.tail holds the offset behind the last synced record, eight hex digits
// and a newline, overwritten after each sync.  It is never synced: it matters only while
// the writer lives (holds the lock of the segment); afterwards checksums decide.
#pragma once

#include "base/fd.h"
#include "spool/format.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>

namespace spool {

using TailText = std::array<char, 9>;

[[nodiscard]] inline TailText encode_tail(std::uint64_t durable)
{
    TailText text;
    put_hex(text.data(), text.size() - 1, durable);
    text.back() = '\n';
    return text;
}

// Eight bytes in one page are written and read as one, so there is no half of a number.
[[nodiscard]] inline std::optional<std::uint64_t> read_tail(int fd)
{
    TailText text;
    if (::pread(fd, text.data(), text.size(), 0) != static_cast<ssize_t>(text.size()))
        return std::nullopt;
    return get_hex({text.data(), text.size() - 1});
}

} // namespace spool
