// SPDX-License-Identifier: Apache-2.0
#include "spool/reader.h"

#include "base/failure.h"
#include "base/read_at.h"
#include "spool/scan.h"
#include "spool/segment_file.h"

#include <algorithm>
#include <optional>
#include <sys/stat.h>
#include <utility>

namespace spool {

namespace {

// Descriptors kept for the segments that were read last.
constexpr std::size_t kept_open = 16;

bool is_deleted(int fd)
{
    struct stat found{};
    return ::fstat(fd, &found) == 0 && found.st_nlink == 0;
}

} // namespace

struct Reader::State {
    explicit State(std::string d) : directory(std::move(d)) {}

    [[nodiscard]] SegmentFile* segment(SegmentNumber number);
    [[nodiscard]] std::expected<Scanned, ReadError> examine(Location where, bool checksum,
                                                            SegmentFile*& segment);
    [[nodiscard]] ReadError what_is_wrong(const SegmentFile& segment);

    std::string directory;
    std::vector<SegmentFile> open; // the last used one in front
    Window window;
};

SegmentFile* Reader::State::segment(SegmentNumber number)
{
    const auto found =
        std::find_if(open.begin(), open.end(),
                     [number](const SegmentFile& s) { return s.head.number == number; });
    if (found != open.end() && is_deleted(found->fd())) {
        open.erase(found);
        return nullptr;
    }
    if (found != open.end()) {
        std::rotate(open.begin(), found, found + 1);
        return &open.front();
    }
    auto fresh = open_segment(directory, number);
    if (!fresh)
        return nullptr;
    fresh->head.number = number; // without a readable head too: then nothing will be found
    open.insert(open.begin(), std::move(*fresh));
    if (open.size() > kept_open)
        open.pop_back();
    return &open.front();
}

// Where a writer may still be at work, or has died, an incomplete record is nothing odd.
ReadError Reader::State::what_is_wrong(const SegmentFile& segment)
{
    std::uint64_t data_end = 0;
    return segment_state(segment, data_end) == SegmentState::sealed ? ReadError::damaged
                                                                    : ReadError::torn;
}

std::expected<Scanned, ReadError> Reader::State::examine(Location where, bool checksum,
                                                         SegmentFile*& found)
{
    found = segment(where.segment);
    if (found == nullptr)
        return std::unexpected(ReadError::gone);
    window.look_at(found->fd(), file_size(found->fd()));
    window.read_ahead(4096);
    Scan scan(window, found->head);
    Scanned scanned;
    switch (scan.examine(where.offset, checksum ? Trust::checksums : Trust::all, scanned)) {
    case Scan::Kind::record:
        return scanned;
    case Scan::Kind::erased:
        return std::unexpected(ReadError::gone);
    case Scan::Kind::sealed:
    case Scan::Kind::broken:
        break;
    }
    return std::unexpected(what_is_wrong(*found));
}

Reader::Reader(std::string directory)
    : state_(std::make_unique<State>(std::move(directory)))
{
}
Reader::~Reader() = default;

std::expected<Message, ReadError> Reader::open(Location where, bool checksum)
{
    SegmentFile* segment = nullptr;
    auto scanned = state_->examine(where, checksum, segment);
    if (!scanned)
        return std::unexpected(scanned.error());
    return Message{std::move(scanned->envelope), segment->file,
                   where.offset + scanned->header.message_offset(),
                   scanned->header.message};
}

std::expected<Envelope, ReadError> Reader::envelope(Location where)
{
    SegmentFile* segment = nullptr;
    auto scanned = state_->examine(where, false, segment);
    if (!scanned)
        return std::unexpected(scanned.error());
    return std::move(scanned->envelope);
}

std::shared_ptr<base::Fd> Reader::file(SegmentNumber number)
{
    SegmentFile* const segment = state_->segment(number);
    return segment == nullptr ? nullptr : segment->file;
}

std::string Reader::read(const Message& message, std::uint64_t from, std::size_t count)
{
    count = from >= message.size ? 0 : std::min<std::uint64_t>(count, message.size - from);
    const std::string name = "message " + message.envelope.id.text();
    std::string bytes =
        base::read_at(message.file->get(), message.offset + from, count, name);
    if (bytes.size() < count)
        base::fail_errno("read", name, base::Remedy::check_disk, EIO);
    return bytes;
}

// The segment's key is not known here, and need not be: this is where the message begins.
bool Reader::is_there(const Message& message, Location where)
{
    const std::string whole = header_start(where.segment, 0, false);
    const std::string_view word(whole.data(), whole.find(' '));
    std::string found(word.size(), '\0');
    const ssize_t got = ::pread(message.file->get(), found.data(), found.size(),
                                static_cast<off_t>(where.offset));
    return got == static_cast<ssize_t>(word.size()) && found == word;
}

void Reader::forget_deleted()
{
    std::erase_if(state_->open, [](const SegmentFile& s) { return is_deleted(s.fd()); });
}

} // namespace spool
