// SPDX-License-Identifier: Apache-2.0
#include "spool/segment.h"

#include "base/clock.h"
#include "base/random.h"
#include "spool/layout.h"
#include "spool/number.h"
#include "spool/tail.h"

#include <fmt/format.h>

#include <bit>
#include <utility>

namespace spool {

std::uint64_t random_key()
{
    std::array<std::uint8_t, sizeof(std::uint64_t)> octets{};
    base::fill_random(octets);
    return std::bit_cast<std::uint64_t>(octets);
}

std::string writer_text(std::string_view name)
{
    return fmt::format("{} {}", name, ::getpid());
}

OpenSegment::OpenSegment(Disk& disk, std::string spool, SegmentKind kind,
                         std::string_view by, IncomingFile file, std::uint64_t capacity,
                         bool ready)
    : disk_(&disk), spool_(std::move(spool)), key_(random_key()), capacity_(capacity),
      ready_(ready)
{
    begin(kind, by, std::move(file));
    open_tail();
}

OpenSegment::OpenSegment(Disk& disk, std::string spool, const SegmentHead& head,
                         base::Fd file, std::uint64_t end, std::uint64_t capacity)
    : disk_(&disk), spool_(std::move(spool)), path_(segment_path(spool_, head.number)),
      file_(std::move(file)), number_(head.number), key_(head.key), end_(end),
      durable_(end), capacity_(capacity), ready_(false)
{
    open_tail();
}

void OpenSegment::begin(SegmentKind kind, std::string_view by, IncomingFile file)
{
    number_ = next_segment_number(*disk_, spool_);
    path_ = segment_path(spool_, number_);
    SegmentHead head;
    head.number = number_;
    head.key = key_;
    head.kind = kind;
    head.made = base::rfc3339(base::wall_seconds());
    head.by = by;
    write_all(*disk_, file.fd(), encode_head(head), 0, file.path());
    file_ = file.publish(spool_, number_);
}

// Without a tail file, followers wait until the segment is sealed: late, not lost.
void OpenSegment::open_tail()
{
    const std::string path = tail_path(spool_, number_);
    int fd = disk_->create(path);
    if (fd < 0 && errno == EEXIST)
        fd = disk_->open(path);
    tail_.reset(fd);
    publish();
}

void OpenSegment::publish() noexcept
{
    if (!tail_)
        return;
    const TailText text = encode_tail(durable_);
    iovec part{const_cast<char*>(text.data()), text.size()};
    (void)disk_->write(tail_.get(), &part, 1, 0);
}

bool OpenSegment::fits(std::uint64_t from, std::uint64_t size) const
{
    const bool first = from == head_size;
    return first || from + size + sealed_mark_size <= capacity_;
}

std::size_t OpenSegment::rest_of_page(std::uint64_t size) const
{
    const std::uint64_t used = end_ + size;
    const std::uint64_t whole = (used + page_size - 1) / page_size * page_size;
    return ready_ && whole <= capacity_ ? whole - used : 0;
}

void OpenSegment::append(std::span<iovec> parts, std::uint64_t size)
{
    write_all(*disk_, file_.get(), parts, end_, path_);
    end_ += size;
}

void OpenSegment::sync()
{
    checked(disk_->sync(file_.get()), "sync", path_);
    if (!named_durably_)
        checked(disk_->sync_directory(log_directory(spool_)), "sync",
                log_directory(spool_));
    named_durably_ = true;
    durable_ = end_;
    publish();
}

void OpenSegment::seal() noexcept
{
    if (empty()) {
        (void)disk_->unlink(path_);
    } else {
        const std::string mark = encode_sealed_mark(number_, key_, durable_);
        iovec part{const_cast<char*>(mark.data()), mark.size()};
        const bool marked = disk_->write(file_.get(), &part, 1, durable_) ==
                            static_cast<ssize_t>(mark.size());
        (void)disk_->truncate(file_.get(), durable_ + (marked ? mark.size() : 0));
    }
    (void)disk_->unlink(tail_path(spool_, number_));
    file_.reset();
    tail_.reset();
}

} // namespace spool
