// SPDX-License-Identifier: Apache-2.0
#include "spool/number.h"

#include "base/clock.h"
#include "base/fd.h"
#include "spool/format.h"
#include "spool/layout.h"
#include "spool/segments.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <sys/file.h>

namespace spool {

namespace {

constexpr std::size_t number_digits = 10;

base::Fd open_counter(Disk& disk, const std::string& path)
{
    for (;;) {
        int fd = disk.open(path);
        if (fd < 0 && errno == ENOENT)
            fd = disk.create(path);
        if (fd >= 0)
            return base::Fd(fd);
        if (errno != EEXIST) // somebody was faster: open theirs
            base::fail_errno("open", path);
    }
}

// Without a readable counter (first start, or lost with its directory entry) the segments
// that exist say what was given out.
SegmentNumber last_number(int fd, const std::string& spool)
{
    std::array<char, number_digits> text;
    if (::pread(fd, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size()))
        if (const auto last = get_hex({text.data(), text.size()}))
            return *last;
    const auto existing = segment_numbers(spool);
    return existing.empty() ? 0 : existing.back();
}

SegmentNumber number_by_clock()
{
    return static_cast<SegmentNumber>(base::wall_microseconds() / 1000 -
                                      number_epoch * 1000);
}

} // namespace

SegmentNumber next_segment_number(Disk& disk, const std::string& spool)
{
    const std::string path = number_path(spool);
    const base::Fd counter = open_counter(disk, path);
    if (::flock(counter.get(), LOCK_EX) != 0)
        base::fail_errno("lock", path);
    const SegmentNumber number =
        std::max(number_by_clock(), last_number(counter.get(), spool) + 1);
    write_all(disk, counter.get(), fmt::format("{:010x}\n", number), 0, path);
    checked(disk.sync(counter.get()), "sync", path);
    return number;
}

} // namespace spool
