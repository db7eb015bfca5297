// SPDX-License-Identifier: Apache-2.0
#include "spool/segment_file.h"

#include "base/failure.h"
#include "spool/layout.h"
#include "spool/window.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace spool {

namespace {

constexpr std::size_t search_step = 256u << 10;
constexpr std::size_t word_size = 13; // of "sponts-record" and "sponts-erased"
constexpr std::size_t key_digits = 16;

// The head is gone but its records are not: the first one that names this segment and fits
// its own place gives the key, also one that is erased.
SegmentHead recover_head(Window& window, SegmentNumber number)
{
    const std::string wanted = fmt::format(" {:010x} ", number);
    std::uint64_t from = head_size;
    while (from < window.limit()) {
        const std::string_view text = window.bytes(from, search_step);
        const std::size_t found = text.find(wanted, word_size);
        if (found == text.npos) {
            if (text.size() < search_step)
                break;
            from += text.size() - header_size;
            continue;
        }
        const std::uint64_t at = from + found - word_size;
        const std::string_view header = window.bytes(at, header_size);
        SegmentHead head;
        head.number = number;
        head.first = static_cast<std::uint32_t>(at);
        head.key =
            get_hex(header.substr(word_size + wanted.size(), key_digits)).value_or(0);
        if (at % record_alignment == 0 &&
            parse_header(header, number, head.key, head.first))
            return head;
        from = at + 1;
    }
    return {};
}

} // namespace

std::uint64_t file_size(int fd)
{
    struct stat found{};
    if (::fstat(fd, &found) != 0)
        base::fail_errno("stat", "segment");
    return static_cast<std::uint64_t>(found.st_size);
}

std::optional<FileRange> next_data(int fd, const FileRange& range)
{
    if (range.from >= range.end)
        return std::nullopt;
    const off_t data = ::lseek(fd, static_cast<off_t>(range.from), SEEK_DATA);
    if (data < 0 && errno == ENXIO)
        return std::nullopt;
    if (data < 0)
        return range;
    const auto from = static_cast<std::uint64_t>(data);
    if (from >= range.end)
        return std::nullopt;
    const off_t hole = ::lseek(fd, data, SEEK_HOLE);
    if (hole <= data)
        return FileRange{from, range.end};
    return FileRange{from, std::min(static_cast<std::uint64_t>(hole), range.end)};
}

std::optional<SegmentFile> open_segment(const std::string& spool, SegmentNumber number)
{
    const std::string path = segment_path(spool, number);
    base::Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!fd && errno == ENOENT)
        return std::nullopt;
    if (!fd)
        base::fail_errno("open", path);
    Window window;
    window.look_at(fd.get(), file_size(fd.get()));
    SegmentFile segment{std::make_shared<base::Fd>(std::move(fd)), {}};
    const auto head = parse_head(window.bytes(0, head_size));
    segment.other_version = is_other_version(window.bytes(0, head_size));
    if (segment.other_version)
        return segment;
    segment.head_damaged = !head || head->number != number;
    segment.head = segment.head_damaged ? recover_head(window, number) : *head;
    return segment;
}

bool try_lock_shared(int fd)
{
    return ::flock(fd, LOCK_SH | LOCK_NB) == 0;
}

void unlock(int fd)
{
    (void)::flock(fd, LOCK_UN);
}

namespace {

bool ends_sealed(const SegmentFile& segment, std::uint64_t& data_end)
{
    if (data_end < head_size + sealed_mark_size)
        return false;
    const std::uint64_t at = data_end - sealed_mark_size;
    std::string text(sealed_mark_size, '\0');
    if (::pread(segment.fd(), text.data(), text.size(), static_cast<off_t>(at)) !=
        static_cast<ssize_t>(text.size()))
        return false;
    if (!is_sealed_mark(text, segment.head.number, segment.head.key, at))
        return false;
    data_end = at;
    return true;
}

} // namespace

SegmentState segment_state(const SegmentFile& segment, std::uint64_t& data_end)
{
    data_end = 0;
    if (!try_lock_shared(segment.fd()))
        return SegmentState::open;
    unlock(segment.fd());
    data_end = file_size(segment.fd());
    if (ends_sealed(segment, data_end))
        return SegmentState::sealed;
    const bool shared =
        segment.head.kind == SegmentKind::shared && segment.head.number != 0;
    return shared ? SegmentState::open : SegmentState::abandoned;
}

} // namespace spool
