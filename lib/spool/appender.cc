// SPDX-License-Identifier: Apache-2.0
#include "spool/appender.h"

#include "spool/layout.h"
#include "spool/number.h"
#include "spool/segments.h"
#include "spool/shared.h"

#include <algorithm>
#include <limits>

namespace spool {

Appender::Appender(Disk& disk, const WriterOptions& options)
    : disk_(disk), options_(options), preallocator_(disk, options)
{
}

Appender::~Appender()
{
    if (!options_.shared)
        seal();
}

OpenSegment& Appender::open(std::uint64_t size)
{
    if (options_.shared)
        open_shared(size);
    else
        open_own(size);
    return *segment_;
}

void Appender::close(bool failed)
{
    if (failed)
        seal();
    else if (options_.shared)
        segment_.reset();
    shared_.reset();
}

void Appender::seal_if_old()
{
    if (segment_ && base::Steady::now() >= seal_time_)
        seal();
}

void Appender::seal()
{
    if (segment_)
        segment_->seal();
    segment_.reset();
    seal_time_ = base::SteadyTime::max();
}

// The first segment of a process is usually begun before a preallocated one is ready; it
// gives way as soon as there is one.
bool Appender::must_change(std::uint64_t size)
{
    return !segment_->fits(segment_->end(), size) ||
           (!segment_->empty() && !segment_->ready() && preallocator_.has_one()) ||
           base::Steady::now() >= seal_time_;
}

void Appender::open_own(std::uint64_t size)
{
    if (segment_ && must_change(size))
        seal();
    if (!segment_)
        begin(SegmentKind::own);
    preallocator_.prepare(zeros_allowed());
}

// The next segment is ready when half of this one is used.  One that is not preallocated
// itself is to be replaced soon.
std::uint64_t Appender::zeros_allowed() const
{
    constexpr std::uint64_t zeros_for_a_byte = 2;
    return segment_->ready() ? segment_->end() * zeros_for_a_byte
                             : std::numeric_limits<std::uint64_t>::max();
}

void Appender::begin(SegmentKind kind)
{
    const std::string by = writer_text(options_.name);
    std::optional<PreparedFile> prepared;
    if (kind == SegmentKind::own)
        prepared = preallocator_.take();
    if (prepared)
        segment_ =
            std::make_unique<OpenSegment>(disk_, options_.directory, kind, by,
                                          std::move(prepared->file), prepared->size, true);
    else
        segment_ = std::make_unique<OpenSegment>(
            disk_, options_.directory, kind, by, IncomingFile(disk_, options_.directory),
            std::min(options_.segment_size, max_segment_size), false);
    seal_time_ = base::Steady::now() + base::seconds(options_.segment_age);
}

void Appender::reopen_shared(SegmentNumber number)
{
    auto found = reopen_shared_segment(disk_, options_.directory, number);
    if (!found)
        return;
    segment_ = std::make_unique<OpenSegment>(
        disk_, options_.directory, found->head, std::move(found->file), found->end,
        std::min(options_.segment_size, max_segment_size));
    seal_time_ =
        base::Steady::now() +
        base::seconds(seconds_young(number, options_.segment_age, base::wall_seconds()));
}

void Appender::open_shared(std::uint64_t size)
{
    if (!segment_) {
        shared_ = lock_shared(disk_, options_.directory);
        if (const auto number = read_shared(shared_.get()))
            reopen_shared(*number);
    }
    if (segment_ && must_change(size))
        seal();
    if (segment_)
        return;
    begin(SegmentKind::shared);
    write_shared(disk_, shared_.get(), options_.directory, segment_->number());
}

} // namespace spool
