// SPDX-License-Identifier: Apache-2.0
#include "spool/segments.h"

#include "base/clock.h"
#include "base/failure.h"
#include "spool/disk.h"
#include "spool/layout.h"
#include "spool/number.h"
#include "spool/segment.h"
#include "spool/segment_file.h"
#include "spool/shared.h"

#include <algorithm>
#include <array>
#include <dirent.h>
#include <memory>
#include <sys/stat.h>

namespace spool {

namespace {

struct CloseDirectory {
    void operator()(DIR* directory) const { ::closedir(directory); }
};

std::int64_t made_at(SegmentNumber number)
{
    return number_epoch + static_cast<std::int64_t>(number / 1000);
}

// Zeros in place of a hole, where the file system makes no holes.
void overwrite(Disk& disk, int fd, std::uint64_t from, std::uint64_t size,
               const std::string& path)
{
    const std::string zeros(std::min<std::uint64_t>(size, 1u << 20), '\0');
    while (size > 0) {
        const std::uint64_t count = std::min<std::uint64_t>(size, zeros.size());
        write_all(disk, fd, std::string_view(zeros).substr(0, count), from, path);
        from += count;
        size -= count;
    }
}

} // namespace

std::vector<SegmentNumber> segment_numbers(const std::string& directory)
{
    std::vector<SegmentNumber> numbers;
    const std::string path = log_directory(directory);
    const std::unique_ptr<DIR, CloseDirectory> log(::opendir(path.c_str()));
    if (!log && errno == ENOENT)
        return numbers;
    if (!log)
        base::fail_errno("open", path);
    // A list that ends early would say that segments are gone.
    for (errno = 0; const dirent* entry = ::readdir(log.get()); errno = 0)
        if (const auto number = parse_segment_name(entry->d_name, ".seg"))
            numbers.push_back(*number);
    if (errno != 0)
        base::fail_errno("list", path);
    std::sort(numbers.begin(), numbers.end());
    return numbers;
}

bool segment_gone(const std::string& directory, SegmentNumber number)
{
    struct stat found{};
    return ::stat(segment_path(directory, number).c_str(), &found) != 0 && errno == ENOENT;
}

std::optional<SegmentInfo> segment_info(const std::string& directory, SegmentNumber number)
{
    const auto segment = open_segment(directory, number);
    struct stat found{};
    if (!segment || ::fstat(segment->fd(), &found) != 0)
        return std::nullopt;
    SegmentInfo info{.number = number};
    info.size = static_cast<std::uint64_t>(found.st_size);
    info.used = static_cast<std::uint64_t>(found.st_blocks) * 512; // stat(2): always 512
    info.created = made_at(number);
    info.changed = found.st_mtim.tv_sec;
    info.single = segment->head.kind == SegmentKind::single;
    std::uint64_t data_end = 0;
    info.state = segment_state(*segment, data_end);
    return info;
}

void delete_segments(const std::string& directory, std::span<const SegmentNumber> numbers)
{
    if (numbers.empty())
        return;
    Disk& disk = real_disk();
    for (const SegmentNumber number : numbers) {
        const std::string path = segment_path(directory, number);
        if (disk.unlink(path) != 0 && errno != ENOENT)
            base::fail_errno("remove", path);
        (void)disk.unlink(tail_path(directory, number));
    }
    checked(disk.sync_directory(log_directory(directory)), "sync",
            log_directory(directory));
}

// First the header is marked, then the bytes go: a crash between leaves bytes that nobody
// reads any more, and the next call for this record erases them.
bool erase_record(const std::string& directory, Location where)
{
    const auto segment = open_segment(directory, where.segment);
    if (!segment)
        return false;
    std::array<char, header_size> text;
    if (::pread(segment->fd(), text.data(), text.size(), where.offset) !=
        static_cast<ssize_t>(text.size()))
        return false;
    const SegmentHead& head = segment->head;
    auto header =
        parse_header({text.data(), text.size()}, head.number, head.key, where.offset);
    if (!header)
        return false;
    Disk& disk = real_disk();
    const std::string path = segment_path(directory, where.segment);
    const base::Fd file(checked(disk.open(path), "open", path));
    header->erased = true;
    header->sum = 0;
    encode_header(text, head.number, head.key, where.offset, *header);
    write_all(disk, file.get(), {text.data(), text.size()}, where.offset, path);
    checked(disk.sync(file.get()), "sync", path);
    const std::uint64_t from = where.offset + header_size;
    const std::uint64_t size = header->size() - header_size;
    if (disk.punch(file.get(), from, size) != 0)
        overwrite(disk, file.get(), from, size, path);
    return true;
}

bool seal_if_idle(const std::string& directory, SegmentNumber number, std::int64_t age)
{
    const auto segment = open_segment(directory, number);
    std::uint64_t data_end = 0;
    if (!segment || segment_state(*segment, data_end) != SegmentState::open)
        return true;
    const bool old = made_at(number) + age <= base::wall_seconds();
    if (!old || data_end == 0) // in use, or not shared
        return false;
    Disk& disk = real_disk();
    const base::Fd lock = lock_shared(disk, directory);
    auto found = reopen_shared_segment(disk, directory, number);
    if (!found)
        return false;
    OpenSegment(disk, directory, found->head, std::move(found->file), found->end, 0).seal();
    return true;
}

} // namespace spool
