// SPDX-License-Identifier: Apache-2.0
#include "spool/erase.h"

#include "spool/disk.h"
#include "spool/layout.h"
#include "spool/scan.h"
#include "spool/segment_file.h"

#include <algorithm>
#include <array>
#include <optional>
#include <sys/stat.h>
#include <vector>

namespace spool {

namespace {

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

class Erasure {
public:
    Erasure(Disk& disk, const std::string& directory, const SegmentHead& head)
        : disk_(disk), path_(segment_path(directory, head.number)),
          file_(checked(disk_.open(path_), "open", path_)),
          mark_(header_start(head.number, head.key, true))
    {
    }

    // Only the first word changes, and a word is never torn.
    void mark(std::uint64_t offset, const RecordHeader& header)
    {
        if (!header.erased)
            write_all(disk_, file_.get(), mark_, offset, path_);
        ranges_.push_back({offset + header_size, header.size() - header_size});
    }

    // Returns how many records are gone.
    std::size_t finish()
    {
        if (ranges_.empty())
            return 0;
        checked(disk_.sync(file_.get()), "sync", path_);
        for (const Range& range : ranges_)
            if (disk_.punch(file_.get(), range.from, range.size) != 0)
                overwrite(disk_, file_.get(), range.from, range.size, path_);
        checked(disk_.sync(file_.get()), "sync", path_);
        return ranges_.size();
    }

private:
    struct Range {
        std::uint64_t from;
        std::uint64_t size;
    };

    Disk& disk_;
    std::string path_;
    base::Fd file_;
    std::string mark_;
    std::vector<Range> ranges_;
};

// Sets the time of the last write back when it goes.
class KeptTime {
public:
    explicit KeptTime(int fd) : fd_(fd) { known_ = ::fstat(fd, &before_) == 0; }
    KeptTime(const KeptTime&) = delete;
    KeptTime& operator=(const KeptTime&) = delete;
    ~KeptTime()
    {
        const std::array<timespec, 2> times = {timespec{0, UTIME_OMIT}, before_.st_mtim};
        if (known_)
            (void)::futimens(fd_, times.data());
    }

private:
    int fd_;
    struct stat before_{};
    bool known_;
};

std::optional<RecordHeader> header_at(const SegmentFile& segment, std::uint32_t offset)
{
    std::array<char, header_size> text;
    if (::pread(segment.fd(), text.data(), text.size(), offset) !=
        static_cast<ssize_t>(text.size()))
        return std::nullopt;
    return parse_header({text.data(), text.size()}, segment.head.number, segment.head.key,
                        offset);
}

bool kept_for_a_person(const SegmentFile& segment)
{
    struct stat found{};
    return ::fstat(segment.fd(), &found) != 0 || found.st_nlink > 1;
}

void mark_all_but(const SegmentFile& segment, std::uint64_t data_end,
                  std::span<const std::uint32_t> keep, Erasure& erasure)
{
    Window window;
    window.look_at(segment.fd(), data_end);
    Scan scan(window, segment.head);
    Scanned found;
    for (std::uint64_t offset = segment.head.first; offset < data_end;) {
        const Scan::Kind kind = scan.examine(offset, Trust::all, found);
        if (kind == Scan::Kind::sealed)
            return;
        if (kind == Scan::Kind::broken) {
            (void)scan.next(offset, Trust::all, found); // behind it
            continue;
        }
        if (!std::ranges::binary_search(keep, static_cast<std::uint32_t>(offset)))
            erasure.mark(offset, found.header);
        offset += found.header.size();
    }
}

} // namespace

std::size_t erase_records(const std::string& directory, SegmentNumber number,
                          std::span<const std::uint32_t> offsets, Disk& disk)
{
    const auto segment = open_segment(directory, number);
    if (!segment || segment->head.number != number)
        return 0;
    const KeptTime time(segment->fd());
    Erasure erasure(disk, directory, segment->head);
    for (const std::uint32_t offset : offsets)
        if (const auto header = header_at(*segment, offset))
            erasure.mark(offset, *header);
    return erasure.finish();
}

bool erase_record(const std::string& directory, Location where)
{
    return erase_records(directory, where.segment, {&where.offset, 1}) > 0;
}

std::size_t erase_all_but(const std::string& directory, SegmentNumber number,
                          std::span<const std::uint32_t> keep, Disk& disk)
{
    const auto segment = open_segment(directory, number);
    if (!segment || segment->head.number != number || kept_for_a_person(*segment))
        return 0;
    std::uint64_t data_end = 0;
    if (segment_state(*segment, data_end) == SegmentState::open)
        return 0;
    const KeptTime time(segment->fd());
    Erasure erasure(disk, directory, segment->head);
    mark_all_but(*segment, data_end, keep, erasure);
    return erasure.finish();
}

} // namespace spool
