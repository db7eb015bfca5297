// SPDX-License-Identifier: Apache-2.0
#include "spool/shared.h"

#include "spool/layout.h"
#include "spool/scan.h"
#include "spool/segment_file.h"
#include "spool/tail.h"

#include <fmt/format.h>

#include <array>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

namespace spool {

namespace {

constexpr std::size_t number_digits = 10;

// Only what is whole counts; the tail file merely saves looking at everything again.
std::uint64_t whole_end(const SegmentFile& segment, const std::string& spool)
{
    Window window;
    window.look_at(segment.fd(), file_size(segment.fd()));
    std::uint64_t offset = segment.head.first;
    const base::Fd tail(
        ::open(tail_path(spool, segment.head.number).c_str(), O_RDONLY | O_CLOEXEC));
    if (tail)
        if (const auto durable = read_tail(tail.get());
            durable && *durable >= offset && *durable <= window.limit())
            offset = *durable;
    Scan scan(window, segment.head);
    Scanned scanned;
    while (scan.next(offset, Trust::checksums, scanned) != Scan::Step::end) {
    }
    return offset;
}

bool is_named(int fd)
{
    struct stat found{};
    return ::fstat(fd, &found) == 0 && found.st_nlink > 0;
}

} // namespace

base::Fd lock_shared(Disk& disk, const std::string& spool)
{
    const std::string path = shared_path(spool);
    int fd = disk.open(path);
    if (fd < 0 && errno == ENOENT)
        fd = disk.create(path);
    if (fd < 0 && errno == EEXIST) // somebody was faster
        fd = disk.open(path);
    if (fd < 0)
        base::fail_errno("open", path);
    base::Fd file(fd);
    if (::flock(file.get(), LOCK_EX) != 0)
        base::fail_errno("lock", path);
    return file;
}

std::optional<SegmentNumber> read_shared(int fd)
{
    std::array<char, number_digits> text;
    if (::pread(fd, text.data(), text.size(), 0) != static_cast<ssize_t>(text.size()))
        return std::nullopt;
    return get_hex({text.data(), text.size()});
}

void write_shared(Disk& disk, int fd, const std::string& spool, SegmentNumber number)
{
    write_all(disk, fd, fmt::format("{:010x}\n", number), 0, shared_path(spool));
}

std::optional<SharedSegment> reopen_shared_segment(Disk& disk, const std::string& spool,
                                                   SegmentNumber number)
{
    const auto segment = open_segment(spool, number);
    if (!segment || segment->head_damaged || segment->head.kind != SegmentKind::shared)
        return std::nullopt;
    const std::string path = segment_path(spool, number);
    SharedSegment found{segment->head, base::Fd(disk.open(path)), 0};
    if (!found.file || ::flock(found.file.get(), LOCK_EX) != 0 ||
        !is_named(found.file.get()))
        return std::nullopt;
    std::uint64_t data_end = file_size(segment->fd());
    found.end = whole_end(*segment, spool);
    Window window;
    window.look_at(segment->fd(), data_end);
    if (is_sealed_mark(window.bytes(found.end, sealed_mark_size), number, found.head.key,
                       found.end))
        return std::nullopt;
    if (data_end > found.end)
        checked(disk.truncate(found.file.get(), found.end), "truncate", path);
    return found;
}

} // namespace spool
