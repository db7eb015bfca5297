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
#include <dirent.h>
#include <fcntl.h>
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

} // namespace

std::int64_t seconds_young(SegmentNumber number, std::int64_t age, std::int64_t now)
{
    const std::int64_t left = made_at(number) + age - now;
    return left > 2 * std::max<std::int64_t>(age, 0) ? 0 : left;
}

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

namespace {

std::uint64_t without_holes(int fd, std::uint64_t size)
{
    std::uint64_t sum = 0;
    for (FileRange left{0, size}; const auto data = next_data(fd, left);) {
        sum += data->end - data->from;
        left.from = data->end;
    }
    return sum;
}

} // namespace

std::uint64_t segment_room(const std::string& directory, const SegmentInfo& info)
{
    if (info.used >= info.size)
        return info.size;
    const std::string path = segment_path(directory, info.number);
    const base::Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!file && errno == ENOENT)
        return 0;
    if (!file)
        base::fail_errno("open", path);
    return std::max(info.used, without_holes(file.get(), info.size));
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

bool seal_if_idle(const std::string& directory, SegmentNumber number, std::int64_t age)
{
    const auto segment = open_segment(directory, number);
    std::uint64_t data_end = 0;
    if (!segment || segment_state(*segment, data_end) != SegmentState::open)
        return true;
    const bool old = seconds_young(number, age, base::wall_seconds()) <= 0;
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
